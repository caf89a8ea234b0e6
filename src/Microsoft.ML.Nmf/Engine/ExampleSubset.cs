namespace Microsoft.ML.Nmf.Engine;

/// <summary>Takes some rows of the training data.</summary>
internal static class ExampleSubset
{
    /// <summary>The rows at the given places, in their order.</summary>
    public static ExampleMatrix Take(ExampleMatrix examples, ReadOnlySpan<int> rows)
    {
        var builder = new ExampleMatrixBuilder(examples.Columns);
        int[] features = new int[examples.Columns];
        var values = new float[examples.Columns];
        foreach (int row in rows)
        {
            (int block, int place) = Math.DivRem(row, ExampleMatrix.BlockRows);
            if (examples is SparseExamples sparse)
            {
                CompressedBlock from = sparse.Data.Blocks[block];
                Range entries = from.Starts[place]..from.Starts[place + 1];
                builder.Add(from.Columns.AsSpan(entries), from.Values.AsSpan(entries));
                continue;
            }

            ReadOnlySpan<float> dense = ((DenseExamples)examples).Blocks[block].AsSpan(place * examples.Columns, examples.Columns);
            int count = 0;
            for (int j = 0; j < dense.Length; j++)
            {
                if (dense[j] == 0)
                    continue;
                features[count] = j;
                values[count++] = dense[j];
            }

            builder.Add(features.AsSpan(0, count), values.AsSpan(0, count));
        }

        return builder.Build();
    }
}
