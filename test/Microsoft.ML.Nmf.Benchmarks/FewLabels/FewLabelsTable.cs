using System.Globalization;

namespace Microsoft.ML.Nmf.Benchmarks.FewLabels;

/// <summary>Accuracies by method and share of labels, gathered over seeds.</summary>
internal sealed class FewLabelsTable(double[] fractions)
{
    private readonly List<(string Method, double Fraction, double Accuracy)> _entries = [];
    private readonly List<(string Method, double Seconds, double RowsASecond)> _costs = [];
    private readonly Dictionary<double, int> _labels = [];

    /// <summary>The number of words.</summary>
    public int Features { get; set; }

    /// <summary>Takes note of one seed's accuracy.</summary>
    public void Add(string method, double fraction, int labels, double accuracy)
    {
        _entries.Add((method, fraction, accuracy));
        _labels[fraction] = labels;
    }

    /// <summary>Takes note of what a representation took with one seed.</summary>
    /// <param name="method">What it is.</param>
    /// <param name="seconds">Of fitting it, from words, or from texts where it is made of texts.</param>
    /// <param name="rowsASecond">Of making it for new rows, on one thread.</param>
    public void AddCost(string method, double seconds, double rowsASecond) => _costs.Add((method, seconds, rowsASecond));

    /// <summary>Prints means and standard deviations in markdown.</summary>
    public void Print()
    {
        Figures.Say($"| labels known | {string.Join(" | ", fractions.Select(f => FormattableString.Invariant($"{100 * f:0.##} % ({_labels[f]:N0})")))} |");
        Console.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---|", fractions.Length))}");
        foreach (IGrouping<string, (string Method, double Fraction, double Accuracy)> method in _entries.GroupBy(e => e.Method))
        {
            IEnumerable<string> cells = fractions.Select(f => Cell([.. method.Where(e => e.Fraction == f).Select(e => e.Accuracy)]));
            Console.WriteLine($"| {method.Key} | {string.Join(" | ", cells)} |");
        }

        Console.WriteLine();
        Console.WriteLine("| | seconds to fit | rows a second, one thread |");
        Console.WriteLine("|---|---|---|");
        foreach (IGrouping<string, (string Method, double Seconds, double Rate)> method in _costs.GroupBy(e => e.Method))
            Figures.Say($"| {method.Key} | {Figures.Median([.. method.Select(e => e.Seconds)]):F1} | {Figures.Median([.. method.Select(e => e.Rate)]):N0} |");
    }

    private static string Cell(double[] accuracies)
    {
        double mean = accuracies.Average();
        double deviation = accuracies.Length < 2 ? 0 : Math.Sqrt(accuracies.Sum(a => (a - mean) * (a - mean)) / (accuracies.Length - 1));
        return string.Create(CultureInfo.InvariantCulture, $"{100 * mean:F1} ± {100 * deviation:F1}");
    }
}
