using Microsoft.ML.Data.Offline;

namespace Microsoft.ML.Data;

/// <summary>How often rows of each class were taken for each class: the truth in rows, the answers in columns.</summary>
public sealed class ConfusionMatrix
{
    private readonly IHost _host;

    internal IReadOnlyList<ReadOnlyMemory<char>> PredictedClassesIndicators;

    internal readonly bool IsSampled;

    internal readonly bool IsBinary;

    internal ConfusionMatrix(IHost host, double[] precision, double[] recall, double[][] confusionTableCounts,
        List<ReadOnlyMemory<char>> labelNames, bool isSampled, bool isBinary)
    {
        (_host, PredictedClassesIndicators, IsSampled, IsBinary) = (host, labelNames, isSampled, isBinary);
        (PerClassPrecision, PerClassRecall) = (precision.AsReadOnly(), recall.AsReadOnly());
        Counts = confusionTableCounts.Select(row => (IReadOnlyList<double>)row.AsReadOnly()).ToList().AsReadOnly();
    }

    public IReadOnlyList<double> PerClassPrecision { get; }

    public IReadOnlyList<double> PerClassRecall { get; }

    public IReadOnlyList<IReadOnlyList<double>> Counts { get; }

    public int NumberOfClasses => Counts.Count;

    public double GetCountForClassPair(int predictedClassIndicatorIndex, int actualClassIndicatorIndex)
    {
        _host.CheckParam(0 <= predictedClassIndicatorIndex && predictedClassIndicatorIndex < Counts.Count, nameof(predictedClassIndicatorIndex), "There is no such class.");
        _host.CheckParam(0 <= actualClassIndicatorIndex && actualClassIndicatorIndex < Counts.Count, nameof(actualClassIndicatorIndex), "There is no such class.");
        return Counts[actualClassIndicatorIndex][predictedClassIndicatorIndex];
    }

    public string GetFormattedConfusionTable() => ConfusionTable.Format(this);
}
