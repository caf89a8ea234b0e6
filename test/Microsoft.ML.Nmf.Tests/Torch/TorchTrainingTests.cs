using Microsoft.ML.Nmf.DeepNmf;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Tests.Torch;

/// <summary>The algorithms on the Torch engine: what the fixtures and the managed engine say.</summary>
public class TorchTrainingTests
{
    private const int Iterations = 50;

    [TorchTheory, MemberData(nameof(MultiplicativeFixtureRun.Cases), MemberType = typeof(MultiplicativeFixtureRun))]
    public void Multiplicative_updates_are_those_of_the_fixture(string name, bool sparse)
    {
        using ComputeEngine engine = TorchEngines.Create();
        MultiplicativeFixtureRun.Check(engine, name, sparse);
    }

    [TorchTheory]
    [InlineData("chain_beta1", true)]
    [InlineData("chain_beta1", false)]
    [InlineData("chain_beta2", true)]
    [InlineData("chain_beta2", false)]
    public void Chains_are_those_of_the_fixture(string name, bool sparse)
    {
        ChainFixture fixture = ChainFixture.Load(name);
        using ComputeEngine engine = TorchEngines.Create();
        using DataMatrix data = engine.Load(Build.Examples(fixture.X, sparse));
        Factor[] factors = [.. fixture.Initial.Select(f => Build.Factor(engine, f))];
        ChainLink[] links = [.. factors.Select(f => new ChainLink(f, IsFixed: false, default))];
        using FactorChain chain = FactorChain.Create(engine, data, links, fixture.Beta);
        for (int t = 0; t <= 100; t++)
        {
            if (t > 0)
                chain.Advance();
            Near.Equal(fixture.Divergence[t], chain.Evaluate().Divergence, 1e-4);
        }

        for (int k = 0; k < 4; k++)
        {
            Near.Equal(fixture.After[100][k], Build.Read(factors[k]), 1e-3);
            factors[k].Dispose();
        }
    }

    [TorchTheory]
    [InlineData(NeuralNmfLoss.Energy)]
    [InlineData(NeuralNmfLoss.Reconstruction)]
    public void Neural_losses_are_those_of_the_fixture(NeuralNmfLoss loss)
    {
        NeuralFixture fixture = NeuralFixture.Load(loss);
        using ComputeEngine engine = TorchEngines.Create();
        NeuralNmfResult result = NeuralNmfTraining.Run(engine, Build.Dense(fixture.X), fixture.Options(), new QuietMonitor());
        for (int t = 0; t <= 50; t++)
            Near.Equal(fixture.Loss[t], result.Epochs[t].Loss, 1e-3);
    }

    public static TheoryData<NmfSolver, double, bool> Factorizations()
    {
        var cases = new TheoryData<NmfSolver, double, bool>();
        foreach (bool sparse in new[] { true, false })
        {
            foreach (double beta in new[] { 0, 0.5, 1, 2, 3 })
                cases.Add(NmfSolver.MultiplicativeUpdates, beta, sparse);
            cases.Add(NmfSolver.CoordinateDescent, 2, sparse);
            cases.Add(NmfSolver.AlternatingLeastSquares, 2, sparse);
        }

        return cases;
    }

    [TorchTheory, MemberData(nameof(Factorizations))]
    public void Templates_after_fifty_iterations_are_those_of_the_managed_engine(NmfSolver solver, double beta, bool sparse)
    {
        ExampleMatrix examples = Examples(sparse);
        NmfEstimator.Options options = Resolved.Of(new NmfEstimator.Options
        {
            Rank = 6,
            Beta = beta,
            Solver = solver,
            InitialTemplates = Build.Matrix(Naive.Random(50, 6, 2)),
            InitialActivations = Build.Matrix(Naive.Random(200, 6, 3)),
            MaximumNumberOfIterations = Iterations,
            Tolerance = 0,
        });
        Compare(engine => [NmfTraining.Run(engine, examples, options, new QuietMonitor()).Templates]);
    }

    [TorchTheory]
    [InlineData(0, true)]
    [InlineData(0.5, false)]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    public void Deep_templates_after_fifty_iterations_are_those_of_the_managed_engine(double beta, bool sparse)
    {
        ExampleMatrix examples = Examples(sparse);
        DeepNmfEstimator.Options options = Resolved.Of(new DeepNmfEstimator.Options
        {
            Ranks = [8, 4],
            InitialTemplates = [Build.Matrix(Naive.Random(50, 8, 2)), Build.Matrix(Naive.Random(8, 4, 3))],
            InitialActivations = Build.Matrix(Naive.Random(200, 4, 4)),
            Beta = beta,
            MaximumNumberOfIterations = Iterations,
            Tolerance = 0,
        });
        Compare(engine => DeepNmfTraining.Run(engine, examples, options, new QuietMonitor()).Templates);
    }

    [TorchTheory]
    [InlineData(NeuralNmfLoss.Energy, true)]
    [InlineData(NeuralNmfLoss.Energy, false)]
    [InlineData(NeuralNmfLoss.Reconstruction, true)]
    [InlineData(NeuralNmfLoss.Reconstruction, false)]
    public void Neural_templates_after_fifty_epochs_are_those_of_the_managed_engine(NeuralNmfLoss loss, bool sparse)
    {
        ExampleMatrix examples = Examples(sparse);
        NeuralNmfEstimator.Options options = NeuralData.Options([8, 4], Iterations, loss, optimizer: NeuralNmfOptimizer.ProjectedGradient(0.5));
        options.InitialTemplates = [Build.Matrix(Naive.Random(50, 8, 2)), Build.Matrix(Naive.Random(8, 4, 3))];
        options.Resolve();
        Compare(engine => NeuralNmfTraining.Run(engine, examples, options, new QuietMonitor()).Templates);
    }

    private static ExampleMatrix Examples(bool sparse) => Build.Examples(Naive.Random(200, 50, 1, sparse ? 0.2 : 1), sparse);

    private static void Compare(Func<ComputeEngine, IReadOnlyList<FactorMatrix>> run)
    {
        IReadOnlyList<FactorMatrix> expected, actual;
        using (var managed = new ManagedEngine(2))
            expected = run(managed);
        using (ComputeEngine torch = TorchEngines.Create())
            actual = run(torch);
        for (int i = 0; i < expected.Count; i++)
        {
            float largest = expected[i].Values.ToArray().Max();
            for (int at = 0; at < expected[i].Values.Length; at++)
                Assert.Equal(expected[i].Values[at], actual[i].Values[at], 1e-3 * largest);
        }
    }
}
