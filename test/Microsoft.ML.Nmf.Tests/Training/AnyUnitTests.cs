using Microsoft.ML.Nmf.DeepNmf;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Torch;

namespace Microsoft.ML.Nmf.Tests.Training;

/// <summary>The same data in other units, on the managed engine.</summary>
public class ManagedAnyUnitTests : AnyUnitTests
{
    private protected override double[] Units => [1e-30, 1e-22, 1e-12, 1e-7, 1e-3, 10, 1e6, 1e12, 1e15, 1e18, 1e25, 1e30];

    private protected override ComputeEngine CreateEngine() => ComputeEngine.OnProcessor(1);
}

/// <summary>The same data in other units on Torch; where TorchSharp has no native library, on the managed engine again.</summary>
public class TorchAnyUnitTests : AnyUnitTests
{
    private protected override double[] Units => [1e-30, 1e-7, 1e12, 1e18, 1e30];

    private protected override ComputeEngine CreateEngine() => TorchRuntime.Problem is null ? TorchEngines.Create() : ComputeEngine.OnProcessor(1);
}

/// <summary>The same data in other units gives the same factors up to scale, and the objective times the β-th power of the unit.</summary>
public abstract class AnyUnitTests
{
    /// <summary>The units to try.</summary>
    private protected abstract double[] Units { get; }

    /// <summary>The engine to try.</summary>
    private protected abstract ComputeEngine CreateEngine();

    public static TheoryData<double, NmfSolver> Solvers() => new()
    {
        { 2, NmfSolver.CoordinateDescent },
        { 2, NmfSolver.MultiplicativeUpdates },
        { 2, NmfSolver.AlternatingLeastSquares },
        { 3, NmfSolver.MultiplicativeUpdates },
        { 1.5, NmfSolver.MultiplicativeUpdates },
        { 1, NmfSolver.MultiplicativeUpdates },
        { 0.5, NmfSolver.MultiplicativeUpdates },
        { 0, NmfSolver.MultiplicativeUpdates },
        { -1, NmfSolver.MultiplicativeUpdates },
    };

    [Theory, MemberData(nameof(Solvers))]
    public void Nmf_does_not_depend_on_the_unit(double beta, NmfSolver solver)
    {
        foreach (NmfInitialization start in new[] { NmfInitialization.Automatic, NmfInitialization.Random })
        {
            NmfResult Run(double unit) => Fit(unit, new NmfEstimator.Options
            {
                Rank = 4,
                Beta = beta,
                Solver = solver,
                Initialization = start,
                MaximumNumberOfIterations = 30,
                Tolerance = 0,
                Seed = 1,
            });
            NmfResult expected = Run(1);
            foreach (double unit in Units)
            {
                NmfResult actual = Run(unit);
                Near.Equal(expected.History.Last.Objective, actual.History.Last.Objective / Math.Pow(unit, beta), 1e-3);
                AssertSameUpToScale([expected.Templates], [actual.Templates]);
            }
        }
    }

    [Fact]
    public void Penalties_in_the_unit_of_the_objective_have_the_same_effect()
    {
        NmfResult Run(double unit) => Fit(unit, new NmfEstimator.Options
        {
            Rank = 3,
            MaximumNumberOfIterations = 60,
            Tolerance = 0,
            Seed = 1,
            TemplatesL1Regularization = (float)(0.3 * Math.Pow(unit, 1.5)),
            ActivationsL1Regularization = (float)(0.2 * Math.Pow(unit, 1.5)),
            ActivationsL2Regularization = (float)(0.1 * unit),
        });
        NmfResult expected = Run(1);
        foreach (double unit in new[] { 1e-20, 1e-6, 1e6, 1e15 })
            Near.Equal(expected.History.Last.Objective, Run(unit).History.Last.Objective / (unit * unit), 1e-3);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(0.5)]
    [InlineData(3)]
    public void DeepNmf_does_not_depend_on_the_unit(double beta)
    {
        foreach (LayerInitialization start in Enum.GetValues<LayerInitialization>())
        {
            DeepNmfResult Run(double unit)
            {
                using ComputeEngine engine = CreateEngine();
                var options = new DeepNmfEstimator.Options
                {
                    Ranks = [4, 2],
                    Beta = beta,
                    Initialization = start,
                    PretrainingIterations = 10,
                    MaximumNumberOfIterations = 20,
                    Tolerance = 0,
                    Seed = 1,
                };
                return DeepNmfTraining.Run(engine, Examples(unit), Resolved.Of(options), new QuietMonitor());
            }

            DeepNmfResult expected = Run(1);
            foreach (double unit in Units)
            {
                DeepNmfResult actual = Run(unit);
                Near.Equal(expected.Phases[^1].History.Last.Objective, actual.Phases[^1].History.Last.Objective / Math.Pow(unit, beta), 1e-3);
                AssertSameUpToScale(expected.Templates, actual.Templates);
            }
        }
    }

