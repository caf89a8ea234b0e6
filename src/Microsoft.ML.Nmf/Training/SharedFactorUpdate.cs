using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// The multiplicative update of a factor that stands in several places of a chain, from the sum of the terms of its places. X̂ is then not linear in
/// the factor, and the step may overshoot: it is shortened, by geometric means with the factor as it was, until the objective does not rise.
/// </summary>
internal static class SharedFactorUpdate
{
    private const int MostHalvings = 30;

    /// <summary>Updates the factor.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="terms">The terms of each place, which may overwrite one another.</param>
    /// <param name="link">The factor and its penalty.</param>
    /// <param name="beta">β.</param>
    /// <param name="objective">Evaluates the objective.</param>
    /// <param name="changed">Is told when the factor has changed.</param>
    public static void Make(ComputeEngine engine, IEnumerable<MultiplicativeTerms> terms, ChainLink link, double beta, Func<double> objective, Action changed)
    {
        double before = objective();
        Factor factor = link.Factor;
        float[] old = [.. factor.ToMatrix().Values], numerator = new float[old.Length], denominator = new float[old.Length];
        foreach (MultiplicativeTerms place in terms)
        {
            Add(place.Numerator.ToMatrix().Values, numerator);
            Add(place.Denominator.ToMatrix().Values, denominator);
        }

        using (var sum = new MultiplicativeTerms(engine.Allocate(factor.Rows, factor.Rank), engine.Allocate(factor.Rows, factor.Rank)))
        {
            sum.Numerator.CopyFrom(numerator);
            sum.Denominator.CopyFrom(denominator);
            engine.MultiplicativeUpdate(factor, sum, link.Penalty, beta);
        }

        changed();
        float[] values = [.. factor.ToMatrix().Values];
        for (int halving = 0; objective() > before; halving++)
        {
            for (int i = 0; i < values.Length; i++)
                values[i] = halving == MostHalvings ? old[i] : MathF.Sqrt(old[i]) * MathF.Sqrt(values[i]);
            factor.CopyFrom(values);
            changed();
            if (halving == MostHalvings)
                return;
        }
    }

    // A single row is added to every row.
    private static void Add(ReadOnlySpan<float> addend, float[] sum)
    {
        for (int i = 0; i < sum.Length; i++)
            sum[i] += addend[i % addend.Length];
    }
}
