using Microsoft.ML.Nmf.DeepNmf;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Training;

/// <summary>A weight of 2 is the same as the row, or the column with its templates, twice; a weight of 0 is its absence.</summary>
public class WeightTests
{
    private const int Iterations = 40;

    public static TheoryData<double, NmfSolver, bool, bool> Cases()
    {
        var data = new TheoryData<double, NmfSolver, bool, bool>();
        foreach (bool hasHoles in new[] { false, true })
        {
            foreach (bool isPenalised in new[] { false, true })
            {
                foreach (double beta in new[] { 0, 0.5, 1, 1.5, 2, 3 })
                    data.Add(beta, NmfSolver.MultiplicativeUpdates, hasHoles, isPenalised);
                data.Add(2, NmfSolver.CoordinateDescent, hasHoles, isPenalised);
            }
        }

        data.Add(2, NmfSolver.AlternatingLeastSquares, false, false);
        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Weights_are_repetitions(double beta, NmfSolver solver, bool hasHoles, bool isPenalised)
    {
        using ComputeEngine engine = ComputeEngine.OnProcessor(2);
        Check(engine, beta, solver, hasHoles, isPenalised);
    }

    [TorchTheory, MemberData(nameof(Cases))]
    public void Weights_are_repetitions_on_the_Torch_engine(double beta, NmfSolver solver, bool hasHoles, bool isPenalised)
    {
        using ComputeEngine engine = TorchEngines.Create();
        Check(engine, beta, solver, hasHoles, isPenalised);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.5, true)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public void Weights_are_repetitions_in_every_layer(double beta, bool hasHoles)
    {
        foreach (bool isPenalised in new[] { false, true })
        {
            var weighted = new Weighted(hasHoles, isSparse: false);
            FactorMatrix deepest = Build.Matrix(Naive.Random(3, 2, 7)), activations = weighted.Activations.TakeColumns([0, 1]);
            DeepNmfEstimator.Options options = Options(weighted.Templates, activations), repeated = Options(weighted.RepeatedTemplates, weighted.RepeatedActivations.TakeColumns([0, 1]));
            using ComputeEngine engine = ComputeEngine.OnProcessor(2);
            DeepNmfResult actual = DeepNmfTraining.Run(engine, weighted.Make(beta, options.Reading.Penalties), options, new QuietMonitor());
            DeepNmfResult expected = DeepNmfTraining.Run(engine, weighted.MakeRepeated(beta), repeated, new QuietMonitor());
            Near.Equal(expected.Phases[^1].History.Last.Objective, actual.Phases[^1].History.Last.Objective, 1e-3);
            for (int i = 0; i < 2; i++)
                Similar(expected.Moments[i].Sums, actual.Moments[i].Sums);

            DeepNmfEstimator.Options Options(FactorMatrix templates, FactorMatrix start)
            {
                var made = new DeepNmfEstimator.Options
                {
                    Ranks = [3, 2],
                    Beta = beta,
                    InitialTemplates = [templates, deepest],
                    InitialActivations = start,
                    MaximumNumberOfIterations = Iterations,
                    Tolerance = 0,
                };
                if (isPenalised)
                {
                    (made.ActivationsL1Regularization, made.ActivationsL2Regularization) = (0.05f, 0.1f);
                    made.Layers = [new() { TemplatesL1Regularization = 0.04f, TemplatesL2Regularization = 0.2f }, new() { TemplatesL2Regularization = 0.1f }];
                }

                return Resolved.Of(made);
            }
        }
    }

    private static void Check(ComputeEngine engine, double beta, NmfSolver solver, bool hasHoles, bool isPenalised)
    {
        foreach (bool isSparse in new[] { false, true })
        {
            // For β ≤ 0 nearly all divergence is that of the zeros.
            if (isSparse && beta <= 0)
                continue;
            var weighted = new Weighted(hasHoles, isSparse);
            NmfEstimator.Options options = Options(weighted.Templates, weighted.Activations), repeated = Options(weighted.RepeatedTemplates, weighted.RepeatedActivations);
            NmfResult actual = NmfTraining.Run(engine, weighted.Make(beta, options.Reading.Penalties), options, new QuietMonitor());
            // Descent goes another way where it has to leave weights out of penalties.
            bool isOneByOne = solver == NmfSolver.CoordinateDescent && isPenalised && !hasHoles;
            ExampleMatrix repetitions = isOneByOne ? weighted.MakeRepeatedOneByOne() : weighted.MakeRepeated(beta);
            NmfResult expected = NmfTraining.Run(engine, repetitions, repeated, new QuietMonitor());
            Near.Equal(expected.History[0].Objective, actual.History[0].Objective, 1e-4);
            Near.Equal(expected.History.Last.Objective, actual.History.Last.Objective, 1e-4);
            Assert.All(actual.Templates.Row(5).ToArray(), value => Assert.Equal(0, value));
            Similar(expected.Moments.Sums, actual.Moments.Sums);
            Similar(expected.Moments.MeanSquares, actual.Moments.MeanSquares);

            NmfEstimator.Options Options(FactorMatrix templates, FactorMatrix activations)
            {
                var made = new NmfEstimator.Options
                {
                    Rank = 3,
                    Beta = beta,
                    Solver = solver,
                    InitialTemplates = templates,
                    InitialActivations = activations,
                    MaximumNumberOfIterations = solver == NmfSolver.CoordinateDescent ? 10 * Iterations : Iterations,
                    Tolerance = 0,
                };
                if (isPenalised)
                {
                    (made.TemplatesL1Regularization, made.TemplatesL2Regularization, made.TemplatesOrthogonality) = (0.04f, 0.2f, 0.1f);
                    (made.ActivationsL1Regularization, made.ActivationsL2Regularization) = (0.05f, 0.1f);
                }

                return Resolved.Of(made);
            }
        }
    }

    private static void Similar(double[] expected, double[] actual)
    {
        for (int k = 0; k < expected.Length; k++)
            Assert.Equal(expected[k], actual[k], 2e-2 * expected.Max());
    }
}
