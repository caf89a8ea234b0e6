using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Reading;

/// <summary>What an estimator trains on.</summary>
/// <param name="Examples">X, n × m.</param>
/// <param name="FeatureNames">The names of the m features, or null.</param>
/// <param name="LabelColumn">The column of labels with its classes, or null.</param>
/// <param name="Labels">For each example 0 for a missing label and otherwise its class plus 1; empty without a label column.</param>
internal sealed record TrainingInput(ExampleMatrix Examples, string[]? FeatureNames, LabelColumn? LabelColumn, uint[] Labels);

/// <summary>Reads the training data: the feature column and, if there is one, the label column, in one pass of one cursor.</summary>
internal static class ExampleReader
{
    /// <summary>Reads all rows.</summary>
    /// <param name="data">The data.</param>
    /// <param name="column">The feature column, from the schema of <paramref name="data"/>.</param>
    /// <param name="label">The label column, from the same schema, or null.</param>
    /// <param name="plan">How values are read, and how often they count.</param>
    /// <param name="checkAlive">Called every 1024 rows; throws to cancel the reading.</param>
    /// <param name="unit">By what entries are divided; null for what suits the rows.</param>
    /// <param name="observes">Whether entries are listed one by one with their weights; null for where that is needed.</param>
    /// <exception cref="InvalidOperationException">
    /// There are no rows, or all labels are missing or have too many values, or a feature is negative, not a number or infinite as float32.
    /// </exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TrainingInput Read(
        IDataView data, FeatureColumn column, LabelColumn? label, ReadingPlan plan, Action checkAlive, double? unit = null, bool? observes = null)
    {
        var builder = new ExampleMatrixBuilder(column.Size);
        var labels = new List<uint>();
        using var reader = new CountedRowReader(data, column, label, plan, checkAlive);
        List<float>? weights = reader.RoomForWeights();
        while (reader.Next(weights))
        {
            builder.Add(reader.Features, reader.Values);
            if (label is not null)
                labels.Add(reader.Label);
        }

        if (builder.Rows == 0)
            throw plan.NoRows(column);
        if (label is { } known && labels.TrueForAll(key => key == 0))
            throw known.NoLabels(builder.Rows);

        uint[] classes = [.. labels];
        return new TrainingInput(plan.CountOf(weights?.ToArray()).Build(builder, column.Size, unit, observes), column.ReadNames(), reader.FinishLabels(classes),
            classes);
    }
}
