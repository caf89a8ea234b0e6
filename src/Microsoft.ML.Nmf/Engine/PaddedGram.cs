using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Nmf.Engine.Managed;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// A Gram matrix G of double as rows padded by zeros to whole vectors, and what solving for a row needs of its diagonal. Once filled it is only read, so that
/// threads share it.
/// </summary>
internal sealed class PaddedGram
{
    private const int Lane = DoubleKernel.Lane;

    /// <summary>Room for matrices of up to a rank; zero at first.</summary>
    /// <param name="most">The largest rank.</param>
    public PaddedGram(int most)
    {
        int stride = DoubleKernel.Padded(most);
        // One row more than any rank has.
        Values = new AlignedDoubles(stride + 1, stride);
        ZeroRow = stride * stride;
        Inverses = new AlignedDoubles(stride);
        Lengths = new AlignedDoubles(stride);
        InverseLengths = new AlignedDoubles(stride);
        SetRank(most);
    }

    /// <summary>r.</summary>
    public int Rank { get; private set; }

    /// <summary>Doubles from one row to the next.</summary>
    public int Stride { get; private set; }

    /// <summary>G, row after row.</summary>
    public AlignedDoubles Values { get; }

    /// <summary>Where in the values there is a row of zeros.</summary>
    public int ZeroRow { get; }

    /// <summary>1 / G_kk, and 0 for a column of zeros.</summary>
    public AlignedDoubles Inverses { get; }

    /// <summary>√G_kk, the lengths of the columns.</summary>
    public AlignedDoubles Lengths { get; }

    /// <summary>1 / √G_kk, and 0 for a column of zeros.</summary>
    public AlignedDoubles InverseLengths { get; }

    /// <summary>Row k of G, without the padding.</summary>
    public ReadOnlySpan<double> Row(int k) => Values.Span.Slice(k * Stride, Rank);

    /// <summary>A copy of a matrix with a penalty added to its diagonal.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="rank">r.</param>
    /// <param name="stride">Doubles from one row to the next.</param>
    /// <param name="l2">The penalty.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static PaddedGram From(ReadOnlySpan<double> rows, int rank, int stride, double l2 = 0)
    {
        var gram = new PaddedGram(rank);
        for (int k = 0; k < rank; k++)
            rows.Slice(k * stride, rank).CopyTo(gram.Values.Span[(k * gram.Stride)..]);
        gram.AddToDiagonal(l2);
        return gram;
    }

    /// <summary>WᵀW + l2 I, summed in double over the entries of W that are not zero. Cost at most m·r²/2.</summary>
    /// <param name="templates">W, m × r.</param>
    /// <param name="l2">The penalty.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static PaddedGram Of(FactorMatrix templates, double l2)
    {
        int rank = templates.Columns;
        var gram = new PaddedGram(rank);
        var wide = new AlignedDoubles(gram.Stride);
        for (int j = 0; j < templates.Rows; j++)
            gram.AddSquare(templates.Row(j), wide);
        gram.Mirror();
        gram.AddToDiagonal(l2);
        return gram;
    }

    /// <summary>
    /// WᵀW + l2 I of some rows of W, summed in double, in the place of what the matrix was. Cost at most z·r²/2 for z rows.
    /// </summary>
    /// <param name="templates">W, as rows whose padding is zero.</param>
    /// <param name="rows">Which rows.</param>
    /// <param name="l2">The penalty.</param>
    /// <param name="wide">Working memory of a padded row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SumRows(ManagedFactor templates, ReadOnlySpan<int> rows, double l2, AlignedDoubles wide)
    {
        Values.Span[..(Rank * Stride)].Clear();
        foreach (int row in rows)
            AddSquare(templates.RowRange(row, 1)[..Rank], wide);
        Mirror();
        AddToDiagonal(l2);
    }

    // Adds wᵀw, above the diagonal and a little below it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddSquare(ReadOnlySpan<float> values, AlignedDoubles wide)
    {
        int rank = Rank, stride = Stride;
        ref double w = ref wide.First;
        ref double g = ref Values.First;
        ref float row = ref MemoryMarshal.GetReference(values);
        for (int k = 0; k < rank; k++)
            Unsafe.Add(ref w, k) = Unsafe.Add(ref row, k);
        for (int k = 0; k < rank; k++)
        {
            double value = Unsafe.Add(ref w, k);
            if (value == 0)
                continue;
            Vector512<double> factor = Vector512.Create(value);
            ref double target = ref Unsafe.Add(ref g, (nint)k * stride);
            for (int l = k & -Lane; l < stride; l += Lane)
            {
                Vector512.MultiplyAddEstimate(factor, Vector512.LoadUnsafe(ref w, (nuint)l), Vector512.LoadUnsafe(ref target, (nuint)l))
                    .StoreUnsafe(ref target, (nuint)l);
            }
        }
    }

    /// <summary>Takes another rank; the caller writes the values, the padding of the rows included, then calls <see cref="AddToDiagonal"/>.</summary>
    /// <param name="rank">At most the rank that there is room for.</param>
    public void SetRank(int rank)
    {
        Rank = rank;
        Stride = DoubleKernel.Padded(rank);
    }

    /// <summary>Adds a penalty to the diagonal and takes what is kept of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddToDiagonal(double l2)
    {
        Span<double> values = Values.Span, inverses = Inverses.Span, lengths = Lengths.Span, inverseLengths = InverseLengths.Span;
        for (int k = 0; k < Rank; k++)
        {
            double curvature = values[k * Stride + k] += l2;
            inverses[k] = curvature > 0 ? 1 / curvature : 0;
            lengths[k] = Math.Sqrt(Math.Max(curvature, 0));
            inverseLengths[k] = Math.Sqrt(inverses[k]);
        }

        for (int k = Rank; k < Stride; k++)
            inverses[k] = lengths[k] = inverseLengths[k] = 0;
    }

    /// <summary>Copies what is above the diagonal below it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Mirror()
    {
        Span<double> values = Values.Span;
        for (int k = 0; k < Rank; k++)
        {
            for (int l = 0; l < k; l++)
                values[k * Stride + l] = values[l * Stride + k];
        }
    }

    /// <summary>target ← Σ x_k G_k + shift, over the x_k that are not zero.</summary>
    /// <param name="x">r values.</param>
    /// <param name="sign">1 or −1: the sign of <paramref name="shift"/>.</param>
    /// <param name="shift">As many values as a padded row has.</param>
    /// <param name="target">Receives as many values as a padded row has; may be <paramref name="shift"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply(ReadOnlySpan<double> x, double sign, ReadOnlySpan<double> shift, Span<double> target)
    {
        ReadOnlySpan<double> factors = x[..Rank];
        ref double g = ref Values.First;
        ref double from = ref MemoryMarshal.GetReference(shift[..Stride]);
        ref double to = ref MemoryMarshal.GetReference(target[..Stride]);
        for (int l = 0; l < Stride; l += Lane)
        {
            Vector512<double> sum = sign * Vector512.LoadUnsafe(ref from, (nuint)l);
            for (int k = 0; k < factors.Length; k++)
            {
                if (factors[k] != 0)
                    sum = Vector512.MultiplyAddEstimate(Vector512.Create(factors[k]), Vector512.LoadUnsafe(ref g, (nuint)(k * Stride + l)), sum);
            }

            sum.StoreUnsafe(ref to, (nuint)l);
        }
    }
}
