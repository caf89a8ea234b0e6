using System.Diagnostics;
using Microsoft.ML.Nmf;
using Spectre.Console;

namespace TopicModel;

/// <summary>
/// Shows how a training goes: on one line of a terminal, which then goes away; elsewhere as a line every ten seconds, beside the output proper.
/// </summary>
public static class TrainingDisplay
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(10);

    /// <summary>Trains something and shows how it goes.</summary>
    public static T Run<T>(IAnsiConsole console, Func<IProgress<TrainingProgress>, T> train)
    {
        if (!console.Profile.Capabilities.Interactive || !console.Profile.Capabilities.Ansi)
            return train(new Lines(Console.Error, _pause));
        return console.Progress().AutoClear(true).HideCompleted(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 10 })
            .Start(display => train(new Bar(display)));
    }

    /// <summary>Where a training stands, and how long it takes at most if it goes on as it went so far; it ends earlier where it converges.</summary>
    public static string Describe(TrainingProgress step)
    {
        (int done, int most) = (step.Iteration.Number, step.MaximumNumberOfIterations);
        TimeSpan left = done == 0 ? default : TimeSpan.FromSeconds(step.Iteration.Seconds / done * (most - done));
        string state = FormattableString.Invariant($"{step.Phase}: {done} of {most}, objective {step.Iteration.Objective:G5}");
        return done == 0 ? state : FormattableString.Invariant($@"{state}, ≤ {left:h\:mm\:ss} left");
    }

    /// <summary>Writes a line from time to time.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="pause">The least time between lines, and before the first.</param>
    public sealed class Lines(TextWriter writer, TimeSpan pause) : IProgress<TrainingProgress>
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();

        public void Report(TrainingProgress value)
        {
            if (_clock.Elapsed < pause)
                return;
            writer.WriteLine(Describe(value));
            _clock.Restart();
        }
    }

    // A bar for each phase of the training, of which only that of the present one is shown.
    private sealed class Bar(ProgressContext display) : IProgress<TrainingProgress>
    {
        private string? _phase;
        private ProgressTask? _task;

        public void Report(TrainingProgress value)
        {
            string state = Describe(value).EscapeMarkup();
            if (_task is null || value.Phase != _phase)
            {
                _task?.StopTask();
                _phase = value.Phase;
                _task = display.AddTask(state, maxValue: value.MaximumNumberOfIterations);
            }

            (_task.Description, _task.Value) = (state, value.Iteration.Number);
        }
    }
}
