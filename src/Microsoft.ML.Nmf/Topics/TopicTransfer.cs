using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Topics;

/// <summary>Brings templates from the features of one model to those of other data, by their names.</summary>
internal static class TopicTransfer
{
    /// <summary>The rows of some templates for other features.</summary>
    /// <param name="templates">V, features × r.</param>
    /// <param name="from">The names of its features, or null.</param>
    /// <param name="to">The names of the others.</param>
    /// <exception cref="InvalidOperationException">The features have no names.</exception>
    public static FactorMatrix Of(FactorMatrix templates, IReadOnlyList<string>? from, IReadOnlyList<string> to)
    {
        if (from is null)
        {
            throw new InvalidOperationException("The features of the model have no names, so that nothing tells which of the others they are. "
                + "Train it on a column with slot names, or use its templates as they are where the features are the same.");
        }

        var places = new Dictionary<string, int>(from.Count);
        for (int j = 0; j < from.Count; j++)
            places.TryAdd(from[j], j);
        int rank = templates.Columns;
        var values = new float[to.Count * rank];
        for (int j = 0; j < to.Count; j++)
        {
            if (places.TryGetValue(to[j], out int place))
                templates.Row(place).CopyTo(values.AsSpan(j * rank));
        }

        return FactorMatrix.TakeOver(values, to.Count, rank);
    }

    /// <summary>The slot names of a column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It has none.</exception>
    public static string[] NamesOf(DataViewSchema.Column column)
    {
        if (!column.HasSlotNames())
        {
            throw new ArgumentOutOfRangeException(nameof(column), column.Name,
                $"Column '{column.Name}' has no slot names, so that nothing tells which of its features are those of the model. Name the features one by one.");
        }

        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }
}
