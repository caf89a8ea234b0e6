using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Coordinate descent on min over f ≥ 0 of ½ Σ u (x − f oᵀ)² plus the penalty, over the observed entries of each row, with u the weight of the entry's column.
/// The rows of O that belong to the entries of a row are brought together and transposed, so that a coordinate of all of them is a few whole vectors, and the
/// residual is kept up to date. Four coordinates at a time: their gradients and what couples them are summed in registers, and the steps are those of one after
/// the other. Rows that <see cref="ObservedLaneKernel"/> suits are left to it. Cost of a row of z entries: 2·z·r, and 4·z·r for each sweep.
/// </summary>
/// <param name="data">M.</param>
/// <param name="factor">F, changed in place.</param>
/// <param name="other">O.</param>
/// <param name="penalty">The penalty on F.</param>
/// <param name="sweeps">The number of sweeps.</param>
internal sealed class ObservedDescentKernel(ObservedData data, ManagedFactor factor, ManagedFactor other, Penalty penalty, int sweeps)
{
    private const int Lane = ManagedFactor.Lane;
    private const int Group = 4;

    // Places of the workspace.
    private const int Gathered = 0, Panels = 1, Residuals = 2;

    private readonly int _coordinates = (factor.Rank + Group - 1) / Group * Group;
    private readonly ObservedLaneKernel _lanes = new(data, factor, other, penalty, sweeps);

    // A row f with what belongs to its entries.
    private ref struct Row
    {
        public Span<float> Values;
        public Span<float> Panel;
        public Span<float> Residual;
        public float Total;
    }

    /// <summary>Descends for the rows of a piece (<see cref="ObservedTermsKernel.Piece"/>).</summary>
    /// <returns>½ Σ w u (x − x̂)² over them, with w the weight of the row.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Descend(int piece, Workspace workspace)
    {
        (int first, int count, int block, int place) = ObservedTermsKernel.Piece(piece, data.Rows);
        CompressedBlock rows = data.Data.Blocks[block];
        if (_lanes.Suits(rows, place, count))
            return _lanes.Descend(rows, place, first, workspace);

        double divergence = 0;
        for (int i = 0; i < count; i += 2)
        {
            // Two rows in turns, since the steps of one depend on each other.
            int widthOfFirst = WidthOf(rows, place + i), widthOfSecond = i + 1 < count ? WidthOf(rows, place + i + 1) : 0;
            int width = checked(widthOfFirst + widthOfSecond);
            Span<float> panels = workspace.Floats(Panels, ArraySize.Of(_coordinates, width, "The observed entries of two rows times the rank"));
            Span<float> residuals = workspace.Floats(Residuals, width);
            Row a = Load(rows, place + i, first + i, panels[..(_coordinates * widthOfFirst)], residuals[..widthOfFirst], workspace);
            Row b = i + 1 == count
                ? default
                : Load(rows, place + i + 1, first + i + 1, panels[(_coordinates * widthOfFirst)..], residuals[widthOfFirst..], workspace);
            for (int sweep = 0; sweep < sweeps; sweep++)
            {
                for (int k = 0; k < _coordinates; k += Group)
                {
                    if (widthOfFirst > 0)
                        Step(ref a, k, widthOfFirst);
                    if (widthOfSecond > 0)
                        Step(ref b, k, widthOfSecond);
                }
            }

            divergence += 0.5 * (data.RowWeights?[first + i] ?? 1) * SquareOf(a.Residual);
            if (widthOfSecond > 0)
                divergence += 0.5 * (data.RowWeights?[first + i + 1] ?? 1) * SquareOf(b.Residual);
        }

        return divergence;
    }

    private static int WidthOf(in CompressedBlock rows, int row) => ManagedFactor.Padded(rows.Starts[row + 1] - rows.Starts[row]);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Row Load(in CompressedBlock rows, int place, int row, Span<float> panel, Span<float> residual, Workspace workspace)
    {
        int start = rows.Starts[place], length = rows.Starts[place + 1] - start;
        Span<float> f = factor.RowRange(row, 1);
        if (length == 0)
        {
            f.Clear();
            return default;
        }

        Gather(rows.Columns.AsSpan(start, length), rows.Values.AsSpan(start, length), panel, residual, residual.Length, workspace);
        Subtract(f, panel, residual, residual.Length);
        float total = 0;
        for (int k = 0; penalty.Orthogonality != 0 && k < f.Length; k++)
            total += f[k];
        return new Row { Values = f, Panel = panel, Residual = residual, Total = total };
    }

