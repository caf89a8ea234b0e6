using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>A sum of some rows of a factor, each with a weight of its own.</summary>
internal static class WeightedRows
{
    private const int Lane = ManagedFactor.Lane;

    /// <summary>target ← target + Σ_p weights_p · (row columns_p of O), with up to 64 columns of O in registers at a time.</summary>
    /// <param name="weights">One for each of the columns.</param>
    /// <param name="columns">Which rows of O.</param>
    /// <param name="source">O, as padded rows.</param>
    /// <param name="target">A padded row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ReadOnlySpan<float> weights, ReadOnlySpan<int> columns, ReadOnlySpan<float> source, Span<float> target)
    {
        int stride = target.Length;
        for (int k = 0; k < stride;)
        {
            int width = Math.Min(stride - k, 4 * Lane);
            switch (width / Lane)
            {
                case 4: Add<FourVectors>(weights, columns, source[k..], stride, target[k..]); break;
                case 3: Add<ThreeVectors>(weights, columns, source[k..], stride, target[k..]); break;
                case 2: Add<TwoVectors>(weights, columns, source[k..], stride, target[k..]); break;
                default: Add<OneVector>(weights, columns, source[k..], stride, target[k..]); break;
            }

            k += width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<TWidth>(ReadOnlySpan<float> weights, ReadOnlySpan<int> columns, ReadOnlySpan<float> source, int stride, Span<float> target)
        where TWidth : struct, IVectorCount
    {
        ref float s = ref MemoryMarshal.GetReference(source);
        ref float n = ref MemoryMarshal.GetReference(target);
        Vector512<float> n0 = Vector512.LoadUnsafe(ref n);
        Vector512<float> n1 = TWidth.Count > 1 ? Vector512.LoadUnsafe(ref n, Lane) : default;
        Vector512<float> n2 = TWidth.Count > 2 ? Vector512.LoadUnsafe(ref n, 2 * Lane) : default;
        Vector512<float> n3 = TWidth.Count > 3 ? Vector512.LoadUnsafe(ref n, 3 * Lane) : default;
        for (int e = 0; e < weights.Length; e++)
        {
            ref float row = ref Unsafe.Add(ref s, (nint)columns[e] * stride);
            Vector512<float> weight = Vector512.Create(weights[e]);
            n0 = Vector512.MultiplyAddEstimate(weight, Vector512.LoadUnsafe(ref row), n0);
            if (TWidth.Count > 1) n1 = Vector512.MultiplyAddEstimate(weight, Vector512.LoadUnsafe(ref row, Lane), n1);
            if (TWidth.Count > 2) n2 = Vector512.MultiplyAddEstimate(weight, Vector512.LoadUnsafe(ref row, 2 * Lane), n2);
            if (TWidth.Count > 3) n3 = Vector512.MultiplyAddEstimate(weight, Vector512.LoadUnsafe(ref row, 3 * Lane), n3);
        }

        n0.StoreUnsafe(ref n);
        if (TWidth.Count > 1) n1.StoreUnsafe(ref n, Lane);
        if (TWidth.Count > 2) n2.StoreUnsafe(ref n, 2 * Lane);
        if (TWidth.Count > 3) n3.StoreUnsafe(ref n, 3 * Lane);
    }
}
