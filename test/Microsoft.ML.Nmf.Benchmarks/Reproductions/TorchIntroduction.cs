using System.Diagnostics;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Training;
using TorchSharp;

namespace Microsoft.ML.Nmf.Benchmarks.Reproductions;

/// <summary>
/// The two examples of torchnmf's introduction, 64 × 1024 of random values by rank 10, and as a chain of four factors, β = 1, 200 iterations each: here, and as
/// plain PyTorch, whose tensors TorchSharp runs. Both start from the same factors and update them in the same order.
/// </summary>
internal static class TorchIntroduction
{
    private const int Iterations = 200;
    private const int Rounds = 7;

    // W and H of V.t(), and W_3 … H of the chain: factors of 1024 × 10, 10 × 64, and of 1024 × 4, 4 × 10, 10 × 24, 24 × 64.
    private static readonly int[][] _shapes = [[1024, 10, 64], [1024, 4, 10, 24, 64]];

    public static void Print()
    {
        if (TorchPackage.Found is not { Problem: null })
        {
            Console.WriteLine("libtorch is not there.");
            return;
        }

        torch.set_num_threads(Environment.ProcessorCount);
        var table = new MarkdownTable("factors", "plain PyTorch, ms", "here, ms", "times as fast", "divergence, PyTorch", "divergence, here");
        foreach (int[] shape in _shapes)
        {
            FactorMatrix data = Random(shape[0], shape[^1], 1);
            FactorMatrix[] start = [.. shape.Skip(1).Select((columns, k) => Random(shape[k], columns, k + 2))];
            (double Seconds, double Divergence) theirs = default, ours = default;
            List<double> all = [], mine = [];
            // In turn; the first round is not counted.
            for (int round = 0; round <= Rounds; round++)
            {
                theirs = Plain(data, start);
                ours = Here(data, start);
                if (round == 0)
                    continue;
                all.Add(theirs.Seconds);
                mine.Add(ours.Seconds);
            }

            string name = string.Join(" · ", start.Select(factor => $"{factor.Rows} × {factor.Columns}"));
            table.Row(name, MarkdownTable.Number(1000 * Figures.Median(all), 1), MarkdownTable.Number(1000 * Figures.Median(mine), 1),
                MarkdownTable.Number(Figures.Median(all) / Figures.Median(mine), 1), MarkdownTable.Number(theirs.Divergence, 1),
                MarkdownTable.Number(ours.Divergence, 1));
        }
    }

    private static (double Seconds, double Divergence) Here(FactorMatrix data, FactorMatrix[] start)
    {
        var clock = Stopwatch.StartNew();
        if (start.Length > 2)
        {
            ChainFactor[] factors = [.. start.Select((factor, k) => new ChainFactor(k == 0 ? factor : Transposed(factor)))];
            using var chain = new FactorizationChain(data, factors, beta: 1);
            for (int i = 0; i < Iterations; i++)
            {
                for (int k = 0; k < chain.Count; k++)
                    chain.Update(k);
            }

            return (clock.Elapsed.TotalSeconds, chain.Divergence);
        }

        var options = new NmfEstimator.Options
        {
            Rank = start[0].Columns,
            Beta = 1,
            Solver = NmfSolver.MultiplicativeUpdates,
            InitialTemplates = Transposed(start[1]),
            InitialActivations = start[0],
            MaximumNumberOfIterations = Iterations,
            Tolerance = 0,
            Seed = 1,
        };
        options.Resolve();
        using ComputeEngine engine = ComputeEngine.OnProcessor(Environment.ProcessorCount);
        TrainingHistory history = NmfTraining.Run(engine, ExampleMatrixBuilder.From(data).BuildInUnit(), options, new Unwatched()).History;
        return (clock.Elapsed.TotalSeconds, history.Last.Divergence);
    }

    // F_k ← F_k ∘ (Lᵀ (X / X̂) Rᵀ) / (Lᵀ 1 Rᵀ), L and R the products of the factors before and after it.
    private static (double Seconds, double Divergence) Plain(FactorMatrix data, FactorMatrix[] start)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using var withoutGradient = torch.no_grad();
        torch.Tensor x = Tensor(data), ones = torch.ones_like(x);
        torch.Tensor[] factors = [.. start.Select(Tensor)];
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < Iterations; i++)
        {
            for (int k = 0; k < factors.Length; k++)
            {
                using DisposeScope step = torch.NewDisposeScope();
                torch.Tensor approximation = Product(factors);
                torch.Tensor ratio = x / approximation;
                factors[k].mul_(Around(factors, k, ratio) / Around(factors, k, ones));
            }
        }

        double seconds = clock.Elapsed.TotalSeconds;
        torch.Tensor end = Product(factors);
        return (seconds, (torch.xlogy(x, x / end) - x + end).sum(torch.ScalarType.Float64).item<double>());
    }

    private static torch.Tensor Product(IEnumerable<torch.Tensor> factors) => factors.Aggregate((left, right) => left.mm(right));

    // Lᵀ M Rᵀ.
    private static torch.Tensor Around(torch.Tensor[] factors, int k, torch.Tensor matrix)
    {
        torch.Tensor left = k == 0 ? matrix : Product(factors[..k]).t().mm(matrix);
        return k == factors.Length - 1 ? left : left.mm(Product(factors[(k + 1)..]).t());
    }

    private static torch.Tensor Tensor(FactorMatrix matrix) => torch.tensor(matrix.Values.ToArray(), [matrix.Rows, matrix.Columns]);

    private static FactorMatrix Random(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        return new FactorMatrix([.. Enumerable.Range(0, rows * columns).Select(_ => random.NextSingle())], rows, columns);
    }

    private static FactorMatrix Transposed(FactorMatrix matrix)
        => new([.. Enumerable.Range(0, matrix.Rows * matrix.Columns).Select(at => matrix[at % matrix.Rows, at / matrix.Rows])], matrix.Columns, matrix.Rows);

    private sealed class Unwatched : ITrainingMonitor
    {
        public void CheckAlive()
        {
        }

        public void Report(TrainingProgress progress)
        {
        }

        public void Finish(string phase, TrainingHistory history, StoppingRule rule)
        {
        }
    }
}
