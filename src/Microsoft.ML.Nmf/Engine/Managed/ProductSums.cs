using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Adds Xᵀ H to sums in double for sparse X, row of X after row, without the transpose: the few rows of a batch touch few features, and a dense product of all
/// features would be the most of its cost. Threads take ranges of features, so that each sum is added in the order of the rows whatever their number. Cost z·r.
/// </summary>
internal static class ProductSums
{
    /// <summary>sums ← sums + weight · Xᵀ H.</summary>
    /// <param name="scheduler">The threads.</param>
    /// <param name="data">X.</param>
    /// <param name="activations">H.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="sums">Features × rank, row after row.</param>
    public static void Add(BlockScheduler scheduler, CompressedRows data, ManagedFactor activations, double weight, double[] sums)
    {
        int parts = Math.Min(scheduler.Threads, data.Columns);
        scheduler.Run(parts, (double)data.NonZeros * activations.Rank, part =>
        {
            int first = (int)((long)part * data.Columns / parts), end = (int)((part + 1L) * data.Columns / parts);
            Add(data, activations, weight, sums, first, end);
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(CompressedRows data, ManagedFactor activations, double weight, double[] sums, int first, int end)
    {
        int rank = activations.Rank;
        var row = new double[rank];
        for (int b = 0; b < data.Blocks.Length; b++)
        {
            CompressedBlock block = data.Blocks[b];
            for (int i = 0; i < block.Rows; i++)
            {
                int from = block.Starts[i], to = block.Starts[i + 1];
                if (first > 0)
                    from = StartOf(block.Columns, from, to, first);
                if (from == to)
                    continue;
                ReadOnlySpan<float> h = activations.Values.Slice((b * ExampleMatrix.BlockRows + i) * activations.Stride, rank);
                for (int k = 0; k < rank; k++)
                    row[k] = h[k];
                for (int p = from; p < to && block.Columns[p] < end; p++)
                    DoubleKernel.AddScaled(sums.AsSpan(block.Columns[p] * rank, rank), row, weight * block.Values[p]);
            }
        }
    }

    /// <summary>The first entry of a row whose feature is not before a range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int StartOf(int[] columns, int from, int to, int first)
    {
        while (from < to)
        {
            int middle = (from + to) >>> 1;
            if (columns[middle] < first)
                from = middle + 1;
            else
                to = middle;
        }

        return from;
    }
}
