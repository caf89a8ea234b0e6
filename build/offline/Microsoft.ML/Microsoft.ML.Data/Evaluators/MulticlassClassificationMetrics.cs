using System.Collections.Immutable;

namespace Microsoft.ML.Data;

/// <summary>How well a classifier of several classes did.</summary>
public sealed class MulticlassClassificationMetrics
{
    internal MulticlassClassificationMetrics(double accuracyMicro, double accuracyMacro, double logLoss, double logLossReduction,
        int topKPredictionCount, double[] topKAccuracies, double[] perClassLogLoss, ConfusionMatrix confusionMatrix)
    {
        (MicroAccuracy, MacroAccuracy, LogLoss, LogLossReduction) = (accuracyMicro, accuracyMacro, logLoss, logLossReduction);
        (TopKPredictionCount, TopKAccuracyForAllK) = (topKPredictionCount, topKAccuracies);
        (PerClassLogLoss, ConfusionMatrix) = (perClassLogLoss.ToImmutableArray(), confusionMatrix);
    }

    /// <summary>The mean over the rows of minus the logarithm of the score of the row's class.</summary>
    public double LogLoss { get; }

    /// <summary>How much of the loss is saved that one has who knows no more than how frequent the classes are.</summary>
    public double LogLossReduction { get; private set; }

    /// <summary>The mean over the classes of the share of right answers.</summary>
    public double MacroAccuracy { get; }

    /// <summary>The share of right answers.</summary>
    public double MicroAccuracy { get; }

    /// <summary>The share of rows whose class is among those with the largest scores.</summary>
    public double TopKAccuracy => TopKAccuracyForAllK?.LastOrDefault() ?? 0;

    public int TopKPredictionCount { get; }

    public IReadOnlyList<double> TopKAccuracyForAllK { get; }

    public IReadOnlyList<double> PerClassLogLoss { get; }

    public ConfusionMatrix ConfusionMatrix { get; }
}