    [Theory]
    [InlineData(NeuralNmfLoss.Energy)]
    [InlineData(NeuralNmfLoss.Reconstruction)]
    public void NeuralNmf_does_not_depend_on_the_unit(NeuralNmfLoss loss)
    {
        // The automatic step halves its length or does not by a comparison that rounding can turn, so that it is not followed for long.
        foreach ((NeuralNmfOptimizer optimizer, int epochs) in new[] { (NeuralNmfOptimizer.Automatic, 3), (NeuralNmfOptimizer.Adam(0.01), 10) })
        {
            NeuralNmfResult Run(double unit)
            {
                using ComputeEngine engine = CreateEngine();
                NeuralNmfEstimator.Options options = NeuralData.Options([4, 2], epochs, loss, NeuralNmfLabelLoss.CrossEntropy, optimizer);
                ExampleMatrix examples = Examples(unit);
                return NeuralNmfTraining.Run(engine, examples, Resolved.Of(options), new QuietMonitor(), NeuralData.Keys(examples.Rows), NeuralData.Classes);
            }

            NeuralNmfResult expected = Run(1);
            foreach (double unit in Units)
            {
                NeuralNmfResult actual = Run(unit);
                Near.Equal(expected.Phases[^1].History.Last.Objective, actual.Phases[^1].History.Last.Objective / (unit * unit), 1e-3);
                AssertSameUpToScale(expected.Templates, actual.Templates);
                // Scores B s do not change: B is over the unit.
                Near.Equal(expected.Classification!.Max(), actual.Classification!.Max() * unit, 2e-2);
            }
        }
    }

    [Fact]
    public void Projected_gradients_take_a_rate_in_the_unit_of_the_data()
    {
        NeuralNmfResult Run(double unit)
        {
            using ComputeEngine engine = CreateEngine();
            NeuralNmfEstimator.Options options = NeuralData.Options([4, 2], 10, optimizer: NeuralNmfOptimizer.ProjectedGradient(0.5 / (unit * unit)));
            return NeuralNmfTraining.Run(engine, Examples(unit), Resolved.Of(options), new QuietMonitor());
        }

        NeuralNmfResult expected = Run(1), actual = Run(1e3);
        Near.Equal(expected.Epochs[^1].Loss, actual.Epochs[^1].Loss / 1e6, 1e-3);
        Near.Equal(expected.Epochs[^1].LearningRate, actual.Epochs[^1].LearningRate * 1e6, 1e-6);
    }

    [Fact]
    public void A_given_start_counts_in_the_unit_of_the_data()
    {
        double[,] templates = Naive.Random(9, 3, 5), activations = Naive.Random(40, 3, 6);
        NmfResult Run(double unit) => Fit(unit, new NmfEstimator.Options
        {
            Rank = 3,
            MaximumNumberOfIterations = 3,
            Tolerance = 0,
            InitialTemplates = Build.Matrix(NeuralData.Scaled(templates, Math.Sqrt(unit))),
            InitialActivations = Build.Matrix(NeuralData.Scaled(activations, Math.Sqrt(unit))),
        });
        NmfResult expected = Run(1);
        foreach (double unit in Units)
        {
            NmfResult actual = Run(unit);
            Assert.All(expected.History.Zip(actual.History), pair => Near.Equal(pair.First.Objective, pair.Second.Objective / (unit * unit), 1e-3));
            AssertSameUpToScale([expected.Templates], [actual.Templates]);
        }
    }

    private static ExampleMatrix Examples(double unit)
        => ExampleMatrixBuilder.From(Build.Matrix(NeuralData.Scaled(NeuralData.Grouped(40, 9, 3), unit))).BuildInUnit();

    private NmfResult Fit(double unit, NmfEstimator.Options options)
    {
        using ComputeEngine engine = CreateEngine();
        return NmfTraining.Run(engine, Examples(unit), Resolved.Of(options), new QuietMonitor());
    }

    // Each layer over its own mean.
    private static void AssertSameUpToScale(IReadOnlyList<FactorMatrix> expected, IReadOnlyList<FactorMatrix> actual)
    {
        foreach ((FactorMatrix first, FactorMatrix second) in expected.Zip(actual))
        {
            double[,] e = NeuralData.Read(first), a = NeuralData.Read(second);
            Near.Equal(NeuralData.Scaled(e, 1 / e.Cast<double>().Average()), NeuralData.Scaled(a, 1 / a.Cast<double>().Average()), 1e-2);
        }
    }
}