    // The rows of O at the entries, transposed, and x, both times the roots of the weights.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather(ReadOnlySpan<int> columns, ReadOnlySpan<float> values, Span<float> panel, Span<float> residual, int width, Workspace workspace)
    {
        int stride = other.Stride;
        LaneTranspose.ToLanes(other.Values, stride, columns, panel, width, other.Rank, workspace.Floats(Gathered, Lane * stride));
        values.CopyTo(residual);
        residual[values.Length..].Clear();
        if (_lanes.Roots is null)
            return;
        Span<float> roots = workspace.Floats(Gathered, width);
        roots.Clear();
        for (int p = 0; p < columns.Length; p++)
            roots[p] = _lanes.Roots[columns[p]];
        Scale(residual, roots);
        for (int k = 0; k < _coordinates; k++)
            Scale(panel.Slice(k * width, width), roots);
    }

    /// <summary>values ← values ∘ scales, in whole vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(Span<float> values, ReadOnlySpan<float> scales)
    {
        ref float v = ref MemoryMarshal.GetReference(values);
        ref float s = ref MemoryMarshal.GetReference(scales);
        for (nuint j = 0; j < (nuint)values.Length; j += Lane)
            (Vector512.LoadUnsafe(ref v, j) * Vector512.LoadUnsafe(ref s, j)).StoreUnsafe(ref v, j);
    }

    // residual ← residual − f · panel.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Subtract(ReadOnlySpan<float> f, ReadOnlySpan<float> panel, Span<float> residual, int width)
    {
        ref float p = ref MemoryMarshal.GetReference(panel);
        ref float e = ref MemoryMarshal.GetReference(residual);
        ref float value = ref MemoryMarshal.GetReference(f);
        for (int k = 0; k < _coordinates; k += Group)
        {
            Vector512<float> f0 = Vector512.Create(-Unsafe.Add(ref value, k)), f1 = Vector512.Create(-Unsafe.Add(ref value, k + 1));
            Vector512<float> f2 = Vector512.Create(-Unsafe.Add(ref value, k + 2)), f3 = Vector512.Create(-Unsafe.Add(ref value, k + 3));
            AddRows(ref Unsafe.Add(ref p, (nint)k * width), ref e, width, f0, f1, f2, f3);
        }
    }

