using System.Text;

namespace Microsoft.ML.Data.Offline;

/// <summary>Prints confusion matrices.</summary>
internal static class ConfusionTable
{
    private const int LeastPadding = 9;

    public static string Format(ConfusionMatrix matrix)
    {
        var names = matrix.PredictedClassesIndicators;
        int classes = matrix.NumberOfClasses;
        int width = classes == 2 ? 8 : 5;
        int longest = names.Max(name => name.Length);
        // Names that are wider than a column are numbered, and the numbers head the columns.
        bool isNumbered = longest > width;
        int digits = Math.Max(classes - 1, 0).ToString().Length;
        int padding = Math.Max(LeastPadding, isNumbered ? longest + digits + 2 : longest);
        string line = string.Concat(Enumerable.Repeat(classes > 2 ? "========" : "===========", classes));

        var text = new StringBuilder();
        text.AppendLine().AppendLine("Confusion table");
        Row("", line);
        Row("PREDICTED", string.Concat(Enumerable.Range(0, classes).Select(i => $" {(isNumbered ? i.ToString() : names[i].ToString()).PadLeft(width)} |")) + " Recall");
        Row("TRUTH", line);
        for (int i = 0; i < classes; i++)
        {
            string name = isNumbered ? $"{i.ToString().PadLeft(digits)}. {names[i].ToString().PadLeft(padding - digits - 2)}" : names[i].ToString().PadLeft(padding);
            Row(name, string.Concat(matrix.Counts[i].Select(count => $" {count.ToString("N0").PadLeft(width)} |")) + $" {matrix.PerClassRecall[i].ToString("F4"),5}");
        }

        Row("", line);
        Row("Precision", string.Concat(matrix.PerClassPrecision.Select(precision => $"{precision.ToString("N4").PadLeft(width + 1)} |")));
        return text.ToString();

        void Row(string head, string cells) => text.Append(head.PadRight(padding)).Append(" ||").AppendLine(cells);
    }
}
