using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Coordinate descent on min over f ≥ 0 of ½ f Q fᵀ − (b − l1) fᵀ for many rows f that share Q = G + l2 I + orthogonality (11ᵀ − I).
/// <see cref="CoordinateDescentRule.UnitRows"/> rows are solved together, one per SIMD lane: they are transposed, so that a coordinate of all of them
/// is one vector, and lanes are independent. Where vectors are of 512 bits two such units are swept together, which keeps the multipliers busy, until one of
/// them is done. The gradients of four coordinates at a time are summed in registers; after each step those of the group's later coordinates are corrected,
/// so that the result is that of stepping one coordinate after the other. Cost r² multiply-adds a row and sweep.
/// </summary>
internal sealed class CoordinateDescentKernel
{
    /// <summary>The most rows that are solved together.</summary>
    public const int MostLanes = 2 * CoordinateDescentRule.UnitRows;

    private const int Lane = ManagedFactor.Lane;
    private const int Group = 4;

    private readonly int _rank;
    private readonly int _coordinates;
    private readonly AlignedFloats _quadratic;
    private readonly float[] _inverseCurvature;
    private readonly float _linear;
    private readonly int _sweeps;
    private readonly int _units;

    /// <summary>Computes Q in float32, padded with zeros to a multiple of four.</summary>
    /// <param name="gram">G, r × r.</param>
    /// <param name="penalty">The weights l1, l2 and orthogonality.</param>
    /// <param name="sweeps">The most sweeps over the coordinates of a row, at least 1.</param>
    /// <param name="units">The units that are swept together, 1 or 2; null for what suits the processor. The result does not depend on it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public CoordinateDescentKernel(ManagedGram gram, Penalty penalty, int sweeps, int? units = null)
    {
        _units = units ?? (Vector512.IsHardwareAccelerated ? 2 : 1);
        _rank = gram.Rank;
        _coordinates = (_rank + Group - 1) / Group * Group;
        _quadratic = new AlignedFloats(_coordinates * _coordinates);
        _inverseCurvature = new float[_coordinates];
        _linear = penalty.L1;
        _sweeps = sweeps;
        Span<float> quadratic = _quadratic.Span;
        for (int k = 0; k < _rank; k++)
        {
            for (int l = 0; l < _rank; l++)
                quadratic[k * _coordinates + l] = (float)(gram.Values[k * _rank + l] + (k == l ? penalty.L2 : penalty.Orthogonality));
        }

        float largest = 0;
        for (int k = 0; k < _rank; k++)
            largest = Math.Max(largest, quadratic[k * _coordinates + k]);
        float least = CoordinateDescentRule.LeastCurvature * Math.Max(largest, 1);
        for (int k = 0; k < _rank; k++)
        {
            float curvature = quadratic[k * _coordinates + k];
            // Without curvature the data says nothing about the component: a step length of 0 leaves it as it is, and any L1 penalty sends it to zero.
            _inverseCurvature[k] = k < penalty.Kept ? 0 : curvature > least ? 1 / curvature : penalty.L1 > 0 ? float.MaxValue : 0;
        }
    }

    // The rows that are solved together.
    private int Lanes => _units * CoordinateDescentRule.UnitRows;

    /// <summary>The floats of working memory: f and b of the rows that are solved together, transposed.</summary>
    public int ScratchLength => 2 * _coordinates * Lanes;

    /// <summary>Lowers the objective of every row of a block.</summary>
    /// <param name="rows">The padded rows f, changed in place.</param>
    /// <param name="product">The padded rows b.</param>
    /// <param name="stride">Floats from one row to the next in both.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="scratch">Working memory of <see cref="ScratchLength"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Descend(Span<float> rows, ReadOnlySpan<float> product, int stride, int count, Span<float> scratch)
    {
        for (int first = 0; first < count; first += Lanes)
        {
            int present = Math.Min(Lanes, count - first), start = first * stride, length = present * stride;
            DescendTogether(rows.Slice(start, length), product.Slice(start, length), rows.Slice(start, length), stride, present, scratch);
        }
    }

