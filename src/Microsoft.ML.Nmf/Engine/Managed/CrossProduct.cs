namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// AᵀB of two tall factors: float32 sums over four blocks of rows, then double sums over those, always in the order of the rows. Of AᵀA only the tiles on and
/// above the diagonal are computed. Cost p·a·b, or about p·a²/2.
/// </summary>
internal static class CrossProduct
{
    private const int Lane = ManagedFactor.Lane;

    /// <summary>Rows whose products are summed in float32.</summary>
    private const int PartRows = 4 * ExampleMatrix.BlockRows;

    /// <summary>result ← AᵀB, a × b without padding.</summary>
    public static void Compute(BlockScheduler scheduler, ManagedFactor first, ManagedFactor second, double[] result)
    {
        bool isGram = ReferenceEquals(first, second);
        int height = first.Rank, width = second.Rank, stride = second.Stride;
        int parts = (first.Rows + PartRows - 1) / PartRows;
        var sums = new AlignedFloats(checked(parts * height * stride));
        scheduler.Run(parts, part =>
        {
            int start = part * PartRows;
            int rows = Math.Min(PartRows, first.Rows - start);
            ReadOnlySpan<float> left = first.RowRange(start, rows), right = second.RowRange(start, rows);
            Span<float> target = sums.Span.Slice(part * height * stride, height * stride);
            for (int k = 0; k < height; k += Lane)
            {
                int column = isGram ? k : 0;
                MatrixKernel.MultiplyAdd(new(left[k..], 1, first.Stride), right[column..], stride, target[(k * stride + column)..], stride, Math.Min(Lane, height - k), rows, stride - column);
            }
        });

        Array.Clear(result);
        for (int part = 0; part < parts; part++)
        {
            ReadOnlySpan<float> source = sums.Span.Slice(part * height * stride, height * stride);
            for (int k = 0; k < height; k++)
            {
                for (int l = isGram ? k : 0; l < width; l++)
                    result[k * width + l] += source[k * stride + l];
            }
        }

        for (int k = 0; isGram && k < height; k++)
        {
            for (int l = 0; l < k; l++)
                result[k * width + l] = result[l * width + k];
        }
    }
}
