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
        var rows = new ExampleRows(examples);
        int[] left = new int[examples.Columns];
        float[] rests = new float[examples.Columns];
        for (int i = 0; i < examples.Rows; i++)
        {
            rows.Read(i);
            ReadOnlySpan<int> features = rows.Features;
            ReadOnlySpan<float> values = rows.Values, shares = activations.Row(i);
            int count = 0;
            for (int p = 0; p < features.Length; p++)
            {
                ReadOnlySpan<float> template = templates.Row(features[p]);
                float rest = values[p];
                for (int k = 0; k < shares.Length; k++)
                    rest -= shares[k] * template[k];
                if (rest <= Rounding * values[p])
                    continue;
                left[count] = features[p];
                rests[count++] = rest;
            }

            builder.Add(left.AsSpan(0, count), rests.AsSpan(0, count));
        }

        return builder.Build(examples.Unit);
    }
}
