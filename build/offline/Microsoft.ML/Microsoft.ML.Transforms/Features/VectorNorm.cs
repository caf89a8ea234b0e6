using static Microsoft.ML.Transforms.LpNormNormalizingEstimatorBase;

namespace Microsoft.ML.Transforms.Offline;

/// <summary>Divides vectors by their norm, after taking off their mean if asked.</summary>
internal static class VectorNorm
{
    // A vector so long that it would be scaled by less is left as it is.
    private const float SmallestScale = 1e-8f;

    public static void Normalize(in VBuffer<float> source, NormFunction norm, bool ensureZeroMean, float scale, ref VBuffer<float> target)
    {
        var values = source.GetValues();
        if (values.Length == 0)
        {
            VBufferUtils.Resize(ref target, source.Length, 0);
            return;
        }

        float mean = ensureZeroMean ? Mean(values, source.Length) : 0;
        float divisor = norm switch
        {
            NormFunction.StandardDeviation => Deviation(values, source.Length, ensureZeroMean ? mean : Mean(values, source.Length)),
            NormFunction.L1 => SumOfSizes(values, mean),
            NormFunction.Infinity => LargestSize(values, mean),
            _ => MathF.Sqrt(SumOfSquares(values, mean)),
        };
        float factor = divisor > 0 ? scale / divisor : scale;
        Move(in source, mean, factor < SmallestScale ? 1 : factor, ref target);
    }

    // Without a mean to take off, a sparse vector stays sparse.
    private static void Move(in VBuffer<float> source, float mean, float factor, ref VBuffer<float> target)
    {
        if (mean == 0)
            source.CopyTo(ref target);
        else
            source.CopyToDense(ref target);
        var editor = VBufferEditor.CreateFromBuffer(ref target);
        foreach (ref float value in editor.Values)
            value = factor * (value - mean);
        target = editor.Commit();
    }

    private static float Mean(ReadOnlySpan<float> values, int length)
    {
        float sum = 0;
        foreach (float value in values)
            sum += value;
        return sum / length;
    }

    private static float Deviation(ReadOnlySpan<float> values, int length, float mean)
        => MathF.Sqrt((SumOfSquares(values, mean) + (length - values.Length) * mean * mean) / length);

    private static float SumOfSquares(ReadOnlySpan<float> values, float mean)
    {
        float sum = 0;
        foreach (float value in values)
            sum += (value - mean) * (value - mean);
        return sum;
    }

    private static float SumOfSizes(ReadOnlySpan<float> values, float mean)
    {
        float sum = 0;
        foreach (float value in values)
            sum += MathF.Abs(value - mean);
        return sum;
    }

    private static float LargestSize(ReadOnlySpan<float> values, float mean)
    {
        float largest = 0;
        foreach (float value in values)
        {
            if (MathF.Abs(value - mean) > largest)
                largest = MathF.Abs(value - mean);
        }

        return largest;
    }
}
