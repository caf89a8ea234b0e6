using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Benchmarks.Streaming;

/// <summary>
/// How well templates fit rows, whoever found them: the activations are solved for as in transforming, and the divergence is summed in double.
/// </summary>
internal static class SolvedError
{
    // A row is then at most about a millionth above the minimum.
    private const float Tolerance = 1e-4f;
    private const int MostSteps = 1000;

    /// <summary>D_β(X ‖ H Wᵀ) in the unit of the data.</summary>
    public static double Divergence(ExampleMatrix examples, FactorMatrix templates, double beta) => Solve(examples, templates, beta).Divergence;

    /// <summary>‖X − H Wᵀ‖ / ‖X‖ for β = 2, and for β = 1 D_1(X ‖ H Wᵀ) / ΣX.</summary>
    public static double Relative(ExampleMatrix examples, FactorMatrix templates, double beta)
    {
        double share = Divergence(examples, templates, beta)
            / Math.Pow(examples.Unit, beta) / ExactDivergence.ScaleOf(examples, beta, Environment.ProcessorCount);
        return beta == BetaDivergence.Euclidean ? Math.Sqrt(share) : share;
    }

    /// <summary>The energy of a neural factorization: the mean squared error of each layer, added up.</summary>
    public static double Energy(ExampleMatrix examples, IEnumerable<FactorMatrix> templates)
    {
        double energy = 0;
        foreach (FactorMatrix layer in templates)
        {
            (double divergence, FactorMatrix activations) = Solve(examples, layer, BetaDivergence.Euclidean);
            energy += 2 * divergence / ((double)examples.Rows * examples.Columns);
            examples = ExampleMatrixBuilder.From(activations).BuildInUnit();
        }

        return energy;
    }

    private static (double Divergence, FactorMatrix Activations) Solve(ExampleMatrix examples, FactorMatrix templates, double beta)
    {
        int threads = Environment.ProcessorCount;
        var problem = ActivationProblem.Create(templates, new ActivationSettings(beta, L1: 0, L2: 0, MostSteps, Tolerance));
        FactorMatrix stored = ExampleActivations.Solve(problem, examples, templates.Columns, threads, () => { }, areStored: true);
        double divergence = ExactDivergence.Of(examples, stored, templates, beta, threads) * Math.Pow(examples.Unit, beta);
        return (divergence, FactorUnits.Multiply(stored, examples.Unit));
    }
}
