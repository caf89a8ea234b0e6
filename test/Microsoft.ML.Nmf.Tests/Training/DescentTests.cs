using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Tests.Training;

public class DescentTests
{
    // Of the objective at the start: the noise of float32 sums.
    private const double Rounding = 3e-6;

    private static readonly ManagedEngine _engine = new(2);

    public static TheoryData<double, NmfSolver, bool, bool> Cases()
    {
        var data = new TheoryData<double, NmfSolver, bool, bool>();
        foreach (bool sparse in new[] { true, false })
        {
            foreach (bool penalized in new[] { true, false })
            {
                foreach (double beta in new[] { -1, 0, 0.5, 1, 1.5, 2, 2.5, 3 })
                    data.Add(beta, NmfSolver.MultiplicativeUpdates, sparse, penalized);
                data.Add(2, NmfSolver.CoordinateDescent, sparse, penalized);
                data.Add(2, NmfSolver.AlternatingLeastSquares, sparse, penalized);
            }
        }

        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Objective_never_rises(double beta, NmfSolver solver, bool sparse, bool penalized)
    {
        foreach (NmfInitialization start in Enum.GetValues<NmfInitialization>().Where(i => i != NmfInitialization.Automatic))
        {
            double[,] x = Naive.Random(120, 90, 1, sparse ? 0.15 : 1);
            NmfSettings settings = Settings(beta, solver, start) with
            {
                TemplatePenalty = penalized ? new Penalty(0.05f, 3f, solver == NmfSolver.AlternatingLeastSquares ? 0 : 2f) : default,
                ActivationPenalty = penalized ? new Penalty(0.1f, 5f) : default,
            };
            TrainingHistory history = Run(Build.Examples(x, sparse), settings).History;
            Assert.Equal(41, history.Count);
            Near.NeverRises(history.Select(i => i.Objective), Rounding);
            if (!penalized)
                Assert.All(history, i => Assert.Equal(i.Objective, i.Divergence));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.5)]
    [InlineData(1.5)]
    public void Objective_never_rises_under_a_penalty_that_would_make_plain_updates_overshoot(double beta)
    {
        NmfSettings settings = Settings(beta, NmfSolver.MultiplicativeUpdates, NmfInitialization.Random) with
        {
            TemplatePenalty = new Penalty(0, 1000f, 500f),
            ActivationPenalty = new Penalty(0, 1000f),
        };
        Near.NeverRises(Run(Build.Dense(Naive.Random(60, 40, 2, scale: 100)), settings).History.Select(i => i.Objective), Rounding);
    }

    [Theory]
    [InlineData(2, NmfSolver.CoordinateDescent)]
    [InlineData(2, NmfSolver.AlternatingLeastSquares)]
    [InlineData(2, NmfSolver.MultiplicativeUpdates)]
    [InlineData(1, NmfSolver.MultiplicativeUpdates)]
    [InlineData(0, NmfSolver.MultiplicativeUpdates)]
    [InlineData(1.5, NmfSolver.MultiplicativeUpdates)]
    [InlineData(3, NmfSolver.MultiplicativeUpdates)]
    public void Planted_factors_are_recovered(double beta, NmfSolver solver)
    {
        // Every component has features and examples of its own, so that the factorization is unique.
        const int n = 90, m = 60, r = 4;
        double[,] h = Naive.Random(n, r, 3, 0.6), w = Naive.Random(m, r, 4, 0.6);
        for (int k = 0; k < r; k++)
        {
            for (int own = 0; own < 6; own++)
            {
                for (int l = 0; l < r; l++)
                {
                    h[k * 6 + own, l] = l == k ? 1 + 0.1 * own : 0;
                    w[k * 6 + own, l] = l == k ? 1 + 0.1 * own : 0;
                }
            }
        }

        double[,] x = Naive.Multiply(h, Naive.Transpose(w));
        if (beta <= 0)
        {
            // β ≤ 0 is for data without zeros.
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < m; j++)
                    x[i, j] += 1e-3;
            }
        }

