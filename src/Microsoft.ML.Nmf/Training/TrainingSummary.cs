using System.Globalization;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>What a training came to, in a few words.</summary>
internal static class TrainingSummary
{
    /// <summary>The value it ended at, the iterations and why it ended: "error 123.4 after 57 iterations (converged)".</summary>
    /// <param name="history">How it went.</param>
    /// <param name="name">What the value is called.</param>
    /// <param name="value">The value.</param>
    /// <param name="iteration">The word for an iteration, in the singular.</param>
    public static string Of(TrainingHistory history, string name, double value, string iteration)
        => string.Create(CultureInfo.InvariantCulture, $"{name} {value:G6} after {InWords.Count(history.Last.Number, iteration)} ({WordsOf(history.End)})");

    /// <summary>Why a training ended: "stopped early" for StoppedEarly.</summary>
    public static string WordsOf(TrainingEnd end)
        => string.Concat(end.ToString().Select((letter, i) => char.IsUpper(letter) ? $"{(i > 0 ? " " : "")}{char.ToLowerInvariant(letter)}" : $"{letter}"));
}
