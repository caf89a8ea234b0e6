using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>What is done entry by entry to blocks of padded rows; the padding stays zero.</summary>
internal static class ElementwiseKernel
{
    private const int Lane = ManagedFactor.Lane;

    /// <summary>result ← a·A + b·B.</summary>
    public static void Combine(float a, ReadOnlySpan<float> first, float b, ReadOnlySpan<float> second, Span<float> result)
    {
        CheckShapes(result.Length, first.Length, second.Length);
        ref float x = ref MemoryMarshal.GetReference(first);
        ref float y = ref MemoryMarshal.GetReference(second);
        ref float z = ref MemoryMarshal.GetReference(result);
        for (nuint i = 0; i < (nuint)result.Length; i += Lane)
            Vector512.MultiplyAddEstimate(Vector512.Create(a), Vector512.LoadUnsafe(ref x, i), b * Vector512.LoadUnsafe(ref y, i)).StoreUnsafe(ref z, i);
    }

    /// <summary>values ← values ∘ row, for every padded row.</summary>
    public static void ScaleColumns(Span<float> values, ReadOnlySpan<float> row)
    {
        CheckShapes(values.Length, values.Length, values.Length / row.Length * row.Length);
        ref float x = ref MemoryMarshal.GetReference(values);
        ref float y = ref MemoryMarshal.GetReference(row);
        for (int at = 0; at < values.Length; at += row.Length)
        {
            for (int k = 0; k < row.Length; k += Lane)
                (Vector512.LoadUnsafe(ref x, (nuint)(at + k)) * Vector512.LoadUnsafe(ref y, (nuint)k)).StoreUnsafe(ref x, (nuint)(at + k));
        }
    }

    /// <summary>values ← values − other ∘ row, for every padded row.</summary>
    public static void RemoveScaled(Span<float> values, ReadOnlySpan<float> other, ReadOnlySpan<float> row)
    {
        CheckShapes(values.Length, other.Length, values.Length / row.Length * row.Length);
        ref float x = ref MemoryMarshal.GetReference(values);
        ref float y = ref MemoryMarshal.GetReference(other);
        ref float w = ref MemoryMarshal.GetReference(row);
        for (int at = 0; at < values.Length; at += row.Length)
        {
            for (int k = 0; k < row.Length; k += Lane)
            {
                Vector512<float> part = Vector512.LoadUnsafe(ref y, (nuint)(at + k)) * Vector512.LoadUnsafe(ref w, (nuint)k);
                (Vector512.LoadUnsafe(ref x, (nuint)(at + k)) - part).StoreUnsafe(ref x, (nuint)(at + k));
            }
        }
    }

    /// <summary>One step of Adam, projected.</summary>
    public static void Adam(Span<float> values, ReadOnlySpan<float> gradient, Span<float> firstMoment, Span<float> secondMoment, AdamRule rule)
    {
        CheckShapes(values.Length, gradient.Length, Math.Min(firstMoment.Length, secondMoment.Length));
        ref float x = ref MemoryMarshal.GetReference(values);
        ref float g = ref MemoryMarshal.GetReference(gradient);
        ref float m = ref MemoryMarshal.GetReference(firstMoment);
        ref float v = ref MemoryMarshal.GetReference(secondMoment);
        float b1 = (float)rule.FirstDecay, b2 = (float)rule.SecondDecay, c1 = (float)(1 - rule.FirstDecay), c2 = (float)(1 - rule.SecondDecay);
        float rate = (float)(rule.LearningRate * rule.FirstCorrection), second = (float)rule.SecondCorrection;
        float epsilon = Math.Max((float)rule.Epsilon, AdamRule.LeastEpsilon);
        for (nuint i = 0; i < (nuint)values.Length; i += Lane)
        {
            Vector512<float> slope = Vector512.LoadUnsafe(ref g, i);
            Vector512<float> mean = b1 * Vector512.LoadUnsafe(ref m, i) + c1 * slope;
            Vector512<float> square = b2 * Vector512.LoadUnsafe(ref v, i) + c2 * slope * slope;
            mean.StoreUnsafe(ref m, i);
            square.StoreUnsafe(ref v, i);
            Vector512<float> step = rate * mean / (Vector512.Sqrt(second * square) + Vector512.Create(epsilon));
            Vector512.Max(Vector512.LoadUnsafe(ref x, i) - step, Vector512<float>.Zero).StoreUnsafe(ref x, i);
        }
    }

    private static void CheckShapes(int length, int other, int third)
    {
        if (length % Lane != 0 || other < length || third < length)
            throw new ArgumentException("Entry by entry takes whole vectors, and operands of the same shape.");
    }
}
