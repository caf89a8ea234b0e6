using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>One pass of coordinate descent on ½ x G xᵀ − b xᵀ over x ≥ 0 for one row, in double, with the whole gradient kept up to date.</summary>
internal static class CoordinateSweep
{
    private const int Lane = DoubleKernel.Lane;

    /// <summary>Minimises over one coordinate after the other. Cost r for each that moves.</summary>
    /// <param name="gram">G.</param>
    /// <param name="solution">x, changed in place.</param>
    /// <param name="gradient">G x − b, changed in place; as many values as a padded row of G has.</param>
    /// <returns>Whether a coordinate became positive or zero.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Run(PaddedGram gram, AlignedDoubles solution, AlignedDoubles gradient)
    {
        int rank = gram.Rank, stride = gram.Stride;
        ref double x = ref solution.First;
        ref double g = ref gradient.First;
        ref double inverses = ref gram.Inverses.First;
        ref double row = ref gram.Values.First;
        bool hasChanged = false;
        for (int k = 0; k < rank; k++, row = ref Unsafe.Add(ref row, stride))
        {
            double old = Unsafe.Add(ref x, k), slope = Unsafe.Add(ref g, k);
            if (old == 0 && slope >= 0)
                continue;
            double next = double.MaxNative(old - slope * Unsafe.Add(ref inverses, k), 0);
            hasChanged |= (next > 0) != (old > 0);
            Unsafe.Add(ref x, k) = next;
            Vector512<double> step = Vector512.Create(next - old);
            for (int l = 0; l < stride; l += Lane)
            {
                Vector512.MultiplyAddEstimate(step, Vector512.LoadUnsafe(ref row, (nuint)l), Vector512.LoadUnsafe(ref g, (nuint)l))
                    .StoreUnsafe(ref g, (nuint)l);
            }
        }

        return hasChanged;
    }
}
