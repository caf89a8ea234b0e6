using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Mathematics;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Microsoft.ML.Nmf.Benchmarks.Primitives;

/// <summary>A column of what a primitive does a second.</summary>
/// <param name="name">Its heading.</param>
/// <param name="legend">What it is.</param>
/// <param name="format">How it is written.</param>
/// <param name="rate">The figure, from the cost of a primitive and its seconds.</param>
internal sealed class RateColumn(string name, string legend, string format, Func<PrimitiveCost, double, double> rate) : IColumn
{
    /// <summary>Operations and bytes a second, alone and as shares of what all cores of the machine can do.</summary>
    public static IColumn[] All =>
    [
        new RateColumn("GFLOP/s", "Billions of operations a second", "F1", (cost, seconds) => cost.Operations / seconds / 1e9),
        new RateColumn("of peak", "Share of the fused multiply-adds that all cores can do", "P0",
            (cost, seconds) => cost.Operations / seconds / MachineLimits.Measured.Operations),
        new RateColumn("GB/s", "Billions of bytes a second", "F1", (cost, seconds) => cost.Bytes / seconds / 1e9),
        new RateColumn("of copy", "Share of the bytes that all cores can copy", "P0", (cost, seconds) => cost.Bytes / seconds / MachineLimits.Measured.Bytes),
    ];

    public string Id => $"{nameof(RateColumn)}.{name}";

    public string ColumnName => name;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => legend;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, summary.Style);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not Statistics statistics)
            return "-";
        var data = (string)benchmarkCase.Parameters[nameof(ManagedPrimitives.Data)];
        var cost = PrimitiveCost.Of(benchmarkCase.Descriptor.WorkloadMethod.Name, data, (int)benchmarkCase.Parameters[nameof(ManagedPrimitives.Rank)]);
        double value = rate(cost, statistics.Median / 1e9);
        return double.IsNaN(value) ? "-" : value.ToString(format, CultureInfo.InvariantCulture);
    }

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
}
