using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.GpuCheck.Measuring;

/// <summary>A training at its start, from random factors. The one place here that knows how the library builds its solvers.</summary>
internal sealed class Workload : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly List<Factor> _solved = [];

    public Workload(ComputeEngine engine, DataMatrix data, Algorithm algorithm, int rank)
    {
        IReadOnlyList<int> ranks = algorithm.RanksOf(rank);
        Solver = algorithm.Key switch
        {
            "deep" or "deep-kl" => Deep(engine, data, algorithm.Beta, ranks),
            "neural" => Neural(engine, data, ranks),
            _ => Nmf(engine, data, algorithm, rank),
        };
    }

    /// <summary>Evaluate and Advance, in turn, are an iteration.</summary>
    public IIterativeSolver Solver { get; }

    /// <summary>Σ s³ over the rows of what least squares are solved for, with s entries above zero: what an exact iteration costs, up to a factor.</summary>
    public double CubedSupports() => _solved.Sum(factor =>
    {
        FactorMatrix matrix = factor.ToMatrix();
        double sum = 0;
        for (int i = 0; i < matrix.Rows; i++)
        {
            double support = 0;
            foreach (float value in matrix.Row(i))
                support += value > 0 ? 1 : 0;
            sum += support * support * support;
        }

        return sum;
    });

    public void Dispose()
    {
        for (int i = _owned.Count - 1; i >= 0; i--)
            _owned[i].Dispose();
    }

    private IIterativeSolver Nmf(ComputeEngine engine, DataMatrix data, Algorithm algorithm, int rank)
    {
        var factors = new FactorPair(data, Own(engine.Allocate(data.Columns, rank)), Own(engine.Allocate(data.Rows, rank)));
        RandomStart.Fill(factors, new Random(3));
        if (algorithm.IsExact)
            _solved.AddRange([factors.Templates, factors.Activations]);
        FactorUpdate update = algorithm.Key switch
        {
            "cd" => FactorUpdate.CoordinateDescent,
            "anls" => FactorUpdate.LeastSquares,
            _ => FactorUpdate.Multiplicative,
        };
        return Own(FactorChain.Create(engine, data, [new(factors.Activations, false, default), new(factors.Templates, false, default)], algorithm.Beta, update));
    }

    private IIterativeSolver Deep(ComputeEngine engine, DataMatrix data, double beta, IReadOnlyList<int> ranks)
    {
        // H, then the templates from the deepest to those next to the features.
        Factor[] factors =
        [
            Own(engine.Allocate(data.Rows, ranks[^1])),
            .. Enumerable.Range(0, ranks.Count).Reverse().Select(i => Own(engine.Allocate(i == 0 ? data.Columns : ranks[i - 1], ranks[i]))),
        ];
        double product = ranks.Aggregate(1.0, (sum, rank) => sum * rank);
        var random = new Random(3);
        foreach (Factor factor in factors)
            RandomStart.Fill(factor, 0, (float)(2 * Math.Pow(data.Examples.Mean / product, 1.0 / factors.Length)), random);
        ChainLink[] links = [.. factors.Select(factor => new ChainLink(factor, IsFixed: false, default))];
        return Own(FactorChain.Create(engine, data, links, beta));
    }

    private IIterativeSolver Neural(ComputeEngine engine, DataMatrix data, IReadOnlyList<int> ranks)
    {
        var options = new NeuralNmfEstimator.Options { Ranks = ranks, Initialization = LayerInitialization.Random, Seed = 0 };
        options.Resolve();
        ExampleMatrix examples = data.Examples;
        double meanSquare = examples.SumOfSquares / ((double)examples.Rows * examples.Columns);
        NeuralProblem problem = Own(new NeuralProblem(engine, data.Columns, meanSquare, options, classes: 0));
        LayerPass pass = Own(new LayerPass(engine, data, ranks, null, ownsData: false));
        NeuralStart.Fill(engine, data, problem.Stack, options, new QuietMonitor());
        NeuralStart.Balance(engine, pass, problem.Stack, options);
        _solved.AddRange(pass.Activations);
        return Own(new NeuralSolver(problem, [pass], null, options, () => { }));
    }

    private T Own<T>(T resource)
        where T : IDisposable
    {
        _owned.Add(resource);
        return resource;
    }
}
