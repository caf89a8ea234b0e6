using TopicModel;

namespace Microsoft.ML.Nmf.Tests.Samples;

/// <summary>Whoever waits for the sample is told where it stands and how long it may take.</summary>
public class TrainingDisplayTests
{
    [Theory]
    [InlineData(0, 0, "layer 1: 0 of 200, objective 12.5")]
    [InlineData(50, 10, "layer 1: 50 of 200, objective 12.5, ≤ 0:00:30 left")]
    [InlineData(1, 60, "layer 1: 1 of 200, objective 12.5, ≤ 3:19:00 left")]
    [InlineData(200, 7, "layer 1: 200 of 200, objective 12.5, ≤ 0:00:00 left")]
    public void The_time_left_is_what_the_iterations_so_far_would_take_for_the_rest(int done, double seconds, string line)
        => Assert.Equal(line, TrainingDisplay.Describe(Step(done, seconds)));

    [Fact]
    public void Lines_are_written_no_more_often_than_asked_for()
    {
        var writer = new StringWriter();
        TrainingDisplay.Lines often = new(writer, TimeSpan.Zero), seldom = new(writer, TimeSpan.FromHours(1));
        for (int i = 0; i < 3; i++)
        {
            often.Report(Step(i, i));
            seldom.Report(Step(i, i));
        }

        Assert.Equal(Enumerable.Range(0, 3).Select(i => TrainingDisplay.Describe(Step(i, i))), writer.ToString().TrimEnd().Split(writer.NewLine));
    }

    [Fact]
    public void A_console_that_is_no_terminal_is_left_alone()
    {
        var printed = new PrintedConsole(isTerminal: false);
        int result = TrainingDisplay.Run(printed.Console, progress =>
        {
            progress.Report(Step(1, 1));
            return 7;
        });
        Assert.Equal((7, ""), (result, printed.Text));
    }

    private static TrainingProgress Step(int done, double seconds) => new()
    {
        Phase = "layer 1",
        MaximumNumberOfIterations = 200,
        Iteration = new TrainingIteration { Number = done, Objective = 12.5, Divergence = 12.5, Seconds = seconds },
        RelativeDecrease = 0.1,
    };
}
