using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Trainers.Offline;

/// <summary>Sums over spans of floats, many at a time.</summary>
internal static class VectorMath
{
    /// <summary>target += scale * source.</summary>
    public static void AddScaled(Span<float> target, ReadOnlySpan<float> source, float scale)
    {
        var targets = MemoryMarshal.Cast<float, Vector<float>>(target);
        var sources = MemoryMarshal.Cast<float, Vector<float>>(source);
        var factor = new Vector<float>(scale);
        for (int i = 0; i < targets.Length; i++)
            targets[i] = Vector.FusedMultiplyAdd(sources[i], factor, targets[i]);
        for (int i = targets.Length * Vector<float>.Count; i < target.Length; i++)
            target[i] += scale * source[i];
    }

    public static void Scale(Span<float> values, float factor)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] *= factor;
        for (int i = vectors.Length * Vector<float>.Count; i < values.Length; i++)
            values[i] *= factor;
    }

    public static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var aVectors = MemoryMarshal.Cast<float, Vector<float>>(a);
        var bVectors = MemoryMarshal.Cast<float, Vector<float>>(b);
        var (sum0, sum1) = (Vector<float>.Zero, Vector<float>.Zero);
        int i = 0;
        for (; i + 1 < aVectors.Length; i += 2)
        {
            sum0 = Vector.FusedMultiplyAdd(aVectors[i], bVectors[i], sum0);
            sum1 = Vector.FusedMultiplyAdd(aVectors[i + 1], bVectors[i + 1], sum1);
        }

        double sum = Vector.Sum(sum0) + (double)Vector.Sum(sum1);
        for (i *= Vector<float>.Count; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }

    public static float Largest(ReadOnlySpan<float> values)
    {
        float largest = float.NegativeInfinity;
        foreach (float value in values)
            largest = MathF.Max(largest, value);
        return largest;
    }

    /// <summary>Replaces scores by the probabilities of a softmax, and gives the logarithm of what the exponentials are divided by.</summary>
    public static float Softmax(Span<float> scores)
    {
        float largest = Largest(scores);
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(scores);
        var sums = Vector<float>.Zero;
        for (int i = 0; i < vectors.Length; i++)
            sums += vectors[i] = Vector.Exp(vectors[i] - new Vector<float>(largest));
        float sum = Vector.Sum(sums);
        for (int i = vectors.Length * Vector<float>.Count; i < scores.Length; i++)
            sum += scores[i] = MathF.Exp(scores[i] - largest);
        Scale(scores, 1 / sum);
        return largest + MathF.Log(sum);
    }
}
