using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Ranks;

/// <summary>The stored entries of one row of the training data.</summary>
/// <param name="features">The feature of each entry; empty where all features are stored.</param>
/// <param name="values">The values, in the unit of the stored data.</param>
internal readonly ref struct RowEntries(ReadOnlySpan<int> features, ReadOnlySpan<float> values)
{
    private readonly ReadOnlySpan<int> _features = features;

    /// <summary>The values; zeros among them where all features are stored.</summary>
    public ReadOnlySpan<float> Values { get; } = values;

    /// <summary>The feature of an entry.</summary>
    public int FeatureAt(int entry) => _features.IsEmpty ? entry : _features[entry];

    /// <summary>Those of a row.</summary>
    public static RowEntries Of(ExampleMatrix examples, int row)
    {
        (int block, int place) = Math.DivRem(row, ExampleMatrix.BlockRows);
        if (examples is not SparseExamples sparse)
            return new([], ((DenseExamples)examples).Row(block, place));
        CompressedBlock from = sparse.Data.Blocks[block];
        Range entries = from.Starts[place]..from.Starts[place + 1];
        return new(from.Columns.AsSpan(entries), from.Values.AsSpan(entries));
    }
}
