using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>What is said before a training starts from options that are allowed and yet hardly meant.</summary>
internal static class StartWarning
{
    /// <summary>
    /// The warning for penalties that have no lasting effect: a factor without one can grow as those with one shrink, and the product stays the same.
    /// </summary>
    /// <param name="factors">The penalty on each factor, and whether it is fixed.</param>
    /// <param name="penalised">What may have penalties, in a few words.</param>
    /// <returns>A sentence or two; null where every factor that is trained has a penalty, or none has.</returns>
    public static string? Escape(IReadOnlyList<(Penalty Penalty, bool IsFixed)> factors, string penalised)
        => factors.All(factor => factor.Penalty.IsNone) || !factors.Any(factor => factor.Penalty.IsNone && !factor.IsFixed)
            ? null
            : $"Only {penalised} have a penalty. The factors without one can grow while those with it shrink, which lowers the penalty and changes nothing "
                + "else: its effect fades with the iterations. Give the others a penalty too, such as a TemplatesL2Regularization or ActivationsL2Regularization.";

    /// <summary>The warnings for zeros in what multiplicative updates start from.</summary>
    /// <param name="factors">Each factor that is given, with the name of its option.</param>
    public static IEnumerable<string> Zeros(params IEnumerable<(FactorMatrix? Factor, string Option)> factors)
    {
        foreach ((FactorMatrix? factor, string option) in factors)
        {
            int zeros = factor is null ? 0 : factor.Values.Count(0f);
            if (zeros > 0)
            {
                yield return $"{option} is 0 in {zeros} of its {factor!.Values.Length} entries, which multiplicative updates never leave. "
                    + "Give them small positive values where they may grow.";
            }
        }
    }
}