        NmfSettings settings = Settings(beta, solver, NmfInitialization.NndsvdA) with { Rank = r, Stopping = new StoppingRule(solver == NmfSolver.MultiplicativeUpdates ? 3000 : 300, 0) };
        NmfResult result = Run(Build.Dense(x), settings);
        double total = 0;
        foreach (double value in x)
            total += Math.Max(BetaDivergence.Of(value, x.Cast<double>().Average(), beta), 0);
        Assert.True(result.History.Last.Divergence < 0.01 * total, $"{result.History.Last.Divergence} of {total}");
        foreach (double[] planted in Columns(w))
            Assert.Contains(Columns(result.Templates), found => Cosine(planted, found) > 0.97);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(2)]
    public void Dense_equals_sparse(double beta)
    {
        double[,] x = Naive.Random(150, 80, 5, 0.2);
        NmfSettings settings = Settings(beta, beta == 2 ? NmfSolver.CoordinateDescent : NmfSolver.MultiplicativeUpdates, NmfInitialization.Random);
        NmfResult sparse = Run(Build.Sparse(x), settings), dense = Run(Build.Dense(x), settings);
        Near.Equal(sparse.History.Last.Objective, dense.History.Last.Objective, 1e-4);
        for (int i = 0; i < sparse.Templates.Values.Length; i++)
            Assert.Equal(sparse.Templates.Values[i], dense.Templates.Values[i], 2e-2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(2)]
    public void Same_bits_for_any_thread_count(double beta)
    {
        SparseExamples x = Build.Sparse(Naive.Random(1500, 700, 6, 0.03));
        NmfSettings settings = Settings(beta, beta == 2 ? NmfSolver.CoordinateDescent : NmfSolver.MultiplicativeUpdates, NmfInitialization.NndsvdAr) with { Stopping = new StoppingRule(5, 0) };
        NmfResult one = NmfTraining.Run(new ManagedEngine(1), x, settings, new QuietMonitor());
        NmfResult two = NmfTraining.Run(new ManagedEngine(2), x, settings, new QuietMonitor());
        Assert.Equal(one.Templates.Values, two.Templates.Values);
        Assert.Equal(one.History.Select(i => i.Objective), two.History.Select(i => i.Objective));
    }

    [Fact]
    public void The_divergence_of_a_history_is_that_of_its_factors()
    {
        double[,] x = Naive.Random(50, 40, 7, 0.5);
        foreach (double beta in new[] { 0.5, 1, 2 })
        {
            using DataMatrix data = _engine.Load(Build.Sparse(x));
            using Factor h = Build.Factor(_engine, Naive.Random(50, 6, 8)), w = Build.Factor(_engine, Naive.Random(40, 6, 9));
            var penalty = new Penalty(0.2f, 0.3f);
            NmfSettings settings = Settings(beta, beta == 2 ? NmfSolver.CoordinateDescent : NmfSolver.MultiplicativeUpdates, NmfInitialization.Random) with { TemplatePenalty = penalty };
            IIterativeSolver solver = beta == 2 ? new EuclideanSolver(_engine, new FactorPair(data, w, h), settings) : new MultiplicativeSolver(_engine, new FactorPair(data, w, h), settings);
            for (int t = 0; t < 5; t++)
                solver.Advance();
            (double objective, double divergence) = solver.Evaluate();
            Near.Equal(Naive.Divergence(x, Build.Read(h), Build.Read(w), beta), divergence, 1e-4);
            double[] weights = [.. Build.Read(w).Cast<double>()];
            Near.Equal(divergence + weights.Sum(v => 0.2 * v + 0.15 * v * v), objective, 1e-5);
        }
    }

    private static NmfSettings Settings(double beta, NmfSolver solver, NmfInitialization start)
        => new() { Rank = 7, Beta = beta, Solver = solver, Initialization = start, Stopping = new StoppingRule(40, 0), Seed = 11 };

    private static NmfResult Run(ExampleMatrix examples, NmfSettings settings) => NmfTraining.Run(_engine, examples, settings, new QuietMonitor());

    private static IEnumerable<double[]> Columns(double[,] a)
        => Enumerable.Range(0, a.GetLength(1)).Select(k => Enumerable.Range(0, a.GetLength(0)).Select(j => a[j, k]).ToArray());

    private static IEnumerable<double[]> Columns(FactorMatrix a)
        => Enumerable.Range(0, a.Columns).Select(k => Enumerable.Range(0, a.Rows).Select(j => (double)a[j, k]).ToArray());

    private static double Cosine(double[] a, double[] b)
        => a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(v => v * v) * b.Sum(v => v * v) + 1e-300);
}
