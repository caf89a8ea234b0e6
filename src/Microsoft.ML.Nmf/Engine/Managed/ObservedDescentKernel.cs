using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Coordinate descent on min over f ≥ 0 of ½ Σ u (x − f oᵀ)² plus the penalty, over the observed entries of each row, with u the weight of the entry's column. The rows
/// of O that belong to the entries of a row are brought together and transposed, so that a coordinate of all of them is a few whole vectors, and the residual
/// is kept up to date. Four coordinates at a time: their gradients and what couples them are summed in registers, and the steps are those of one after the other.
/// Cost of a row of z entries: 2·z·r, and 4·z·r for its first sweep, half of that for each further one.
/// </summary>
/// <param name="data">M.</param>
/// <param name="factor">F, changed in place.</param>
/// <param name="other">O.</param>
/// <param name="penalty">The penalty on F.</param>
/// <param name="sweeps">The most sweeps.</param>
internal sealed class ObservedDescentKernel(ObservedData data, ManagedFactor factor, ManagedFactor other, Penalty penalty, int sweeps)
{
    private const int Lane = ManagedFactor.Lane;
    private const int Group = 4;

    // What couples the coordinates of a group: the ten products of two of them; then come the four gradients.
    private const int Couplings = Group * (Group + 1) / 2;

    // Places of the workspace.
    private const int Gathered = 0, Panel = 1, Residual = 2, Sums = 3;

    private readonly int _coordinates = (factor.Rank + Group - 1) / Group * Group;
    private readonly float[]? _roots = data.ColumnWeights is { } weights ? ExampleWeights.PowersOf(weights, 0.5) : null;

    /// <summary>Descends for the rows of a piece (<see cref="ObservedTermsKernel.Piece"/>).</summary>
    /// <returns>½ Σ w u (x − x̂)² over them, with w the weight of the row.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Descend(int piece, Workspace workspace)
    {
        (int first, int count, int block, int place) = ObservedTermsKernel.Piece(piece, data.Rows);
        CompressedBlock rows = data.Data.Blocks[block];
        double divergence = 0;
        for (int i = 0; i < count; i++)
        {
            int start = rows.Starts[place + i], length = rows.Starts[place + i + 1] - start;
            double ofRow = Row(rows.Columns.AsSpan(start, length), rows.Values.AsSpan(start, length), factor.RowRange(first + i, 1), workspace);
            divergence += 0.5 * (data.RowWeights is { } weights ? weights[first + i] * ofRow : ofRow);
        }

        return divergence;
    }

    // Σ u (x − x̂)² after the descent.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Row(ReadOnlySpan<int> columns, ReadOnlySpan<float> values, Span<float> f, Workspace workspace)
    {
        if (columns.Length == 0)
        {
            f.Clear();
            return 0;
        }

        int width = ManagedFactor.Padded(columns.Length);
        Span<float> panel = workspace.Floats(Panel, ArraySize.Of(_coordinates, width, "The observed entries of a row times the rank"));
        Span<float> residual = workspace.Floats(Residual, width);
        Span<float> couplings = workspace.Floats(Sums, _coordinates / Group * Couplings);
        Gather(columns, values, panel, residual, width, workspace);
        Subtract(f, panel, residual, width);
        float total = 0;
        for (int k = 0; penalty.Orthogonality != 0 && k < f.Length; k++)
            total += f[k];
        float firstGain = 0;
        for (int sweep = 0; sweep < sweeps; sweep++)
        {
            float gain = 0;
            for (int k = 0; k < _coordinates; k += Group)
            {
                gain += Step(f[k..(k + Group)], panel[(k * width)..], residual, couplings.Slice(k / Group * Couplings, Couplings), width,
                    isFirst: sweep == 0, ref total);
            }

            if (sweep == 0)
                firstGain = gain;
            if (gain <= CoordinateDescentRule.WorthwhileGain * firstGain)
                break;
        }

        return SquareOf(residual, width);
    }

