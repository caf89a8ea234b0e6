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
            NmfEstimator.Options options = Options(beta, solver, start);
            if (penalized)
            {
                (options.TemplatesL1Regularization, options.TemplatesL2Regularization) = (0.05f, 3);
                options.TemplatesOrthogonality = solver == NmfSolver.AlternatingLeastSquares ? 0 : 2;
                (options.ActivationsL1Regularization, options.ActivationsL2Regularization) = (0.1f, 5);
            }

            TrainingHistory history = Run(Build.Examples(x, sparse), options).History;
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
        NmfEstimator.Options options = Options(beta, NmfSolver.MultiplicativeUpdates, NmfInitialization.Random);
        (options.TemplatesL2Regularization, options.TemplatesOrthogonality, options.ActivationsL2Regularization) = (1000, 500, 1000);
        Near.NeverRises(Run(Build.Dense(Naive.Random(60, 40, 2, scale: 100)), options).History.Select(i => i.Objective), Rounding);
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

        NmfEstimator.Options options = Options(beta, solver, NmfInitialization.NndsvdA, solver == NmfSolver.MultiplicativeUpdates ? 3000 : 300);
        options.Rank = r;
        NmfResult result = Run(Build.Dense(x), options);
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
        // Longer steps than the literature's would make much of a little rounding.
        NmfEstimator.Options options = Options(beta, beta == 2 ? NmfSolver.Automatic : NmfSolver.MultiplicativeUpdates, NmfInitialization.Random);
        NmfResult sparse = Run(Build.Sparse(x), options), dense = Run(Build.Dense(x), options);
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
        NmfEstimator.Options options = Resolved.Of(Options(beta, NmfSolver.Automatic, NmfInitialization.NndsvdAr, iterations: 5));
        NmfResult one = NmfTraining.Run(new ManagedEngine(1), x, options, new QuietMonitor());
        NmfResult two = NmfTraining.Run(new ManagedEngine(2), x, options, new QuietMonitor());
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
            FactorUpdate update = beta == 2 ? FactorUpdate.CoordinateDescent : FactorUpdate.Multiplicative;
            using FactorChain chain = Resolved.Chain(_engine, new FactorPair(data, w, h), beta, update, templatePenalty: new Penalty(0.2f, 0.3f));
            for (int t = 0; t < 5; t++)
                chain.Advance();
            (double objective, double divergence) = chain.Evaluate();
            Near.Equal(Naive.Divergence(x, Build.Read(h), Build.Read(w), beta), divergence, 1e-4);
            double[] weights = [.. Build.Read(w).Cast<double>()];
            Near.Equal(divergence + weights.Sum(v => 0.2 * v + 0.15 * v * v), objective, 1e-5);
        }
    }

    private static NmfEstimator.Options Options(double beta, NmfSolver solver, NmfInitialization start, int iterations = 40)
        => new() { Rank = 7, Beta = beta, Solver = solver, Initialization = start, MaximumNumberOfIterations = iterations, Tolerance = 0, Seed = 11 };

    private static NmfResult Run(ExampleMatrix examples, NmfEstimator.Options options) => NmfTraining.Run(_engine, examples, Resolved.Of(options), new QuietMonitor());

    private static IEnumerable<double[]> Columns(double[,] a)
        => Enumerable.Range(0, a.GetLength(1)).Select(k => Enumerable.Range(0, a.GetLength(0)).Select(j => a[j, k]).ToArray());

    private static IEnumerable<double[]> Columns(FactorMatrix a)
        => Enumerable.Range(0, a.Columns).Select(k => Enumerable.Range(0, a.Rows).Select(j => (double)a[j, k]).ToArray());

    private static double Cosine(double[] a, double[] b)
        => a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(v => v * v) * b.Sum(v => v * v) + 1e-300);
}
