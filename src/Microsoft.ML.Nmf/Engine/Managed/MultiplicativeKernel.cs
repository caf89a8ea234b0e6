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
        float exponent = (float)(MultiplicativeRule.Exponent(rule.Beta) * rule.Relaxation);
        switch (exponent)
        {
            case 1: Update<PowerKernel.Identity>(rows, numerator, denominator, stride, penalty, rule.Beta, exponent); break;
            case 0.5f: Update<PowerKernel.Root>(rows, numerator, denominator, stride, penalty, rule.Beta, exponent); break;
            case 1.75f: Update<Longer>(rows, numerator, denominator, stride, penalty, rule.Beta, exponent); break;
            default: Update<PowerKernel.Any>(rows, numerator, denominator, stride, penalty, rule.Beta, exponent); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Update<TPower>(
        Span<float> rows, ReadOnlySpan<float> numerator, ReadOnlySpan<float> denominator, int stride, Penalty penalty, double beta, float exponent)
        where TPower : struct, PowerKernel.IPower
    {
        bool oneDenominator = denominator.Length == stride && rows.Length != stride;
        // Without a penalty rows do not matter, where each has its own denominator.
        int length = penalty.IsNone && !oneDenominator ? rows.Length : stride;
        for (int at = 0; at < rows.Length; at += length)
        {
            Span<float> some = rows.Slice(at, length);
            ReadOnlySpan<float> dividends = numerator.Slice(at, length), divisors = oneDenominator ? denominator : denominator.Slice(at, length);
            if (penalty.IsNone)
                UpdatePlainly<TPower>(some, dividends, divisors, exponent);
            else
                UpdateRow<TPower>(some, dividends, divisors, penalty, beta, exponent);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UpdatePlainly<TPower>(Span<float> row, ReadOnlySpan<float> numerator, ReadOnlySpan<float> denominator, float exponent)
        where TPower : struct, PowerKernel.IPower
    {
        ref float f = ref MemoryMarshal.GetReference(row);
        ref float n = ref MemoryMarshal.GetReference(numerator[..row.Length]);
        ref float d = ref MemoryMarshal.GetReference(denominator[..row.Length]);
        Vector512<float> epsilon = Vector512.Create(MultiplicativeRule.Epsilon), power = Vector512.Create(exponent);
        for (nuint k = 0; k < (nuint)row.Length; k += Lane)
        {
            Vector512<float> ratio = (Vector512.LoadUnsafe(ref n, k) + epsilon) / (Vector512.LoadUnsafe(ref d, k) + epsilon);
            Store(Vector512.LoadUnsafe(ref f, k) * TPower.Of(ratio, power), ref Unsafe.Add(ref f, k));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UpdateRow<TPower>(
        Span<float> row, ReadOnlySpan<float> numerator, ReadOnlySpan<float> denominator, Penalty penalty, double beta, float exponent)
        where TPower : struct, PowerKernel.IPower
    {
        ref float f = ref MemoryMarshal.GetReference(row);
        ref float n = ref MemoryMarshal.GetReference(numerator[..row.Length]);
        ref float d = ref MemoryMarshal.GetReference(denominator[..row.Length]);
        Vector512<float> epsilon = Vector512.Create(MultiplicativeRule.Epsilon), power = Vector512.Create(exponent);
        Vector512<float> linear = Vector512.Create(penalty.L1);
        Vector512<float> others = Vector512.Create(penalty.Orthogonality == 0 ? 0 : penalty.Orthogonality * Sum(row));
        Vector512<float> own = Vector512.Create(penalty.L2 - penalty.Orthogonality);
        bool canOvershoot = MultiplicativeRule.CanOvershoot(beta, penalty);
        for (nuint k = 0; k < (nuint)row.Length; k += Lane)
        {
            Vector512<float> value = Vector512.LoadUnsafe(ref f, k);
            Vector512<float> quadratic = Vector512.MaxNative(Vector512<float>.Zero, Vector512.MultiplyAddEstimate(own, value, others));
            Vector512<float> divisor = Vector512.LoadUnsafe(ref d, k) + linear + quadratic + epsilon;
            Vector512<float> dividend = Vector512.LoadUnsafe(ref n, k) + epsilon;
            Vector512<float> step = TPower.Of(dividend / divisor, power);
            if (canOvershoot && Vector512.GreaterThanAny(step * quadratic, divisor))
                step = Shorten(step, dividend, Vector512.LoadUnsafe(ref d, k) + epsilon, penalty.L1, quadratic, divisor, beta);
            Store(value * step, ref Unsafe.Add(ref f, k));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> next, ref float f)
        => Vector512.ConditionalSelect(Vector512.LessThan(next, Vector512.Create(MultiplicativeRule.Smallest)), Vector512<float>.Zero, next).StoreUnsafe(ref f);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum(ReadOnlySpan<float> row)
    {
        float sum = 0;
        foreach (float value in row)
            sum += value;
        return sum;
    }

    // x^1.75.
    private readonly struct Longer : PowerKernel.IPower
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(Vector512<float> x, Vector512<float> exponent) => x * Vector512.Sqrt(x) * Vector512.Sqrt(Vector512.Sqrt(x));
    }

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