    /// <summary>residual ← residual + Σ by_i · row i of four rows that follow each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddRows(
        ref float rows, ref float residual, nint width, Vector512<float> by0, Vector512<float> by1, Vector512<float> by2, Vector512<float> by3)
    {
        ref float r1 = ref Unsafe.Add(ref rows, width);
        ref float r2 = ref Unsafe.Add(ref r1, width);
        ref float r3 = ref Unsafe.Add(ref r2, width);
        for (nuint j = 0; j < (nuint)width; j += Lane)
        {
            Vector512<float> e = Vector512.LoadUnsafe(ref residual, j);
            e = Vector512.MultiplyAddEstimate(by0, Vector512.LoadUnsafe(ref rows, j), e);
            e = Vector512.MultiplyAddEstimate(by1, Vector512.LoadUnsafe(ref r1, j), e);
            e = Vector512.MultiplyAddEstimate(by2, Vector512.LoadUnsafe(ref r2, j), e);
            e = Vector512.MultiplyAddEstimate(by3, Vector512.LoadUnsafe(ref r3, j), e);
            e.StoreUnsafe(ref residual, j);
        }
    }

    // Minimises over each of four coordinates once, without branches, so that the next row's step can begin before this one ends.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Step(ref Row row, int k, nint width)
    {
        ref float rows = ref Unsafe.Add(ref MemoryMarshal.GetReference(row.Panel), k * width);
        ref float e = ref MemoryMarshal.GetReference(row.Residual);
        ref float f = ref Unsafe.Add(ref MemoryMarshal.GetReference(row.Values), k);
        Unsafe.SkipInit(out Sums sums);
        SumAll(ref rows, ref e, width, ref sums[0]);
        float f0 = f, f1 = Unsafe.Add(ref f, 1), f2 = Unsafe.Add(ref f, 2), f3 = Unsafe.Add(ref f, 3);
        Vector128<float> old = Vector128.Create(f0, f1, f2, f3);
        Vector128<float> curvature = Vector128.Create(sums[0], sums[4], sums[7], sums[9]) + Vector128.Create(penalty.L2);
        // Without curvature the data says nothing about a component, and any L1 penalty sends it to zero.
        Vector128<float> inverse = Vector128.ConditionalSelect(Vector128.GreaterThan(curvature, Vector128.Create(CoordinateDescentRule.LeastCurvature)),
            Vector128<float>.One / curvature, Vector128.Create(penalty.L1 > 0 ? float.MaxValue : 0));
        Vector128<float> gradient = Vector128.Create(sums[10], sums[11], sums[12], sums[13]) - Vector128.Create(penalty.L1) - old * penalty.L2
            - (Vector128.Create(row.Total) - old) * penalty.Orthogonality;
        float coupled = penalty.Orthogonality;
        float g0 = gradient[0], g1 = gradient[1], g2 = gradient[2], g3 = gradient[3];
        float n0 = float.MaxNative(f0 + g0 * inverse[0], 0), d0 = n0 - f0;
        float n1 = float.MaxNative(f1 + (g1 - d0 * (sums[1] + coupled)) * inverse[1], 0), d1 = n1 - f1;
        g2 -= d0 * (sums[2] + coupled);
        g3 -= d0 * (sums[3] + coupled);
        float n2 = float.MaxNative(f2 + (g2 - d1 * (sums[5] + coupled)) * inverse[2], 0), d2 = n2 - f2;
        g3 -= d1 * (sums[6] + coupled);
        float n3 = float.MaxNative(f3 + (g3 - d2 * (sums[8] + coupled)) * inverse[3], 0), d3 = n3 - f3;
        (f, Unsafe.Add(ref f, 1), Unsafe.Add(ref f, 2), Unsafe.Add(ref f, 3)) = (n0, n1, n2, n3);
        row.Total += d0 + d1 + d2 + d3;
        AddRows(ref rows, ref e, width, Vector512.Create(-d0), Vector512.Create(-d1), Vector512.Create(-d2), Vector512.Create(-d3));
    }

    // Ten products of two rows of four, in the order of the upper triangle, then four with the residual.
    [InlineArray(Lane)]
    private struct Sums
    {
        private float _first;
    }

    // The products of the four rows with each other, then those with the residual.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumAll(ref float rows, ref float residual, nint width, ref float sums)
    {
        ref float r1 = ref Unsafe.Add(ref rows, width);
        ref float r2 = ref Unsafe.Add(ref r1, width);
        ref float r3 = ref Unsafe.Add(ref r2, width);
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s11 = default, s12 = default, s13 = default;
        Vector512<float> s22 = default, s23 = default, s33 = default, g0 = default, g1 = default, g2 = default, g3 = default;
        for (nuint j = 0; j < (nuint)width; j += Lane)
        {
            Vector512<float> v0 = Vector512.LoadUnsafe(ref rows, j), v1 = Vector512.LoadUnsafe(ref r1, j);
            Vector512<float> v2 = Vector512.LoadUnsafe(ref r2, j), v3 = Vector512.LoadUnsafe(ref r3, j), e = Vector512.LoadUnsafe(ref residual, j);
            s00 = Vector512.MultiplyAddEstimate(v0, v0, s00);
            s01 = Vector512.MultiplyAddEstimate(v0, v1, s01);
            s02 = Vector512.MultiplyAddEstimate(v0, v2, s02);
            s03 = Vector512.MultiplyAddEstimate(v0, v3, s03);
            s11 = Vector512.MultiplyAddEstimate(v1, v1, s11);
            s12 = Vector512.MultiplyAddEstimate(v1, v2, s12);
            s13 = Vector512.MultiplyAddEstimate(v1, v3, s13);
            s22 = Vector512.MultiplyAddEstimate(v2, v2, s22);
            s23 = Vector512.MultiplyAddEstimate(v2, v3, s23);
            s33 = Vector512.MultiplyAddEstimate(v3, v3, s33);
            g0 = Vector512.MultiplyAddEstimate(v0, e, g0);
            g1 = Vector512.MultiplyAddEstimate(v1, e, g1);
            g2 = Vector512.MultiplyAddEstimate(v2, e, g2);
            g3 = Vector512.MultiplyAddEstimate(v3, e, g3);
        }

        if (LaneSums.AreFast)
        {
            Vector512<float> first = LaneSums.OfPairs(LaneSums.OfFour(s00, s01, s02, s03), LaneSums.OfFour(s11, s12, s13, s22));
            Vector512<float> second = LaneSums.OfPairs(LaneSums.OfFour(s23, s33, g0, g1), LaneSums.OfFour(g2, g3, default, default));
            LaneSums.OfPairs(first, second).StoreUnsafe(ref sums);
            return;
        }

        Vector512.Create(
            Vector512.Sum(s00), Vector512.Sum(s01), Vector512.Sum(s02), Vector512.Sum(s03), Vector512.Sum(s11), Vector512.Sum(s12), Vector512.Sum(s13),
            Vector512.Sum(s22), Vector512.Sum(s23), Vector512.Sum(s33), Vector512.Sum(g0), Vector512.Sum(g1), Vector512.Sum(g2), Vector512.Sum(g3), 0, 0)
            .StoreUnsafe(ref sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SquareOf(ReadOnlySpan<float> residual)
    {
        ref float e = ref MemoryMarshal.GetReference(residual);
        Vector512<float> sum = default;
        for (nuint j = 0; j < (nuint)residual.Length; j += Lane)
        {
            Vector512<float> value = Vector512.LoadUnsafe(ref e, j);
            sum = Vector512.MultiplyAddEstimate(value, value, sum);
        }

        return Vector512.Sum(sum);
    }
}
