using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Some rows of W transposed: a row of the panel holds one component over the features, in whole vectors, so that sums over features are sums of vectors and
/// components that are not wanted cost nothing.
/// </summary>
/// <param name="values">The rows.</param>
/// <param name="width">Floats from one row to the next; beyond the features they are zero.</param>
internal readonly ref struct FeaturePanel(ReadOnlySpan<float> values, int width)
{
    private const int Lane = ManagedFactor.Lane;

    // Features whose products are summed in float32 before they are added up in double; four rows of them fit into the first-level cache.
    private const int Chunk = 512;

    // Components on a side of a square of sums: without AVX-512 a vector takes 2 or 4 registers, and fewer fit.
    private const int Tile = 4;

    private readonly ref float _values = ref MemoryMarshal.GetReference(values);

    /// <summary>Floats of working memory for <see cref="CrossProduct"/>.</summary>
    public static int ScratchLength => Tile * Chunk;

    /// <summary>Floats from one row to the next.</summary>
    public int Width { get; } = width;

    /// <summary>target ← Σ weights_k · row k over the weights above 0.</summary>
    /// <param name="weights">One for each row.</param>
    /// <param name="positive">Working memory for as many.</param>
    /// <param name="target">Receives <see cref="Width"/> values.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Combine(ReadOnlySpan<double> weights, Span<int> positive, Span<float> target)
    {
        int size = 0, width = Width;
        for (int k = 0; k < weights.Length; k++)
        {
            if (weights[k] > 0)
                positive[size++] = k;
        }

        ReadOnlySpan<int> rows = positive[..size];
        ref float to = ref MemoryMarshal.GetReference(target[..width]);
        int j = 0;
        for (; j + 4 * Lane <= width; j += 4 * Lane)
        {
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
            for (int i = 0; i < rows.Length; i++)
            {
                ref float row = ref Unsafe.Add(ref _values, (nint)rows[i] * width + j);
                Vector512<float> weight = Vector512.Create((float)weights[rows[i]]);
                s0 = Vector512.MultiplyAddEstimate(weight, Vector512.LoadUnsafe(ref row), s0);
                s1 = Vector512.MultiplyAddEstimate(weight, Vector512.LoadUnsafe(ref row, Lane), s1);
                s2 = Vector512.MultiplyAddEstimate(weight, Vector512.LoadUnsafe(ref row, 2 * Lane), s2);
                s3 = Vector512.MultiplyAddEstimate(weight, Vector512.LoadUnsafe(ref row, 3 * Lane), s3);
            }

            s0.StoreUnsafe(ref to, (nuint)j);
            s1.StoreUnsafe(ref to, (nuint)j + Lane);
            s2.StoreUnsafe(ref to, (nuint)j + 2 * Lane);
            s3.StoreUnsafe(ref to, (nuint)j + 3 * Lane);
        }

        for (; j < width; j += Lane)
        {
            Vector512<float> sum = default;
            for (int i = 0; i < rows.Length; i++)
            {
                ref float row = ref Unsafe.Add(ref _values, (nint)rows[i] * width + j);
                sum = Vector512.MultiplyAddEstimate(Vector512.Create((float)weights[rows[i]]), Vector512.LoadUnsafe(ref row), sum);
            }

            sum.StoreUnsafe(ref to, (nuint)j);
        }
    }

    /// <summary>The products of a vector over the features with every row.</summary>
    /// <param name="vector"><see cref="Width"/> values.</param>
    /// <param name="products">Receives one value for each row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply(ReadOnlySpan<float> vector, Span<double> products)
    {
        int width = Width, k = 0;
        ref float v = ref MemoryMarshal.GetReference(vector[..width]);
        for (; k + Tile <= products.Length; k += Tile)
        {
            ref float r0 = ref Unsafe.Add(ref _values, (nint)k * width);
            ref float r1 = ref Unsafe.Add(ref r0, width);
            ref float r2 = ref Unsafe.Add(ref r1, width);
            ref float r3 = ref Unsafe.Add(ref r2, width);
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
            for (int j = 0; j < width; j += Lane)
            {
                Vector512<float> factor = Vector512.LoadUnsafe(ref v, (nuint)j);
                s0 = Vector512.MultiplyAddEstimate(factor, Vector512.LoadUnsafe(ref r0, (nuint)j), s0);
                s1 = Vector512.MultiplyAddEstimate(factor, Vector512.LoadUnsafe(ref r1, (nuint)j), s1);
                s2 = Vector512.MultiplyAddEstimate(factor, Vector512.LoadUnsafe(ref r2, (nuint)j), s2);
                s3 = Vector512.MultiplyAddEstimate(factor, Vector512.LoadUnsafe(ref r3, (nuint)j), s3);
            }

            Vector128<float> sums = SumsOf(s0, s1, s2, s3);
            for (int i = 0; i < Tile; i++)
                products[k + i] = sums[i];
        }

        for (; k < products.Length; k++)
        {
            ref float row = ref Unsafe.Add(ref _values, (nint)k * width);
            Vector512<float> sum = default;
            for (int j = 0; j < width; j += Lane)
                sum = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref v, (nuint)j), Vector512.LoadUnsafe(ref row, (nuint)j), sum);
            products[k] = SumsOf(sum, default, default, default)[0];
        }
    }

    /// <summary>G_kl = Σ_j weights_j · (row k)_j · (row l)_j for some of the rows, both triangles and the padding.</summary>
    /// <param name="weights"><see cref="Width"/> values.</param>
    /// <param name="rows">The rows that are wanted, ascending, with room for <see cref="Tile"/> − 1 more.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="scratch">Working memory, <see cref="ScratchLength"/> floats.</param>
    /// <param name="gram">Receives G; its rank is the number of the rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CrossProduct(ReadOnlySpan<float> weights, Span<int> rows, int count, Span<float> scratch, PaddedGram gram)
    {
        Span<double> values = gram.Values.Span;
        for (int k = 0; k < count; k++)
        {
            Span<double> row = values.Slice(k * gram.Stride, gram.Stride);
            for (int l = 0; l < row.Length; l++)
                row[l] = 0;
        }

        for (int k = count; k % Tile != 0; k++)
            rows[k] = rows[count - 1];
        for (int start = 0; start < Width; start += Chunk)
        {
            int length = Math.Min(Width - start, Chunk);
            for (int a = 0; a < count; a += Tile)
            {
                Scale(weights.Slice(start, length), rows.Slice(a, Tile), start, scratch);
                for (int b = a; b < count; b += Tile)
                {
                    ref double target = ref gram.Values.Span[a * gram.Stride + b];
                    if (Vector512.IsHardwareAccelerated)
                    {
                        AddProducts<FourVectors>(scratch, rows.Slice(b, Tile), start, length, Math.Min(count - a, Tile), ref target, gram.Stride);
                    }
                    else
                    {
                        AddProducts<TwoVectors>(scratch, rows.Slice(b, Tile), start, length, Math.Min(count - a, 2), ref target, gram.Stride);
                        if (count - a > 2)
                        {
                            AddProducts<TwoVectors>(scratch[(2 * Lane)..], rows.Slice(b, Tile), start, length, Math.Min(count - a - 2, 2),
                                ref Unsafe.Add(ref target, 2 * gram.Stride), gram.Stride);
                        }
                    }
                }
            }
        }

        // What the repeated last row left in the padding.
        for (int k = 0; k < count; k++)
        {
            for (int l = count; l < gram.Stride; l++)
                values[k * gram.Stride + l] = 0;
        }

        gram.Mirror();
    }

    // Four rows times the weights, once for all squares to the right of the diagonal; the vectors of the four rows alternate.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scale(ReadOnlySpan<float> weights, ReadOnlySpan<int> rows, int start, Span<float> scaled)
    {
        ref float w = ref MemoryMarshal.GetReference(weights);
        for (int i = 0; i < Tile; i++)
        {
            ref float row = ref Unsafe.Add(ref _values, (nint)rows[i] * Width + start);
            ref float target = ref MemoryMarshal.GetReference(scaled[(i * Lane)..]);
            for (int j = 0; j < weights.Length; j += Lane)
                (Vector512.LoadUnsafe(ref w, (nuint)j) * Vector512.LoadUnsafe(ref row, (nuint)j)).StoreUnsafe(ref target, (nuint)(Tile * j));
        }
    }

    // A square of sums, or half of one: s_ij is the product of scaled row i and row j.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddProducts<THeight>(ReadOnlySpan<float> scaled, ReadOnlySpan<int> rows, int start, int length, int height, ref double target, int stride)
        where THeight : struct, IVectorCount
    {
        ref float l = ref MemoryMarshal.GetReference(scaled);
        ref float r0 = ref Unsafe.Add(ref _values, (nint)rows[0] * Width + start);
        ref float r1 = ref Unsafe.Add(ref _values, (nint)rows[1] * Width + start);
        ref float r2 = ref Unsafe.Add(ref _values, (nint)rows[2] * Width + start);
        ref float r3 = ref Unsafe.Add(ref _values, (nint)rows[3] * Width + start);
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
        Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default, s32 = default, s33 = default;
        for (int j = 0; j < length; j += Lane)
        {
            Vector512<float> l0 = Vector512.LoadUnsafe(ref l), l1 = Vector512.LoadUnsafe(ref l, Lane);
            Vector512<float> l2 = THeight.Count > 2 ? Vector512.LoadUnsafe(ref l, 2 * Lane) : default;
            Vector512<float> l3 = THeight.Count > 2 ? Vector512.LoadUnsafe(ref l, 3 * Lane) : default;
            l = ref Unsafe.Add(ref l, Tile * Lane);
            Vector512<float> right = Vector512.LoadUnsafe(ref r0, (nuint)j);
            s00 = Vector512.MultiplyAddEstimate(l0, right, s00);
            s10 = Vector512.MultiplyAddEstimate(l1, right, s10);
            if (THeight.Count > 2) s20 = Vector512.MultiplyAddEstimate(l2, right, s20);
            if (THeight.Count > 2) s30 = Vector512.MultiplyAddEstimate(l3, right, s30);
            right = Vector512.LoadUnsafe(ref r1, (nuint)j);
            s01 = Vector512.MultiplyAddEstimate(l0, right, s01);
            s11 = Vector512.MultiplyAddEstimate(l1, right, s11);
            if (THeight.Count > 2) s21 = Vector512.MultiplyAddEstimate(l2, right, s21);
            if (THeight.Count > 2) s31 = Vector512.MultiplyAddEstimate(l3, right, s31);
            right = Vector512.LoadUnsafe(ref r2, (nuint)j);
            s02 = Vector512.MultiplyAddEstimate(l0, right, s02);
            s12 = Vector512.MultiplyAddEstimate(l1, right, s12);
            if (THeight.Count > 2) s22 = Vector512.MultiplyAddEstimate(l2, right, s22);
            if (THeight.Count > 2) s32 = Vector512.MultiplyAddEstimate(l3, right, s32);
            right = Vector512.LoadUnsafe(ref r3, (nuint)j);
            s03 = Vector512.MultiplyAddEstimate(l0, right, s03);
            s13 = Vector512.MultiplyAddEstimate(l1, right, s13);
            if (THeight.Count > 2) s23 = Vector512.MultiplyAddEstimate(l2, right, s23);
            if (THeight.Count > 2) s33 = Vector512.MultiplyAddEstimate(l3, right, s33);
        }

        Add(SumsOf(s00, s01, s02, s03), ref target);
        if (height > 1) Add(SumsOf(s10, s11, s12, s13), ref Unsafe.Add(ref target, stride));
        if (THeight.Count > 2 && height > 2) Add(SumsOf(s20, s21, s22, s23), ref Unsafe.Add(ref target, 2 * stride));
        if (THeight.Count > 2 && height > 3) Add(SumsOf(s30, s31, s32, s33), ref Unsafe.Add(ref target, 3 * stride));
    }

    // A row of G is padded to eight values, so that four always fit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector128<float> sums, ref double target)
    {
        (Vector128<double> low, Vector128<double> high) = Vector128.Widen(sums);
        (Vector128.LoadUnsafe(ref target) + low).StoreUnsafe(ref target);
        (Vector128.LoadUnsafe(ref target, 2) + high).StoreUnsafe(ref target, 2);
    }

    // The sum of each of four vectors.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> SumsOf(Vector512<float> s0, Vector512<float> s1, Vector512<float> s2, Vector512<float> s3)
    {
        Vector128<float> q0 = FoldOf(s0), q1 = FoldOf(s1), q2 = FoldOf(s2), q3 = FoldOf(s3);
        return Sse3.IsSupported
            ? Sse3.HorizontalAdd(Sse3.HorizontalAdd(q0, q1), Sse3.HorizontalAdd(q2, q3))
            : Vector128.Create(Vector128.Sum(q0), Vector128.Sum(q1), Vector128.Sum(q2), Vector128.Sum(q3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> FoldOf(Vector512<float> sum)
    {
        Vector256<float> half = sum.GetLower() + sum.GetUpper();
        return half.GetLower() + half.GetUpper();
    }
}
