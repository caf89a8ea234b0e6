using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>Options as an estimator hands them to a training, and the chains that trainings run on.</summary>
internal static class Resolved
{
    /// <summary>The options with a seed, 0 unless set, and with what Automatic stands for.</summary>
    public static T Of<T>(T options)
        where T : FactorizationOptions
    {
        options.Seed ??= 0;
        options.Resolve();
        return options;
    }

    /// <summary>An ordinary factorization as a chain.</summary>
    public static FactorChain Chain(ComputeEngine engine, FactorPair factors, double beta, FactorUpdate update, Penalty templatePenalty = default, Penalty activationPenalty = default)
        => FactorChain.Create(engine, factors.Data, [new(factors.Activations, false, activationPenalty), new(factors.Templates, false, templatePenalty)], beta, update);
}
