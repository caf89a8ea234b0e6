using Microsoft.ML.Transforms;

namespace Microsoft.ML.Data.Offline;

/// <summary>Learns which values of columns get keys.</summary>
internal sealed class KeyTraining(IHost host, IChannel channel)
{
    /// <summary>Reads all columns in one pass, no further than each needs.</summary>
    public KeyDictionary[] Learn(IDataView data, ValueToKeyMappingEstimator.ColumnOptionsBase[] columns)
    {
        var sources = Array.ConvertAll(columns, column => data.Schema[column.InputColumnName]);
        foreach (var column in columns)
            channel.CheckUserArg(column.MaximumNumberOfKeys > 0, "MaxNumTerms", "Must be positive");

        using var cursor = data.GetRowCursor(sources.DistinctBy(source => source.Index));
        using var progress = host.StartProgressChannel("Building term dictionary");
        var builders = new KeyDictionaryBuilder[columns.Length];
        for (int i = 0; i < builders.Length; i++)
            builders[i] = KeyDictionaryBuilder.Create(cursor, sources[i], Sorts(columns[i]), columns[i].MaximumNumberOfKeys);
        var open = builders.ToList();
        while (open.Count > 0 && cursor.MoveNext())
        {
            host.CheckAlive();
            open.RemoveAll(builder => !builder.TakeRow());
        }

        for (int i = 0; i < builders.Length; i++)
        {
            if (builders[i].Count == 0)
                channel.Warning("Term map for output column '{0}' contains no entries.", columns[i].OutputColumnName);
        }

        return Array.ConvertAll(builders, builder => builder.Finish());
    }

    /// <summary>Takes the keys of a column from other data than the column's own.</summary>
    public KeyDictionary Take(IDataView keyData, DataViewSchema.Column target, ValueToKeyMappingEstimator.ColumnOptionsBase options)
    {
        var source = keyData.Schema[0];
        var itemType = target.Type.GetItemType();
        if (!source.Type.Equals(itemType))
            throw channel.ExceptUserArg(nameof(keyData), "Input data's column must be of type '{0}' but was '{1}'", itemType, source.Type);
        using var cursor = keyData.GetRowCursor(source);
        var builder = KeyDictionaryBuilder.Create(cursor, source, Sorts(options), int.MaxValue);
        while (cursor.MoveNext() && builder.TakeRow())
            host.CheckAlive();
        if (builder.Count == 0)
            channel.Warning("Map from the term data resulted in an empty map.");
        return builder.Finish();
    }

    private static bool Sorts(ValueToKeyMappingEstimator.ColumnOptionsBase column)
        => column.KeyOrdinality == ValueToKeyMappingEstimator.KeyOrdinality.ByValue;
}
