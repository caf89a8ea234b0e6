using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Solves G_PP x_P = b_P for a support P by LDLᵀ: the right side is one more column of the matrix that is eliminated, and what is left is substituted column
/// by column, so that all work is on whole rows, without square roots and sums over a vector. Cost s³/6 for a support of s. Room grows with the largest
/// support; one instance serves one thread.
/// </summary>
internal sealed class SupportEquations
{
    private const int Lane = DoubleKernel.Lane;

    // Supports up to this size need no memory later on.
    private const int FirstRoom = 128;

    private readonly double _dependent;
    private readonly int[] _support;
    private readonly AlignedDoubles _values;
    private readonly AlignedDoubles _found;
    private int _room;
    private int _size;
    private AlignedDoubles _rows;
    private AlignedDoubles _multipliers;

    /// <summary>Allocates the working memory for problems of up to a rank.</summary>
    /// <param name="rank">The largest r.</param>
    /// <param name="dependent">Relative pivot up to which a column counts as linearly dependent on those before it.</param>
    public SupportEquations(int rank, double dependent)
    {
        _dependent = dependent;
        _support = new int[rank + 1];
        _values = new AlignedDoubles(DoubleKernel.Padded(rank + 1));
        _found = new AlignedDoubles(DoubleKernel.Padded(rank + 1));
        _room = Math.Min(rank, FirstRoom);
        _rows = new AlignedDoubles(_room, DoubleKernel.Padded(_room + 1));
        _multipliers = new AlignedDoubles(_room, DoubleKernel.Padded(_room + 1));
    }

    /// <summary>Solves the equations.</summary>
    /// <param name="gram">G, symmetric positive semidefinite.</param>
    /// <param name="target">b, r values.</param>
    /// <param name="inside">Not zero for what is in P. Cleared for a column of zeros, and for one that is dependent in spite of the ridge.</param>
    /// <param name="ridge">The share of itself that every diagonal entry of G is raised by.</param>
    /// <param name="solution">Receives x, zero off P, as many values as a padded row of G has.</param>
    /// <returns>False where P has dependent columns and there is no ridge; then there is no solution.</returns>
    public bool TrySolve(PaddedGram gram, ReadOnlySpan<double> target, Span<long> inside, double ridge, Span<double> solution)
    {
        Gather(gram, target, inside, ridge);
        if (!TryEliminate(gram, inside, ridge))
            return false;
        Substitute(gram, inside, solution);
        return true;
    }

    // The upper triangle of [G_PP | b_P]. What else is in the padded rows is left over and never reaches the triangle.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather(PaddedGram gram, ReadOnlySpan<double> target, ReadOnlySpan<long> inside, double ridge)
    {
        int size = 0;
        Span<int> support = _support;
        for (int k = 0; k < gram.Rank; k++)
        {
            support[size] = k;
            size += (int)(inside[k] & 1);
        }

        _size = size;
        support = support[..size];
        if (size > _room)
            Reserve(size);
        int width = DoubleKernel.Padded(size + 1);
        ref double row = ref _rows.First;
        ref double values = ref gram.Values.First;
        for (int i = 0; i < support.Length; i++, row = ref Unsafe.Add(ref row, width))
        {
            ref double from = ref Unsafe.Add(ref values, (nint)support[i] * gram.Stride);
            for (int j = i; j < support.Length; j++)
                Unsafe.Add(ref row, j) = Unsafe.Add(ref from, support[j]);
            Unsafe.Add(ref row, i) *= 1 + ridge;
            Unsafe.Add(ref row, size) = target[support[i]];
        }
    }

    private void Reserve(int size)
    {
        _room = (int)Math.Min(_support.Length - 1, 2L * size);
        _rows = new AlignedDoubles(_room, DoubleKernel.Padded(_room + 1));
        _multipliers = new AlignedDoubles(_room, DoubleKernel.Padded(_room + 1));
    }

    // D Lᵀ in place, the rows of L, and L⁻¹ b over D in the values.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryEliminate(PaddedGram gram, Span<long> inside, double ridge)
    {
        int size = _size, width = DoubleKernel.Padded(size + 1);
        ref double u = ref _rows.First;
        ref double multipliers = ref _multipliers.First;
        ref double z = ref _values.First;
        ReadOnlySpan<double> values = gram.Values.Span;
        ReadOnlySpan<int> support = _support.AsSpan(0, size);
        for (int i = 0; i < support.Length; i++)
        {
            ref double pivotRow = ref Unsafe.Add(ref u, (nint)i * width);
            double pivot = Unsafe.Add(ref pivotRow, i);
            double curvature = values[support[i] * gram.Stride + support[i]];
            if (pivot <= _dependent * curvature)
            {
                if (curvature > 0 && ridge == 0)
                    return false;
                // It cannot lower the objective and stays at zero.
                inside[support[i]] = 0;
                continue;
            }

            double inverse = 1 / pivot;
            for (int k = i + 1; k < size; k++)
            {
                double multiplier = Unsafe.Add(ref pivotRow, k) * inverse;
                Unsafe.Add(ref multipliers, (nint)k * width + i) = multiplier;
                Vector512<double> factor = Vector512.Create(-multiplier);
                ref double row = ref Unsafe.Add(ref u, (nint)k * width);
                for (int l = k & -Lane; l < width; l += Lane)
                {
                    Vector512.MultiplyAddEstimate(factor, Vector512.LoadUnsafe(ref pivotRow, (nuint)l), Vector512.LoadUnsafe(ref row, (nuint)l))
                        .StoreUnsafe(ref row, (nuint)l);
                }
            }

            Unsafe.Add(ref z, i) = Unsafe.Add(ref pivotRow, size) * inverse;
        }

        return true;
    }

    // Lᵀ x = z, from the last to the first.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Substitute(PaddedGram gram, ReadOnlySpan<long> inside, Span<double> solution)
    {
        int size = _size, width = DoubleKernel.Padded(size + 1);
        ref double multipliers = ref _multipliers.First;
        ref double z = ref _values.First;
        Span<double> x = solution[..gram.Stride];
        for (int k = 0; k < x.Length; k++)
            x[k] = 0;
        ref double found = ref _found.First;
        for (int i = size - 1; i >= 0; i--)
        {
            Unsafe.Add(ref found, i) = 0;
            if (inside[_support[i]] == 0)
                continue;
            double value = Unsafe.Add(ref z, i);
            x[_support[i]] = Unsafe.Add(ref found, i) = value;
            Vector512<double> factor = Vector512.Create(-value);
            ref double row = ref Unsafe.Add(ref multipliers, (nint)i * width);
            // From i on the row holds what is left over; it only reaches values that are done with.
            for (int l = 0; l < i; l += Lane)
            {
                Vector512.MultiplyAddEstimate(factor, Vector512.LoadUnsafe(ref row, (nuint)l), Vector512.LoadUnsafe(ref z, (nuint)l))
                    .StoreUnsafe(ref z, (nuint)l);
            }
        }
    }

    /// <summary>G x − b for the x found last. Cost s·r.</summary>
    public void Gradient(PaddedGram gram, ReadOnlySpan<double> target, Span<double> gradient)
    {
        ref double b = ref MemoryMarshal.GetReference(target[..gram.Stride]);
        ref double g = ref MemoryMarshal.GetReference(gradient[..gram.Stride]);
        RowGradient.Compute(gram, _support.AsSpan(0, _size), ref _found.First, 1, ref b, ref g);
    }
}