    /// <summary>
    /// Lowers the objective of every row f of a block to z, then goes on in the direction of the last two: next ← max(z + extrapolation·(z − plain), 0), plain ← z.
    /// </summary>
    /// <param name="rows">The padded rows f, which stay.</param>
    /// <param name="product">The padded rows b.</param>
    /// <param name="plain">The padded rows z of the step before; receives the new ones.</param>
    /// <param name="next">Receives the padded new rows.</param>
    /// <param name="shape">Floats from one row to the next in all four, and the number of rows.</param>
    /// <param name="extrapolation">At least 0.</param>
    /// <param name="scratch">Working memory of <see cref="ScratchLength"/>.</param>
    /// <returns>⟨next, b⟩ over the block, its rows in float32.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Extrapolate(ReadOnlySpan<float> rows, ReadOnlySpan<float> product, Span<float> plain, Span<float> next, (int Stride, int Count) shape,
        float extrapolation, Span<float> scratch)
    {
        (int stride, int count) = shape;
        double inner = 0;
        for (int first = 0; first < count; first += Lanes)
        {
            int present = Math.Min(Lanes, count - first), start = first * stride, length = present * stride;
            DescendTogether(rows.Slice(start, length), product.Slice(start, length), next.Slice(start, length), stride, present, scratch);
            inner += GoOn(next.Slice(start, length), plain.Slice(start, length), product.Slice(start, length), extrapolation);
        }

        return inner;
    }

    // Lowers the objective of the rows of all units, which become those of the result.
    private void DescendTogether(
        ReadOnlySpan<float> rows, ReadOnlySpan<float> product, Span<float> result, int stride, int count, Span<float> scratch)
    {
        Span<float> values = scratch[..(_coordinates * Lanes)], targets = scratch[(_coordinates * Lanes)..];
        LaneTranspose.ToLanes(rows, stride, count, values, Lanes, _rank);
        LaneTranspose.ToLanes(product, stride, count, targets, Lanes, _rank);
        Descend(values, targets, Lanes);
        LaneTranspose.FromLanes(values, Lanes, _rank, result, stride, count);
    }

    // next ← max(next + extrapolation·(next − plain), 0), plain ← next as it was. Returns ⟨next, b⟩.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double GoOn(Span<float> next, Span<float> plain, ReadOnlySpan<float> product, float extrapolation)
    {
        ref float x = ref MemoryMarshal.GetReference(next);
        ref float p = ref MemoryMarshal.GetReference(plain);
        ref float b = ref MemoryMarshal.GetReference(product);
        Vector512<float> e = Vector512.Create(extrapolation), inner = default;
        for (nuint i = 0; i < (nuint)next.Length; i += Lane)
        {
            Vector512<float> z = Vector512.LoadUnsafe(ref x, i);
            Vector512<float> far = Vector512.Max(Vector512.MultiplyAddEstimate(e, z - Vector512.LoadUnsafe(ref p, i), z), Vector512<float>.Zero);
            z.StoreUnsafe(ref p, i);
            far.StoreUnsafe(ref x, i);
            inner = Vector512.MultiplyAddEstimate(far, Vector512.LoadUnsafe(ref b, i), inner);
        }

        return Vector512.Sum(inner);
    }

    // Sweeps every unit until it has gained what is worth it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Descend(Span<float> values, ReadOnlySpan<float> targets, int lanes)
    {
        float firstA = 0, firstB = 0;
        bool goesOnA = true, goesOnB = _units > 1;
        for (int sweep = 0; sweep < _sweeps && (goesOnA || goesOnB); sweep++)
        {
            float gainA = 0, gainB = 0;
            if (goesOnA && goesOnB)
                (gainA, gainB) = Sweep<TwoVectors>(values, targets, lanes);
            else if (goesOnA)
                (gainA, _) = Sweep<OneVector>(values, targets, lanes);
            else
                (gainB, _) = Sweep<OneVector>(values[Lane..], targets[Lane..], lanes);
            if (sweep == 0)
                (firstA, firstB) = (gainA, gainB);
            goesOnA &= gainA > CoordinateDescentRule.WorthwhileGain * firstA;
            goesOnB &= gainB > CoordinateDescentRule.WorthwhileGain * firstB;
        }
    }

    // Minimises over each coordinate once. Returns an estimate of each unit's decrease of the objective, summed over its rows: one to two times the true value.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (float First, float Second) Sweep<TVectors>(Span<float> values, ReadOnlySpan<float> targets, nint unit)
        where TVectors : struct, IVectorCount
    {
        ref float v = ref MemoryMarshal.GetReference(values);
        ref float t = ref MemoryMarshal.GetReference(targets);
        ref float quadratic = ref MemoryMarshal.GetReference(_quadratic.Span);
        Vector512<float> gain = default, second = default;
        for (int k = 0; k < _coordinates; k += Group)
        {
            ref float q0 = ref Unsafe.Add(ref quadratic, k * _coordinates);
            ref float q1 = ref Unsafe.Add(ref q0, _coordinates);
            ref float q2 = ref Unsafe.Add(ref q1, _coordinates);
            ref float q3 = ref Unsafe.Add(ref q2, _coordinates);
            ref float target = ref Unsafe.Add(ref t, k * unit);
            Start<TVectors>(ref target, out Vector512<float> a0, out Vector512<float> b0);
            Start<TVectors>(ref Unsafe.Add(ref target, unit), out Vector512<float> a1, out Vector512<float> b1);
            Start<TVectors>(ref Unsafe.Add(ref target, 2 * unit), out Vector512<float> a2, out Vector512<float> b2);
            Start<TVectors>(ref Unsafe.Add(ref target, 3 * unit), out Vector512<float> a3, out Vector512<float> b3);
            ref float value = ref v;
            for (int l = 0; l < _coordinates; l++)
            {
                Vector512<float> va = Vector512.LoadUnsafe(ref value);
                Vector512<float> vb = TVectors.Count > 1 ? Vector512.LoadUnsafe(ref value, Lane) : default;
                Add<TVectors>(Unsafe.Add(ref q0, l), va, vb, ref a0, ref b0);
                Add<TVectors>(Unsafe.Add(ref q1, l), va, vb, ref a1, ref b1);
                Add<TVectors>(Unsafe.Add(ref q2, l), va, vb, ref a2, ref b2);
                Add<TVectors>(Unsafe.Add(ref q3, l), va, vb, ref a3, ref b3);
                value = ref Unsafe.Add(ref value, unit);
            }

            ref float current = ref Unsafe.Add(ref v, k * unit);
            Step<TVectors>(ref current, k, a0, b0, out Vector512<float> da, out Vector512<float> db, ref gain, ref second);
            Add<TVectors>(Unsafe.Add(ref q1, k), da, db, ref a1, ref b1);
            Add<TVectors>(Unsafe.Add(ref q2, k), da, db, ref a2, ref b2);
            Add<TVectors>(Unsafe.Add(ref q3, k), da, db, ref a3, ref b3);
            Step<TVectors>(ref Unsafe.Add(ref current, unit), k + 1, a1, b1, out da, out db, ref gain, ref second);
            Add<TVectors>(Unsafe.Add(ref q2, k + 1), da, db, ref a2, ref b2);
            Add<TVectors>(Unsafe.Add(ref q3, k + 1), da, db, ref a3, ref b3);
            Step<TVectors>(ref Unsafe.Add(ref current, 2 * unit), k + 2, a2, b2, out da, out db, ref gain, ref second);
            Add<TVectors>(Unsafe.Add(ref q3, k + 2), da, db, ref a3, ref b3);
            Step<TVectors>(ref Unsafe.Add(ref current, 3 * unit), k + 3, a3, b3, out _, out _, ref gain, ref second);
        }

        return (Vector512.Sum(gain), TVectors.Count > 1 ? Vector512.Sum(second) : 0);
    }

    // The part of a coordinate's gradient Σ_l Q_kl f_l + l1 − b_k that does not depend on f: l1 − b_k.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Start<TVectors>(ref float target, out Vector512<float> a, out Vector512<float> b)
        where TVectors : struct, IVectorCount
    {
        Vector512<float> linear = Vector512.Create(_linear);
        a = linear - Vector512.LoadUnsafe(ref target);
        b = TVectors.Count > 1 ? linear - Vector512.LoadUnsafe(ref target, Lane) : default;
    }

    // Adds Q_kl times the values (or steps) of coordinate l to the gradients of coordinate k.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TVectors>(float quadratic, Vector512<float> va, Vector512<float> vb, ref Vector512<float> a, ref Vector512<float> b)
        where TVectors : struct, IVectorCount
    {
        Vector512<float> q = Vector512.Create(quadratic);
        a = Vector512.MultiplyAddEstimate(q, va, a);
        if (TVectors.Count > 1)
            b = Vector512.MultiplyAddEstimate(q, vb, b);
    }

    // Moves one coordinate of all rows to its minimiser, f_k ← max(f_k − gradient / Q_kk, 0), and returns the steps.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Step<TVectors>(ref float current, int coordinate, Vector512<float> gradientA, Vector512<float> gradientB,
        out Vector512<float> movedA, out Vector512<float> movedB, ref Vector512<float> gainA, ref Vector512<float> gainB)
        where TVectors : struct, IVectorCount
    {
        Vector512<float> inverse = Vector512.Create(_inverseCurvature[coordinate]);
        movedA = Step(ref current, gradientA, inverse, ref gainA);
        movedB = TVectors.Count > 1 ? Step(ref Unsafe.Add(ref current, Lane), gradientB, inverse, ref gainB) : default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Step(ref float current, Vector512<float> gradient, Vector512<float> inverseCurvature, ref Vector512<float> gain)
    {
        Vector512<float> old = Vector512.LoadUnsafe(ref current);
        Vector512<float> next = Vector512.Max(old - gradient * inverseCurvature, Vector512<float>.Zero);
        next.StoreUnsafe(ref current);
        Vector512<float> moved = next - old;
        // The decrease is −moved·gradient − Q_kk·moved²/2; the second term is at most half the first.
        gain = Vector512.MultiplyAddEstimate(-moved, gradient, gain);
        return moved;
    }
}
