using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>x W + shift for one row x, summed in double, with up to 32 columns in registers. Cost z·r for z entries of x that are not zero.</summary>
internal static class RowProduct
{
    private const int Lane = ManagedFactor.Lane;
    private const int HalfLane = Lane / 2;

    /// <summary>Computes the product.</summary>
    /// <param name="features">The entries of x that are not zero.</param>
    /// <param name="values">Their values.</param>
    /// <param name="templates">W.</param>
    /// <param name="shift">What is added to every column.</param>
    /// <param name="product">Receives as many values as a padded row of W has.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(ReadOnlySpan<int> features, ReadOnlySpan<float> values, ManagedFactor templates, double shift, Span<double> product)
    {
        int stride = templates.Stride;
        ref double target = ref MemoryMarshal.GetReference(product[..stride]);
        ref float source = ref MemoryMarshal.GetReference(templates.Values);
        values = values[..features.Length];
        int column = 0;
        for (; column + 2 * Lane <= stride; column += 2 * Lane)
        {
            Vector512<double> s0 = Vector512.Create(shift), s1 = s0, s2 = s0, s3 = s0;
            for (int p = 0; p < features.Length; p++)
            {
                ref float row = ref Unsafe.Add(ref source, (nint)features[p] * stride + column);
                Vector512<double> value = Vector512.Create((double)values[p]);
                (Vector512<double> w0, Vector512<double> w1) = Vector512.Widen(Vector512.LoadUnsafe(ref row));
                (Vector512<double> w2, Vector512<double> w3) = Vector512.Widen(Vector512.LoadUnsafe(ref row, Lane));
                s0 = Vector512.MultiplyAddEstimate(value, w0, s0);
                s1 = Vector512.MultiplyAddEstimate(value, w1, s1);
                s2 = Vector512.MultiplyAddEstimate(value, w2, s2);
                s3 = Vector512.MultiplyAddEstimate(value, w3, s3);
            }

            s0.StoreUnsafe(ref target, (nuint)column);
            s1.StoreUnsafe(ref target, (nuint)(column + HalfLane));
            s2.StoreUnsafe(ref target, (nuint)(column + Lane));
            s3.StoreUnsafe(ref target, (nuint)(column + Lane + HalfLane));
        }

        if (column < stride)
        {
            Vector512<double> s0 = Vector512.Create(shift), s1 = s0;
            for (int p = 0; p < features.Length; p++)
            {
                ref float row = ref Unsafe.Add(ref source, (nint)features[p] * stride + column);
                Vector512<double> value = Vector512.Create((double)values[p]);
                (Vector512<double> w0, Vector512<double> w1) = Vector512.Widen(Vector512.LoadUnsafe(ref row));
                s0 = Vector512.MultiplyAddEstimate(value, w0, s0);
                s1 = Vector512.MultiplyAddEstimate(value, w1, s1);
            }

            s0.StoreUnsafe(ref target, (nuint)column);
            s1.StoreUnsafe(ref target, (nuint)(column + HalfLane));
        }
    }
}
