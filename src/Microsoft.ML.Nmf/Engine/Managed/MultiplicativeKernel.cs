using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The multiplicative update of a factor F from its numerator and denominator:
/// <c>F ← F ∘ ((numerator + ε) / (denominator + l1 + l2 F + orthogonality (Σ_l F_l − F) + ε))^γ</c>, with the constants and the shortened steps of
/// <see cref="MultiplicativeRule"/>. Cost p·r.
/// </summary>
internal static class MultiplicativeKernel
{
    private const int Lane = ManagedFactor.Lane;

    /// <summary>Updates a block of padded rows in place.</summary>
    /// <param name="rows">The rows of F.</param>
    /// <param name="numerator">Their numerators.</param>
    /// <param name="denominator">Their denominators, or a single row that is the denominator of all.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="penalty">The penalty on F.</param>
    /// <param name="rule">β, and what γ is multiplied by.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Update(Span<float> rows, ReadOnlySpan<float> numerator, ReadOnlySpan<float> denominator, int stride, Penalty penalty,
        (double Beta, double Relaxation) rule)
    {
        bool oneDenominator = denominator.Length == stride && rows.Length != stride;
        for (int at = 0; at < rows.Length; at += stride)
            UpdateRow(rows.Slice(at, stride), numerator.Slice(at, stride), oneDenominator ? denominator : denominator.Slice(at, stride), penalty, rule);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void UpdateRow(Span<float> row, ReadOnlySpan<float> numerator, ReadOnlySpan<float> denominator, Penalty penalty,
        (double Beta, double Relaxation) rule)
    {
        ref float f = ref MemoryMarshal.GetReference(row);
        ref float n = ref MemoryMarshal.GetReference(numerator);
        ref float d = ref MemoryMarshal.GetReference(denominator);
        Vector512<float> epsilon = Vector512.Create(MultiplicativeRule.Epsilon);
        Vector512<float> linear = Vector512.Create(penalty.L1);
        Vector512<float> others = Vector512.Create(penalty.Orthogonality == 0 ? 0 : penalty.Orthogonality * Sum(row));
        Vector512<float> own = Vector512.Create(penalty.L2 - penalty.Orthogonality);
        Vector512<float> smallest = Vector512.Create(MultiplicativeRule.Smallest);
        double beta = rule.Beta;
        float exponent = (float)(MultiplicativeRule.Exponent(beta) * rule.Relaxation);
        bool canOvershoot = MultiplicativeRule.CanOvershoot(beta, penalty);
        for (int k = 0; k < row.Length; k += Lane)
        {
            Vector512<float> value = Vector512.LoadUnsafe(ref f, (nuint)k);
            Vector512<float> quadratic = Vector512.MaxNative(Vector512<float>.Zero, Vector512.MultiplyAddEstimate(own, value, others));
            Vector512<float> divisor = Vector512.LoadUnsafe(ref d, (nuint)k) + linear + quadratic + epsilon;
            Vector512<float> dividend = Vector512.LoadUnsafe(ref n, (nuint)k) + epsilon;
            Vector512<float> step = Raise(dividend / divisor, exponent);
            if (canOvershoot && Vector512.GreaterThanAny(step * quadratic, divisor))
                step = Shorten(step, dividend, Vector512.LoadUnsafe(ref d, (nuint)k) + epsilon, penalty.L1, quadratic, divisor, beta);
            Vector512<float> next = value * step;
            Vector512.ConditionalSelect(Vector512.LessThan(next, smallest), Vector512<float>.Zero, next).StoreUnsafe(ref f, (nuint)k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum(ReadOnlySpan<float> row)
    {
        float sum = 0;
        foreach (float value in row)
            sum += value;
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Raise(Vector512<float> ratio, float exponent) => exponent switch
    {
        1 => ratio,
        0.5f => Vector512.Sqrt(ratio),
        1.75f => ratio * Vector512.Sqrt(ratio) * Vector512.Sqrt(Vector512.Sqrt(ratio)),
        _ => LaneMath.Exp(exponent * LaneMath.Log(ratio)),
    };

    // Only a step u > 1 with u·quadratic > divisor can raise the majoriser. There are few, so they are shortened one at a time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector512<float> Shorten(Vector512<float> step, Vector512<float> numerator, Vector512<float> denominator, float linear,
        Vector512<float> quadratic, Vector512<float> divisor, double beta)
    {
        for (int k = 0; k < Lane; k++)
        {
            if (step[k] > 1 && step[k] * quadratic[k] > divisor[k])
                step = step.WithElement(k, (float)MultiplicativeRule.Shorten(step[k], numerator[k], denominator[k], linear, quadratic[k], beta));
        }

        return step;
    }
}
