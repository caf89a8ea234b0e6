using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>What some components leave of the data, max(X − H Wᵀ, 0) where X is not zero: as sparse as X, and what further components can start from.</summary>
internal static class RestOfData
{
    // What is left of an entry that the components explain is rounding up to this share of it.
    private const float Rounding = 1e-5f;

    /// <summary>Computes it, in the unit of the data. Cost: the non-zeros of X times the columns of W.</summary>
    /// <param name="examples">X.</param>
    /// <param name="activations">H.</param>
    /// <param name="templates">W.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ExampleMatrix Of(ExampleMatrix examples, FactorMatrix activations, FactorMatrix templates)
    {
        var builder = new ExampleMatrixBuilder(examples.Columns);
        int[] features = new int[examples.Columns], left = new int[examples.Columns];
        float[] values = new float[examples.Columns];
        for (int i = 0; i < features.Length; i++)
            features[i] = i;
        for (int i = 0; i < examples.Rows; i++)
        {
            (int block, int place) = Math.DivRem(i, ExampleMatrix.BlockRows);
            ReadOnlySpan<int> columns = features;
            ReadOnlySpan<float> row;
            if (examples is SparseExamples sparse)
            {
                CompressedBlock from = sparse.Data.Blocks[block];
                Range entries = from.Starts[place]..from.Starts[place + 1];
                columns = from.Columns.AsSpan(entries);
                row = from.Values.AsSpan(entries);
            }
            else
            {
                row = ((DenseExamples)examples).Row(block, place);
            }

            ReadOnlySpan<float> shares = activations.Row(i);
            int count = 0;
            for (int p = 0; p < row.Length; p++)
            {
                ReadOnlySpan<float> template = templates.Row(columns[p]);
                float rest = row[p];
                for (int k = 0; k < shares.Length; k++)
                    rest -= shares[k] * template[k];
                if (rest <= Rounding * row[p])
                    continue;
                left[count] = columns[p];
                values[count++] = rest;
            }

            builder.Add(left.AsSpan(0, count), values.AsSpan(0, count));
        }

        return builder.Build(examples.Unit);
    }
}
