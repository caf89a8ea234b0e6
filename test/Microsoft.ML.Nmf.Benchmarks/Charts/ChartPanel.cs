namespace Microsoft.ML.Nmf.Benchmarks.Charts;

/// <summary>A line of a chart.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="Points">Its points, from left to right.</param>
internal sealed record ChartSeries(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>A coordinate system with lines in it.</summary>
/// <param name="Title">What stands above it.</param>
/// <param name="LabelOfX">What stands below it.</param>
/// <param name="LabelOfY">What stands beside it.</param>
/// <param name="IsLogarithmicX">Whether x is drawn by its logarithm.</param>
/// <param name="IsLogarithmicY">Whether y is drawn by its logarithm.</param>
/// <param name="Series">The lines, at most five.</param>
internal sealed record ChartPanel(string Title, string LabelOfX, string LabelOfY, bool IsLogarithmicX, bool IsLogarithmicY, IReadOnlyList<ChartSeries> Series);
