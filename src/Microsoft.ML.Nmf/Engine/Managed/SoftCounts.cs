using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// β = 1 on sparse X: adds w_jk Σ_i h_ik x_ij / x̂_ij, how much of feature j the rows take from component k, to sums in double, row of X after row and without
/// the transpose. The quotients come first, blocks of rows on all threads; then threads take ranges of features, so that each sum is added in the order of the
/// rows whatever their number. Cost 2·z·r.
/// </summary>
internal static class SoftCounts
{
    private const int Lane = ManagedFactor.Lane;

    /// <summary>Adds the counts.</summary>
    /// <param name="scheduler">The threads.</param>
    /// <param name="data">X.</param>
    /// <param name="activations">H.</param>
    /// <param name="templates">W.</param>
    /// <param name="floor">The least x̂.</param>
    /// <param name="weight">How often the rows count.</param>
    /// <param name="sums">Features × rank, row after row.</param>
    /// <returns>Σ x log(x / x̂).</returns>
    public static double Add(
        BlockScheduler scheduler, CompressedRows data, ManagedFactor activations, ManagedFactor templates, float floor, double weight, double[] sums)
    {
        double cost = (double)data.NonZeros * activations.Rank;
        var quotients = new float[data.Blocks.Length][];
        double logarithms = scheduler.Sum(data.Blocks.Length, cost, b => Divide(data.Blocks[b], b, activations, templates, floor, quotients));
        int parts = Math.Min(scheduler.Threads, data.Columns);
        scheduler.Run(parts, cost, part =>
        {
            int first = (int)((long)part * data.Columns / parts), end = (int)((part + 1L) * data.Columns / parts);
            Count(data, activations, templates, quotients, weight, sums, first, end);
        });
        return logarithms;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Divide(in CompressedBlock block, int b, ManagedFactor activations, ManagedFactor templates, float floor, float[][] quotients)
    {
        float[] quotient = quotients[b] = new float[block.Values.Length];
        int stride = templates.Stride;
        double logarithms = 0;
        for (int i = 0; i < block.Rows; i++)
        {
            ReadOnlySpan<float> h = activations.Values.Slice((b * ExampleMatrix.BlockRows + i) * stride, stride);
            for (int p = block.Starts[i]; p < block.Starts[i + 1]; p++)
            {
                ReadOnlySpan<float> w = templates.Values.Slice(block.Columns[p] * stride, stride);
                Vector512<float> sum = default;
                for (int k = 0; k < stride; k += Lane)
                    sum = Vector512.MultiplyAddEstimate(Vector512.Create(h[k..]), Vector512.Create(w[k..]), sum);
                quotient[p] = block.Values[p] / Math.Max(Vector512.Sum(sum), floor);
                logarithms += block.Values[p] * Math.Log(Math.Max(quotient[p], DivergenceRule.SmallestRatio));
            }
        }

        return logarithms;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Count(
        CompressedRows data, ManagedFactor activations, ManagedFactor templates, float[][] quotients, double weight, double[] sums, int first, int end)
    {
        int rank = activations.Rank, stride = activations.Stride;
        for (int b = 0; b < data.Blocks.Length; b++)
        {
            CompressedBlock block = data.Blocks[b];
            for (int i = 0; i < block.Rows; i++)
            {
                ReadOnlySpan<float> h = activations.Values.Slice((b * ExampleMatrix.BlockRows + i) * stride, rank);
                int to = block.Starts[i + 1];
                for (int p = ProductSums.StartOf(block.Columns, block.Starts[i], to, first); p < to && block.Columns[p] < end; p++)
                {
                    int feature = block.Columns[p];
                    ReadOnlySpan<float> w = templates.Values.Slice(feature * stride, rank);
                    Span<double> counts = sums.AsSpan(feature * rank, rank);
                    double share = weight * quotients[b][p];
                    for (int k = 0; k < counts.Length; k++)
                        counts[k] += share * ((double)w[k] * h[k]);
                }
            }
        }
    }
}
