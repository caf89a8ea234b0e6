namespace Microsoft.ML.Nmf.Benchmarks;

/// <summary>What the comparisons print.</summary>
internal static class Figures
{
    public static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));

    /// <summary>A number in a few digits.</summary>
    public static string Short(double value) => FormattableString.Invariant($"{value:G6}");

    public static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    /// <summary>The seconds of each iteration.</summary>
    public static IEnumerable<double> Iterations(TrainingHistory history) => history.Zip(history.Skip(1), (before, after) => after.Seconds - before.Seconds);
}
