using System.Globalization;

namespace Microsoft.ML.Nmf.Benchmarks.Reproductions;

/// <summary>Prints a table in Markdown, a row at a time.</summary>
internal sealed class MarkdownTable
{
    /// <summary>Prints the names of the columns.</summary>
    public MarkdownTable(params string[] columns)
    {
        Row(columns);
        Console.WriteLine($"|{string.Concat(columns.Select(_ => "---|"))}");
    }

    /// <summary>Prints a row.</summary>
    public void Row(params string[] cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");

    /// <summary>A number with some decimals; a dash for none.</summary>
    public static string Number(double value, int decimals)
        => double.IsNaN(value) ? "–" : value.ToString("F" + decimals, CultureInfo.InvariantCulture);
}