    // The rows of O at the entries, transposed, and x, both times the roots of the weights.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather(ReadOnlySpan<int> columns, ReadOnlySpan<float> values, Span<float> panel, Span<float> residual, int width, Workspace workspace)
    {
        int stride = other.Stride;
        Span<float> gathered = workspace.Floats(Gathered, ArraySize.Of(width, stride, "The observed entries of a row times the rank"));
        ref float source = ref MemoryMarshal.GetReference(other.Values);
        ref float target = ref MemoryMarshal.GetReference(gathered);
        for (int p = 0; p < columns.Length; p++)
        {
            ref float from = ref Unsafe.Add(ref source, (nint)columns[p] * stride);
            ref float to = ref Unsafe.Add(ref target, (nint)p * stride);
            for (nuint k = 0; k < (nuint)stride; k += Lane)
                Vector512.LoadUnsafe(ref from, k).StoreUnsafe(ref to, k);
        }

        gathered[(columns.Length * stride)..].Clear();
        LaneTranspose.ToLanes(gathered, stride, width, panel, width, other.Rank);
        values.CopyTo(residual);
        residual[values.Length..].Clear();
        if (_roots is null)
            return;
        Span<float> roots = gathered[..width];
        roots.Clear();
        for (int p = 0; p < columns.Length; p++)
            roots[p] = _roots[columns[p]];
        Scale(residual, roots);
        for (int k = 0; k < _coordinates; k++)
            Scale(panel.Slice(k * width, width), roots);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(Span<float> values, ReadOnlySpan<float> scales)
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

    // residual ← residual + Σ by_i · row i of four.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRows(
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

    // Minimises over each of four coordinates once. Returns an estimate of the decrease: one to two times the true value.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Step(Span<float> f, ReadOnlySpan<float> panel, Span<float> residual, Span<float> couplings, int width, bool isFirst, ref float total)
    {
        ref float rows = ref MemoryMarshal.GetReference(panel);
        ref float e = ref MemoryMarshal.GetReference(residual);
        Span<float> sums = stackalloc float[Lane];
        if (isFirst)
        {
            SumAll(ref rows, ref e, width, sums);
            sums[..Couplings].CopyTo(couplings);
        }
        else
        {
            SumGradients(ref rows, ref e, width, sums[Couplings..]);
        }

        Span<float> gradients = sums.Slice(Couplings, Group), moves = stackalloc float[Group];
        float gain = 0;
        bool hasMoved = false;
        for (int i = 0, coupling = 0; i < Group; i++)
        {
            // Of the couplings of i with itself and with those after it.
            ReadOnlySpan<float> own = couplings.Slice(coupling, Group - i);
            coupling += Group - i;
            float old = f[i], curvature = own[0] + penalty.L2;
            float gradient = gradients[i] - penalty.L1 - penalty.L2 * old - penalty.Orthogonality * (total - old);
            // Without curvature the data says nothing about the component, and any L1 penalty sends it to zero.
            float next = curvature > CoordinateDescentRule.LeastCurvature ? Math.Max(old + gradient / curvature, 0) : penalty.L1 > 0 ? 0 : old;
            float moved = next - old;
            if (moved == 0)
                continue;
            hasMoved = true;
            (f[i], moves[i]) = (next, -moved);
            total += moved;
            gain += moved * gradient;
            for (int j = 1; j < own.Length; j++)
                gradients[i + j] -= moved * own[j];
        }

        if (hasMoved)
        {
            AddRows(ref rows, ref e, width,
                Vector512.Create(moves[0]), Vector512.Create(moves[1]), Vector512.Create(moves[2]), Vector512.Create(moves[3]));
        }

        return gain;
    }

    // The products of the four rows with each other, then those with the residual.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumAll(ref float rows, ref float residual, nint width, Span<float> sums)
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
            LaneSums.OfPairs(first, second).StoreUnsafe(ref MemoryMarshal.GetReference(sums));
            return;
        }

        (sums[0], sums[1], sums[2], sums[3]) = (Vector512.Sum(s00), Vector512.Sum(s01), Vector512.Sum(s02), Vector512.Sum(s03));
        (sums[4], sums[5], sums[6], sums[7]) = (Vector512.Sum(s11), Vector512.Sum(s12), Vector512.Sum(s13), Vector512.Sum(s22));
        (sums[8], sums[9], sums[10], sums[11]) = (Vector512.Sum(s23), Vector512.Sum(s33), Vector512.Sum(g0), Vector512.Sum(g1));
        (sums[12], sums[13]) = (Vector512.Sum(g2), Vector512.Sum(g3));
    }

    // The products of the four rows with the residual.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumGradients(ref float rows, ref float residual, nint width, Span<float> sums)
    {
        ref float r1 = ref Unsafe.Add(ref rows, width);
        ref float r2 = ref Unsafe.Add(ref r1, width);
        ref float r3 = ref Unsafe.Add(ref r2, width);
        Vector512<float> g0 = default, g1 = default, g2 = default, g3 = default;
        for (nuint j = 0; j < (nuint)width; j += Lane)
        {
            Vector512<float> e = Vector512.LoadUnsafe(ref residual, j);
            g0 = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref rows, j), e, g0);
            g1 = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref r1, j), e, g1);
            g2 = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref r2, j), e, g2);
            g3 = Vector512.MultiplyAddEstimate(Vector512.LoadUnsafe(ref r3, j), e, g3);
        }

        (sums[0], sums[1], sums[2], sums[3]) = (Vector512.Sum(g0), Vector512.Sum(g1), Vector512.Sum(g2), Vector512.Sum(g3));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SquareOf(ReadOnlySpan<float> residual, int width)
    {
        ref float e = ref MemoryMarshal.GetReference(residual);
        Vector512<float> sum = default;
        for (nuint j = 0; j < (nuint)width; j += Lane)
        {
            Vector512<float> value = Vector512.LoadUnsafe(ref e, j);
            sum = Vector512.MultiplyAddEstimate(value, value, sum);
        }

        return Vector512.Sum(sum);
    }
}
