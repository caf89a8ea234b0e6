using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Streaming;

/// <summary>What templates need to start a training in batches from.</summary>
internal static class StreamedStart
{
    // Features that the first rows lack get this share of the mean of each topic: multiplicative updates never leave a zero.
    private const double ShareOfMean = 1e-2;

    /// <summary>Raises the templates to a share of the mean of their column.</summary>
    /// <param name="templates">The templates.</param>
    /// <param name="kept">How many of the first columns stay as they are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static FactorMatrix Lift(FactorMatrix templates, int kept = 0)
    {
        float[] least = [.. templates.ColumnSums().Select(sum => (float)(ShareOfMean * sum / templates.Rows))], values = templates.Values.ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            int k = i % templates.Columns;
            if (k >= kept)
                values[i] = Math.Max(values[i], least[k]);
        }

        return FactorMatrix.TakeOver(values, templates.Rows, templates.Columns);
    }
}
