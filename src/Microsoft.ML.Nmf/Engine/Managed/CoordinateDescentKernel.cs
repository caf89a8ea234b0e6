using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Coordinate descent on many rows that share one quadratic form. A few rows are taken together, one a lane, transposed into
/// scratch memory: a coordinate of all of them is one or two vectors, and the lanes never talk. Coordinates go in groups of
/// four, whose gradients are summed in registers over all coordinates and corrected within the group as it is stepped through, so that
/// the outcome is that of one coordinate after the other. Cost r² multiply-adds a row and sweep.
/// </summary>
internal sealed class CoordinateDescentKernel
{
    private const int Lane = ManagedFactor.Lane;
    private const int Group = 4;

    private readonly int _rank;
    private readonly int _coordinates;
    private readonly AlignedFloats _quadratic;
    private readonly float[] _inverseCurvature;
    private readonly float _linear;
    private readonly int _sweeps;

    /// <summary>
    /// Prepares ½ f Q fᵀ − (b − l1) fᵀ with Q = G + l2 I + orthogonality (11ᵀ − I).
    /// </summary>
    public CoordinateDescentKernel(ManagedGram gram, Penalty penalty, int sweeps)
    {
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
            float curvature = quadratic[k * _coordinates + k];
            // A component that is zero everywhere has no curvature and no gradient: it keeps its value.
            _inverseCurvature[k] = curvature > 0 ? 1 / curvature : 0;
        }
    }

    /// <summary>The scratch memory that one thread needs.</summary>
    public AlignedFloats MakeScratch() => new(2 * _coordinates * CoordinateDescentRule.UnitRows);

    /// <summary>Descends on a block of padded rows.</summary>
    /// <param name="rows">The rows, changed in place.</param>
    /// <param name="product">Their b, of the same shape.</param>
    /// <param name="stride">Floats from one row to the next in both.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="scratch">From <see cref="MakeScratch"/>.</param>
    public void Descend(Span<float> rows, ReadOnlySpan<float> product, int stride, int count, AlignedFloats scratch)
    {
        int unitRows = CoordinateDescentRule.UnitRows;
        Span<float> values = scratch.Span[..(_coordinates * unitRows)];
        Span<float> targets = scratch.Span[(_coordinates * unitRows)..];
        for (int first = 0; first < count; first += unitRows)
        {
            int unit = Math.Min(unitRows, count - first);
            Span<float> unitValues = rows.Slice(first * stride, unit * stride);
            LaneTranspose.ToLanes(unitValues, stride, unit, values, unitRows, _rank);
            LaneTranspose.ToLanes(product.Slice(first * stride, unit * stride), stride, unit, targets, unitRows, _rank);
            float firstGain = 0;
            for (int sweep = 0; sweep < _sweeps; sweep++)
            {
                float gain = unitRows == Lane ? Sweep<OneVector>(values, targets) : Sweep<TwoVectors>(values, targets);
                if (sweep == 0)
                    firstGain = gain;
                if (gain <= CoordinateDescentRule.WorthwhileGain * firstGain)
                    break;
            }

            LaneTranspose.FromLanes(values, unitRows, _rank, unitValues, stride, unit);
        }
    }

    // One pass over all coordinates; returns between once and twice what the objective lost, summed over the lanes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Sweep<TVectors>(Span<float> values, ReadOnlySpan<float> targets)
        where TVectors : struct, IVectorCount
    {
        nint unit = TVectors.Count * Lane;
        ref float v = ref MemoryMarshal.GetReference(values);
        ref float t = ref MemoryMarshal.GetReference(targets);
        ref float quadratic = ref MemoryMarshal.GetReference(_quadratic.Span);
        Vector512<float> gain = default;
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
            Step<TVectors>(ref current, k, a0, b0, out Vector512<float> da, out Vector512<float> db, ref gain);
            Add<TVectors>(Unsafe.Add(ref q1, k), da, db, ref a1, ref b1);
            Add<TVectors>(Unsafe.Add(ref q2, k), da, db, ref a2, ref b2);
            Add<TVectors>(Unsafe.Add(ref q3, k), da, db, ref a3, ref b3);
            Step<TVectors>(ref Unsafe.Add(ref current, unit), k + 1, a1, b1, out da, out db, ref gain);
            Add<TVectors>(Unsafe.Add(ref q2, k + 1), da, db, ref a2, ref b2);
            Add<TVectors>(Unsafe.Add(ref q3, k + 1), da, db, ref a3, ref b3);
            Step<TVectors>(ref Unsafe.Add(ref current, 2 * unit), k + 2, a2, b2, out da, out db, ref gain);
            Add<TVectors>(Unsafe.Add(ref q3, k + 2), da, db, ref a3, ref b3);
            Step<TVectors>(ref Unsafe.Add(ref current, 3 * unit), k + 3, a3, b3, out _, out _, ref gain);
        }

        return Vector512.Sum(gain);
    }

    // The part of a gradient that does not depend on the values: l1 − b.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Start<TVectors>(ref float target, out Vector512<float> a, out Vector512<float> b)
        where TVectors : struct, IVectorCount
    {
        Vector512<float> linear = Vector512.Create(_linear);
        a = linear - Vector512.LoadUnsafe(ref target);
        b = TVectors.Count > 1 ? linear - Vector512.LoadUnsafe(ref target, Lane) : default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TVectors>(float quadratic, Vector512<float> va, Vector512<float> vb, ref Vector512<float> a, ref Vector512<float> b)
        where TVectors : struct, IVectorCount
    {
        Vector512<float> q = Vector512.Create(quadratic);
        a = Vector512.MultiplyAddEstimate(q, va, a);
        if (TVectors.Count > 1)
            b = Vector512.MultiplyAddEstimate(q, vb, b);
    }

    // Moves one coordinate of the rows to its minimiser, and says how far.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Step<TVectors>(ref float current, int coordinate, Vector512<float> gradientA, Vector512<float> gradientB, out Vector512<float> movedA, out Vector512<float> movedB, ref Vector512<float> gain)
        where TVectors : struct, IVectorCount
    {
        Vector512<float> inverse = Vector512.Create(_inverseCurvature[coordinate]);
        movedA = Step(ref current, gradientA, inverse, ref gain);
        movedB = TVectors.Count > 1 ? Step(ref Unsafe.Add(ref current, Lane), gradientB, inverse, ref gain) : default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Step(ref float current, Vector512<float> gradient, Vector512<float> inverseCurvature, ref Vector512<float> gain)
    {
        Vector512<float> old = Vector512.LoadUnsafe(ref current);
        Vector512<float> next = Vector512.Max(old - gradient * inverseCurvature, Vector512<float>.Zero);
        next.StoreUnsafe(ref current);
        Vector512<float> moved = next - old;
        gain = Vector512.MultiplyAddEstimate(-moved, gradient, gain);
        return moved;
    }
}
