using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Tests.Training;

public class TrainingLoopTests
{
    [Fact]
    public void It_stops_at_the_first_iteration_that_makes_no_more_of_the_way_than_the_tolerance()
    {
        // Of the roots 10, 7, 5, 4, 3.99: the last makes 0.01 of 3.01.
        foreach ((double tolerance, int count) in new[] { (0.0034, 5), (0.0033, 6) })
        {
            TrainingHistory history = TrainingLoop.Run(new Given(100, 49, 25, 16, 3.99 * 3.99, 9), new StoppingRule(5, tolerance), "Test", new QuietMonitor());
            Assert.Equal(count, history.Count);
            Assert.Equal(count == 5, history.Converged);
        }
    }

    [Theory]
    [InlineData(50)]
    [InlineData(1e6)]
    public void What_stays_for_ever_and_how_bad_the_start_was_do_not_matter_to_the_end(double start)
    {
        // Each iteration halves what is left of the way.
        int[] ends =
        [
            .. new[] { 0.0, 1, 1000 }.Select(rest => TrainingLoop.Run(
                new Given([rest + 100 + start, .. Enumerable.Range(0, 60).Select(i => rest + 100 * Math.Pow(0.25, i))]),
                new StoppingRule(60, 1e-4), "Test", new QuietMonitor()).Count),
        ];
        Assert.All(ends, end => Assert.InRange(end, 8, 16));
    }

    [Fact]
    public void An_objective_that_goes_to_zero_converges()
        => Assert.True(TrainingLoop.Run(
            new Given([.. Enumerable.Range(0, 60).Select(i => Math.Pow(0.5, i))]), new StoppingRule(59, 1e-4), "Test", new QuietMonitor()).Converged);

    [Fact]
    public void A_change_within_the_rounding_of_the_factors_is_no_progress()
    {
        Given Objectives(double resolution) => new(100, 99.5, 99) { Resolution = resolution };
        Assert.Equal(2, TrainingLoop.Run(Objectives(0.5), new StoppingRule(2, 1e-4), "Test", new QuietMonitor()).Count);
        Assert.Equal(3, TrainingLoop.Run(Objectives(0.4), new StoppingRule(2, 1e-4), "Test", new QuietMonitor()).Count);
    }

    [Fact]
    public void It_stops_when_its_iterations_have_run_out()
    {
        TrainingHistory history = TrainingLoop.Run(new Given(100, 50, 25, 12), new StoppingRule(2, 0.01), "Test", new QuietMonitor());
        Assert.Equal([0, 1, 2], history.Select(i => i.Number));
        Assert.Equal(TrainingEnd.IterationsExhausted, history.End);
        Assert.False(history.Converged);
    }

    [Theory]
    [InlineData(TrainingEnd.Stalled)]
    [InlineData(TrainingEnd.StoppedEarly)]
    public void It_stops_when_the_solver_ends_and_keeps_its_reason(TrainingEnd reason)
    {
        var solver = new Given(100, 50, 25, 12) { Reason = at => at == 2 ? reason : null };
        TrainingHistory history = TrainingLoop.Run(solver, new StoppingRule(3, 0.01), "Test", new QuietMonitor());
        Assert.Equal((3, reason, false), (history.Count, history.End, history.Converged));
        // An objective that does not change is within the tolerance, whatever the solver says.
        solver = new Given(100, 50, 50, 12) { Reason = at => at == 2 ? reason : null };
        Assert.Equal(TrainingEnd.Converged, TrainingLoop.Run(solver, new StoppingRule(3, 0.01), "Test", new QuietMonitor()).End);
    }

    [Fact]
    public void A_tolerance_of_zero_makes_all_the_iterations()
        => Assert.Equal(5, TrainingLoop.Run(new Given(7, 7, 7, 7, 7), new StoppingRule(4, 0), "Test", new QuietMonitor()).Count);

    [Fact]
    public void Every_iteration_is_reported_with_its_decrease()
    {
        var monitor = new QuietMonitor();
        TrainingLoop.Run(new Given(100, 50, 40), new StoppingRule(2, 0), "Test", monitor);
        Assert.Equal([double.NaN, 0.5, 0.2], monitor.Reports.Select(r => r.RelativeDecrease));
        Assert.All(monitor.Reports, r => Assert.Equal(("Test", 2), (r.Phase, r.MaximumNumberOfIterations)));
    }

    [Fact]
    public void A_cancelled_training_ends_within_one_iteration()
    {
        var solver = new Given(100, 50, 40, 30, 20);
        var monitor = new QuietMonitor();
        monitor.IsCancelled = () => monitor.Reports.Count == 3;
        Assert.Throws<OperationCanceledException>(() => TrainingLoop.Run(solver, new StoppingRule(10, 0), "Test", monitor));
        Assert.Equal(2, solver.Advances);
    }

    [Fact]
    public void A_stop_ends_a_training_after_the_iteration_at_hand_unless_it_ends_there_by_itself()
    {
        TrainingHistory Run(int stop, int most, double tolerance, TrainingEnd? reason = null)
        {
            var monitor = new QuietMonitor();
            monitor.IsStopped = () => monitor.Reports.Count > stop;
            var solver = new Given(100, 50, 40, 39.99, 20) { Reason = at => at == 3 ? reason : null };
            return TrainingLoop.Run(solver, new StoppingRule(most, tolerance), "Test", monitor);
        }

        foreach (int stop in new[] { 0, 1, 3 })
        {
            TrainingHistory history = Run(stop, 4, 0);
            Assert.Equal((stop, TrainingEnd.Stopped, false), (history.Last.Number, history.End, history.Converged));
        }

        Assert.Equal(TrainingEnd.Converged, Run(3, 4, 0.01).End);
        Assert.Equal(TrainingEnd.Stalled, Run(3, 4, 0, TrainingEnd.Stalled).End);
        Assert.Equal(TrainingEnd.IterationsExhausted, Run(3, 3, 0).End);
    }

    [Fact]
    public void A_rising_objective_never_counts_as_converged()
    {
        TrainingHistory history = TrainingLoop.Run(new Given(100, 50, 51, 52, 53, 54), new StoppingRule(10, 0.01), "Test", new QuietMonitor());
        Assert.Equal([100, 50, 51, 52, 53], history.Select(i => i.Objective));
        Assert.Equal(TrainingEnd.Stalled, history.End);
    }

    [Fact]
    public void A_rise_that_is_rounding_is_within_the_tolerance()
    {
        TrainingHistory history = TrainingLoop.Run(new Given(100, 50, 50.00001), new StoppingRule(10, 0.01), "Test", new QuietMonitor());
        Assert.True(history.Converged);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void An_objective_that_is_not_finite_is_an_error_with_a_remedy(double value)
    {
        var problem = Assert.Throws<InvalidOperationException>(() => TrainingLoop.Run(new Given(1, value), new StoppingRule(5, 0), "Test", new QuietMonitor()));
        Assert.Contains("after 1 iterations", problem.Message);
        Assert.Contains("Take other numbers.", problem.Message);
    }

    private sealed class Given(params double[] objectives) : IIterativeSolver
    {
        public int Advances { get; private set; }

        public double Resolution { get; init; }

        public string Remedy => "Take other numbers.";

        public Func<int, TrainingEnd?> Reason { get; init; } = _ => null;

        public TrainingEnd? Finished => Reason(Advances);

        public (double Objective, double Divergence) Evaluate() => (objectives[Advances], objectives[Advances]);

        public void Advance() => Advances++;
    }
}
