// What the programs show: tables go to the console, plots to HTML files in the folder "plots". The notebooks have Show.csx instead.
global using static Notebook;

using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Plotly.NET;
using Plotly.NET.CSharp;

internal static class Notebook
{
    /// <summary>Writes a table: a row for each element, a column for each of its properties.</summary>
    public static void Show<T>(string title, IEnumerable<T> rows)
    {
        PropertyInfo[] columns = typeof(T).GetProperties();
        List<string[]> lines = [[.. columns.Select(column => column.Name)]];
        lines.AddRange(rows.Select(row => columns.Select(column => Text(column.GetValue(row))).ToArray()));
        int[] widths = [.. columns.Select((_, i) => lines.Max(line => line[i].Length))];
        lines.Insert(1, [.. widths.Select(width => new string('-', width))]);

        Console.WriteLine($"\n{title}\n");
        foreach (string[] line in lines)
            Console.WriteLine("  " + string.Join("  ", line.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
    }

    /// <summary>Writes a plot to plots/PROGRAM/TITLE.html.</summary>
    public static void Show(string title, GenericChart chart)
    {
        string folder = Path.Combine("plots", AppDomain.CurrentDomain.FriendlyName);
        Directory.CreateDirectory(folder);
        string name = string.Concat(title.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
        string file = Path.Combine(folder, $"{name}.html");
        chart.SaveHtml(file, OpenInBrowser: false);
        Console.WriteLine($"\n{title}: {file}");
    }

    // The template that the notebooks have; it lacks room for long names.
    [ModuleInitializer]
    internal static void TakeTemplate()
    {
        Defaults.DefaultTemplate = ChartTemplates.light;
        var layout = (Layout)Defaults.DefaultTemplate.GetPropertyValue("layout");
        foreach (string axis in (string[])["xaxis", "yaxis"])
            ((DynamicObj.DynamicObj)layout.GetPropertyValue(axis)).SetProperty("automargin", true);
    }

    private static string Text(object? value) => value switch
    {
        double or float => string.Format(CultureInfo.InvariantCulture, "{0:0.###}", value),
        string text => text,
        IEnumerable values => string.Join(", ", values.Cast<object?>().Select(Text)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
