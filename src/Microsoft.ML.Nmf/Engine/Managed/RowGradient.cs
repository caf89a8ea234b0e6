using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>The gradient G x − b of least squares for one row, in double, over the entries of x that are listed. Cost s·r for s of them.</summary>
internal static class RowGradient
{
    private const int Lane = DoubleKernel.Lane;

    // The columns that are summed in registers.
    private const int Strip = 4 * Lane;

    /// <summary>Computes the gradient.</summary>
    /// <param name="gram">G.</param>
    /// <param name="list">The entries of x that may be other than zero.</param>
    /// <param name="values">The first of their values.</param>
    /// <param name="step">Doubles from one value to the next.</param>
    /// <param name="target">b, as many values as a padded row of G has.</param>
    /// <param name="gradient">Receives as many values.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compute(PaddedGram gram, ReadOnlySpan<int> list, ref double values, int step, ref double target, ref double gradient)
    {
        int stride = gram.Stride;
        ref double g = ref gram.Values.First;
        if (stride < Strip)
        {
            for (int k = 0; k < stride; k += Lane)
            {
                Vector512<double> sum = -Vector512.LoadUnsafe(ref target, (nuint)k);
                Vector(ref Unsafe.Add(ref g, k), stride, list, ref values, step, sum).StoreUnsafe(ref gradient, (nuint)k);
            }

            return;
        }

        for (int k = 0; k < stride; k += Strip)
        {
            // The last strip begins where it ends with the row: what it has in common with the one before comes out the same.
            int start = Math.Min(k, stride - Strip);
            Vector512<double> s0 = -Vector512.LoadUnsafe(ref target, (nuint)start), s1 = -Vector512.LoadUnsafe(ref target, (nuint)(start + Lane));
            Vector512<double> s2 = -Vector512.LoadUnsafe(ref target, (nuint)(start + 2 * Lane));
            Vector512<double> s3 = -Vector512.LoadUnsafe(ref target, (nuint)(start + 3 * Lane));
            ref double value = ref values;
            for (int i = 0; i < list.Length; i++)
            {
                ref double row = ref Unsafe.Add(ref g, (nint)list[i] * stride + start);
                Vector512<double> x = Vector512.Create(value);
                s0 = Vector512.MultiplyAddEstimate(x, Vector512.LoadUnsafe(ref row), s0);
                s1 = Vector512.MultiplyAddEstimate(x, Vector512.LoadUnsafe(ref row, Lane), s1);
                s2 = Vector512.MultiplyAddEstimate(x, Vector512.LoadUnsafe(ref row, 2 * Lane), s2);
                s3 = Vector512.MultiplyAddEstimate(x, Vector512.LoadUnsafe(ref row, 3 * Lane), s3);
                value = ref Unsafe.Add(ref value, step);
            }

            s0.StoreUnsafe(ref gradient, (nuint)start);
            s1.StoreUnsafe(ref gradient, (nuint)(start + Lane));
            s2.StoreUnsafe(ref gradient, (nuint)(start + 2 * Lane));
            s3.StoreUnsafe(ref gradient, (nuint)(start + 3 * Lane));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Vector(ref double column, nint stride, ReadOnlySpan<int> list, ref double values, int step, Vector512<double> sum)
    {
        ref double value = ref values;
        for (int i = 0; i < list.Length; i++)
        {
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(value), Vector512.LoadUnsafe(ref Unsafe.Add(ref column, list[i] * stride)), sum);
            value = ref Unsafe.Add(ref value, step);
        }

        return sum;
    }
}
