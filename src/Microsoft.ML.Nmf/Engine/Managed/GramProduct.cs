namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// FᵀF: float32 sums over four blocks of rows, then double sums over those, always in the order of the rows. Only the tiles on and
/// above the diagonal are computed. Cost about p·r²/2.
/// </summary>
internal static class GramProduct
{
    private const int Lane = ManagedFactor.Lane;

    /// <summary>Rows whose products are summed in float32.</summary>
    private const int PartRows = 4 * ExampleMatrix.BlockRows;

    /// <summary>result ← FᵀF.</summary>
    public static void Compute(BlockScheduler scheduler, ManagedFactor factor, double[] result)
    {
        int rank = factor.Rank;
        int stride = factor.Stride;
        int parts = (factor.Rows + PartRows - 1) / PartRows;
        var sums = new AlignedFloats(parts * rank * stride);
        scheduler.Run(parts, part =>
        {
            int first = part * PartRows;
            int rows = Math.Min(PartRows, factor.Rows - first);
            ReadOnlySpan<float> values = factor.RowRange(first, rows);
            Span<float> target = sums.Span.Slice(part * rank * stride, rank * stride);
            for (int k = 0; k < rank; k += Lane)
            {
                int height = Math.Min(Lane, rank - k);
                MatrixKernel.MultiplyAdd(new(values[k..], 1, stride), values[k..], stride, target[(k * stride + k)..], stride, height, rows, stride - k);
            }
        });

        Array.Clear(result);
        for (int part = 0; part < parts; part++)
        {
            ReadOnlySpan<float> source = sums.Span.Slice(part * rank * stride, rank * stride);
            for (int k = 0; k < rank; k++)
            {
                for (int l = k; l < rank; l++)
                    result[k * rank + l] += source[k * stride + l];
            }
        }

        for (int k = 0; k < rank; k++)
        {
            for (int l = 0; l < k; l++)
                result[k * rank + l] = result[l * rank + k];
        }
    }
}
