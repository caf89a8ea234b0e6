using System.Globalization;
using System.Net;
using System.Text;

namespace Microsoft.ML.Nmf.Benchmarks.Charts;

/// <summary>Writes charts of lines, two beside each other, as an SVG file that needs nothing else.</summary>
internal static class SvgChart
{
    private const int Width = 520;
    private const int Height = 360;
    private const int Left = 76;
    private const int Right = 16;
    private const int Top = 44;
    private const int Bottom = 52;
    private const int LineHeight = 16;
    private const int PanelsInRow = 2;

    // Told apart by people who cannot tell red from green (Okabe and Ito).
    private static readonly string[] _colours = ["#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00"];

    public static void Write(string path, IReadOnlyList<ChartPanel> panels)
    {
        int columns = Math.Min(PanelsInRow, panels.Count), rows = (panels.Count + PanelsInRow - 1) / PanelsInRow;
        var svg = new StringBuilder();
        Add(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" width="{columns * Width}" height="{rows * Height}" font-family="sans-serif" font-size="12">""");
        Add(svg, $"""<rect width="100%" height="100%" fill="white"/>""");
        for (int i = 0; i < panels.Count; i++)
        {
            Add(svg, $"""<g transform="translate({i % PanelsInRow * Width},{i / PanelsInRow * Height})">""");
            AddPanel(svg, panels[i]);
            Add(svg, $"</g>");
        }

        Add(svg, $"</svg>");
        File.WriteAllText(path, svg.ToString());
    }

    private static void AddPanel(StringBuilder svg, ChartPanel panel)
    {
        var x = new ChartAxis(panel.Series.SelectMany(series => series.Points).Select(point => point.X), panel.IsLogarithmicX);
        var y = new ChartAxis(panel.Series.SelectMany(series => series.Points).Select(point => point.Y), panel.IsLogarithmicY);
        double inner = Width - Left - Right, depth = Height - Top - Bottom;
        AddText(svg, Left, Top - 24, "start", panel.Title, "font-size=\"11\" font-weight=\"bold\"");
        foreach (double value in x.MarkedValues())
        {
            double at = Left + inner * x.PlaceOf(value);
            Add(svg, $"""<line x1="{at:F1}" x2="{at:F1}" y1="{Top}" y2="{Top + depth}" stroke="#ddd"/>""");
            AddText(svg, at, Top + depth + LineHeight, "middle", Show(value));
        }

        foreach (double value in y.MarkedValues())
        {
            double at = Top + depth * (1 - y.PlaceOf(value));
            Add(svg, $"""<line x1="{Left}" x2="{Left + inner}" y1="{at:F1}" y2="{at:F1}" stroke="#ddd"/>""");
            AddText(svg, Left - 6, at + 4, "end", Show(value));
        }

        Add(svg, $"""<rect x="{Left}" y="{Top}" width="{inner}" height="{depth}" fill="none" stroke="#888"/>""");
        AddText(svg, Left + inner / 2, Height - 14, "middle", panel.LabelOfX);
        AddText(svg, 14, Top + depth / 2, "middle", panel.LabelOfY, FormattableString.Invariant($"transform=\"rotate(-90 14 {Top + depth / 2})\""));
        for (int s = 0; s < panel.Series.Count; s++)
        {
            string colour = _colours[s % _colours.Length];
            (double X, double Y)[] places = [.. panel.Series[s].Points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))
                .Select(point => (Left + inner * x.PlaceOf(point.X), Top + depth * (1 - y.PlaceOf(point.Y))))];
            string points = string.Join(' ', places.Select(place => FormattableString.Invariant($"{place.X:F1},{place.Y:F1}")));
            Add(svg, $"""<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>""");
            foreach ((double atX, double atY) in places)
                Add(svg, $"""<circle cx="{atX:F1}" cy="{atY:F1}" r="2.5" fill="{colour}"/>""");
            AddText(svg, Left + inner - 8, Top + LineHeight * (s + 1), "end", panel.Series[s].Name, $"fill=\"{colour}\"");
        }
    }

    private static void AddText(StringBuilder svg, double x, double y, string anchor, string text, string attributes = "")
        => Add(svg, $"""<text x="{x:F1}" y="{y:F1}" text-anchor="{anchor}" {attributes}>{WebUtility.HtmlEncode(text)}</text>""");

    private static void Add(StringBuilder svg, FormattableString text) => svg.Append(FormattableString.Invariant(text)).Append('\n');

    private static string Show(double value) => value.ToString(Math.Abs(value) is >= 1e7 or < 1e-3 ? "G3" : "#,0.#####", CultureInfo.InvariantCulture);
}
