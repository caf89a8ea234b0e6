namespace Microsoft.ML.Trainers.Offline;

/// <summary>The examples in memory, in blocks of rows.</summary>
internal sealed class TrainingRows
{
    private readonly List<RowBlock> _blocks = [];

    public IReadOnlyList<RowBlock> Blocks => _blocks;

    public int Count { get; private set; }

    public double TotalWeight { get; private set; }

    /// <summary>The examples without a label, with a bad weight, or with features that are not finite; they are left out.</summary>
    public long SkippedCount { get; private set; }

    public static TrainingRows Load(IHost host, RoleMappedData data)
    {
        var (features, label, weight) = (data.Schema.Feature.Value, data.Schema.Label.Value, data.Schema.Weight);
        using var progress = host.StartProgressChannel("LBFGS data prep");
        using var cursor = data.Data.GetRowCursor(weight is null ? [features, label] : [features, label, weight.Value]);
        var getLabel = RowCursorUtils.GetLabelGetter(cursor, label.Index);
        var getFeatures = cursor.GetGetter<VBuffer<float>>(features);
        var getWeight = weight is null ? null : RowCursorUtils.GetGetterAs<float>(NumberDataViewType.Single, cursor, weight.Value.Index);

        var rows = new TrainingRows();
        var builder = new RowBlockBuilder();
        VBuffer<float> vector = default;
        float number = 0, importance = 1;
        while (cursor.MoveNext())
        {
            host.CheckAlive();
            getLabel(ref number);
            getWeight?.Invoke(ref importance);
            bool isGood = float.IsFinite(number) && 0 < importance && importance < float.PositiveInfinity;
            if (isGood)
                getFeatures(ref vector);
            if (!isGood || VBufferUtils.HasNonFinite(in vector))
            {
                rows.SkippedCount++;
                continue;
            }

            rows.Count++;
            rows.TotalWeight += importance;
            builder.Add((int)number, importance, in vector);
            if (builder.Count == RowBlock.MaximumCount)
                rows._blocks.Add(builder.Build());
        }

        if (builder.Count > 0)
            rows._blocks.Add(builder.Build());
        return rows;
    }
}
