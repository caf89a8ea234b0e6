using Microsoft.ML.Data;
using Microsoft.ML.Data.Offline;

namespace Microsoft.ML;

public sealed partial class MulticlassClassificationCatalog
{
    /// <summary>Compares the scores of rows with their labels.</summary>
    public MulticlassClassificationMetrics Evaluate(IDataView data, string labelColumnName = DefaultColumnNames.Label, string scoreColumnName = DefaultColumnNames.Score,
        string predictedLabelColumnName = DefaultColumnNames.PredictedLabel, int topKPredictionCount = 0)
    {
        Environment.CheckValue(data, nameof(data));
        Environment.CheckNonEmpty(labelColumnName, nameof(labelColumnName));
        Environment.CheckNonEmpty(scoreColumnName, nameof(scoreColumnName));
        Environment.CheckNonEmpty(predictedLabelColumnName, nameof(predictedLabelColumnName));
        Environment.CheckUserArg(topKPredictionCount >= 0, nameof(topKPredictionCount), "Must be non-negative");

        var host = Environment.Register("MultiClassClassifierEvaluator");
        var schema = new RoleMappedSchema(data.Schema, opt: false,
            RoleMappedSchema.ColumnRole.Label.Bind(labelColumnName),
            RoleMappedSchema.CreatePair(AnnotationUtils.Const.ScoreValueKind.Score, scoreColumnName),
            RoleMappedSchema.CreatePair(AnnotationUtils.Const.ScoreValueKind.PredictedLabel, predictedLabelColumnName));
        var (label, score) = (schema.Label.Value, schema.GetUniqueColumn(AnnotationUtils.Const.ScoreValueKind.Score));
        if (score.Type is not VectorDataViewType { Size: >= 2 } scores || scores.ItemType != NumberDataViewType.Single)
            throw host.ExceptSchemaMismatch(nameof(schema), "score", score.Name, "vector of two or more items of type Single", score.Type.ToString());
        if (label.Type != NumberDataViewType.Single && label.Type.GetKeyCount() == 0)
            throw host.ExceptSchemaMismatch(nameof(schema), "label", label.Name, "Single or Key", label.Type.ToString());
        return Count(host, data, label, score).ToMetrics(host, topKPredictionCount, NamesOf(score, scores.Size));
    }

    private static MulticlassCounts Count(IHost host, IDataView data, DataViewSchema.Column label, DataViewSchema.Column score)
    {
        using var channel = host.Start("Evaluate");
        using var cursor = data.GetRowCursor([label, score]);
        var getLabel = RowCursorUtils.GetLabelGetter(cursor, label.Index);
        var getScores = cursor.GetGetter<VBuffer<float>>(score);
        var counts = new MulticlassCounts(score.Type.GetVectorSize());
        float number = 0;
        VBuffer<float> scores = default;
        int badLabels = 0;
        while (cursor.MoveNext())
        {
            host.CheckAlive();
            getLabel(ref number);
            if (float.IsNaN(number))
                continue;
            if (number < 0 || number != (int)number)
            {
                badLabels++;
                continue;
            }

            getScores(ref scores);
            VBufferUtils.Densify(ref scores);
            if (!VBufferUtils.HasNonFinite(in scores))
                counts.Add((int)number, scores.GetValues());
        }

        if (badLabels > 0)
            channel.Warning("Found {0} test instances with labels that are either negative or non integers. These instances were ignored", badLabels);
        if (counts.UnknownLabels > 0)
            channel.Warning("Found {0} test instances with class values not seen in the training set. LogLoss is reported higher than usual because of these instances.", counts.UnknownLabels);
        return counts;
    }

    // Numbers stand for classes that the scores do not name.
    private static List<ReadOnlyMemory<char>> NamesOf(DataViewSchema.Column score, int classes)
    {
        if (!score.HasSlotNames(classes))
            return [.. Enumerable.Range(0, classes).Select(i => i.ToString().AsMemory())];
        VBuffer<ReadOnlyMemory<char>> names = default;
        score.GetSlotNames(ref names);
        return [.. names.DenseValues()];
    }
}
