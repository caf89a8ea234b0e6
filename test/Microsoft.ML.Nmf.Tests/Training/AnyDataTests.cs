using Microsoft.ML.Nmf.DeepNmf;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Torch;

namespace Microsoft.ML.Nmf.Tests.Training;

/// <summary>Data on which factorizations are known to break, on the managed engine.</summary>
public class ManagedAnyDataTests : AnyDataTests
{
    private protected override ComputeEngine CreateEngine() => ComputeEngine.OnProcessor(1);
}

/// <summary>The same on Torch; where TorchSharp has no native library, on the managed engine again.</summary>
public class TorchAnyDataTests : AnyDataTests
{
    private protected override ComputeEngine CreateEngine() => TorchRuntime.Problem is null ? TorchEngines.Create() : ComputeEngine.OnProcessor(1);
}

/// <summary>The tests of data on which factorizations are known to break.</summary>
public abstract class AnyDataTests
{
    /// <summary>The engine to try.</summary>
    private protected abstract ComputeEngine CreateEngine();

    // --- Ranks above what the data holds, components that die ---

    public static TheoryData<string, int, int, double> Degenerate() => new()
    {
        { "0 1 0; 0 0 0", 4, 1, 0 },
        { "5 0 2; 0 0 0; 0 0 0; 1 0 4", 3, 4, 0 },
        { "3 0 1 0; 0 0 0 0; 2 2 0 0; 0 0 0 0; 0 1 0 1", 4, 2, 1e-3 },
        { "7", 3, 1, 0 },
        { "1 2 3 4 5", 4, 1, 0 },
        { "1; 2; 3", 4, 1, 0 },
        { "2 2 2; 2 2 2; 2 2 2", 5, 1, 0 },
    };

    [Theory, MemberData(nameof(Degenerate))]
    public void Little_data_of_low_rank_is_fitted_by_every_model_and_start(string data, int rank, int seed, double share)
    {
        double[,] x = Parse(data);
        double scale = 0.5 * x.Cast<double>().Sum(v => v * v);
        foreach (NmfInitialization start in new[] { NmfInitialization.Nndsvd, NmfInitialization.Random, NmfInitialization.NndsvdAr })
        {
            NmfResult result = Fit(x, new NmfEstimator.Options { Rank = rank, Seed = seed, Initialization = start });
            AssertFinite(result.Templates);
            Assert.True(result.History.Last.Divergence <= (share + 1e-4) * scale, $"{start}: {result.History.Last.Divergence}");
        }

        Assert.All(Deep(x, new DeepNmfEstimator.Options { Ranks = [rank, Math.Max(rank / 2, 1)], Seed = seed }).Templates, AssertFinite);
        Assert.All(Neural(x, new NeuralNmfEstimator.Options { Ranks = [rank, Math.Max(rank / 2, 1)], Seed = seed }).Templates, AssertFinite);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Patterns_that_repeat_leave_spare_components_without_harm(bool oneHot)
    {
        for (int set = 0; set < 12; set++)
        {
            var random = new Random(set);
            double[,] patterns = Naive.Random(10, 40, set, 0.15), x = new double[oneHot ? 40 : 300, oneHot ? 6 : 40];
            for (int i = 0; i < x.GetLength(0); i++)
            {
                int pattern = random.Next(oneHot ? 6 : 10);
                for (int j = 0; j < x.GetLength(1); j++)
                    x[i, j] = oneHot ? (j == pattern ? 1 : 0) : patterns[pattern, j];
            }

            NmfResult result = Fit(x, new NmfEstimator.Options { Rank = 30, Seed = set });
            AssertFinite(result.Templates);
            Assert.True(result.History.Last.Divergence <= 1e-3 * x.Cast<double>().Sum(v => v * v), $"set {set}: {result.History.Last.Divergence}");
        }
    }

    [Theory]
    [InlineData(1e-10f)]
    [InlineData(1e-18f)]
    [InlineData(1e-20f)]
    [InlineData(1e-30f)]
    [InlineData(0)]
    public void A_component_that_starts_near_zero_in_both_factors_does_no_harm(float tiny)
    {
        float[,] start = { { 1, tiny }, { 2, tiny }, { 1, tiny } };
        NmfResult result = Fit(Parse("1 2 3; 3 4 1; 0 1 5"), new NmfEstimator.Options
        {
            Rank = 2,
            InitialTemplates = new FactorMatrix(start),
            InitialActivations = new FactorMatrix(start),
        });
        AssertFinite(result.Templates);
        // The best of rank 1 is 8.58.
        Assert.True(result.History.Last.Divergence <= 8.6, $"{result.History.Last.Divergence}");
    }

    // --- Penalties ---

    [Theory]
    [InlineData(NmfSolver.CoordinateDescent, 6)]
    [InlineData(NmfSolver.CoordinateDescent, 30)]
    [InlineData(NmfSolver.CoordinateDescent, 1e6f)]
    [InlineData(NmfSolver.CoordinateDescent, 1e30f)]
    [InlineData(NmfSolver.AlternatingLeastSquares, 6)]
    [InlineData(NmfSolver.MultiplicativeUpdates, 1e6f)]
    public void Penalties_that_empty_everything_end_at_zero(NmfSolver solver, float penalty)
    {
        double[,] x = Naive.Random(40, 12, 1);
        NmfResult result = Fit(x, new NmfEstimator.Options
        {
            Rank = 3,
            Solver = solver,
            TemplatesL1Regularization = penalty,
            ActivationsL1Regularization = penalty,
        });
        Near.Equal(0.5 * x.Cast<double>().Sum(v => v * v), result.History.Last.Objective, 1e-3);
    }

    // --- Starts ---

    [Theory]
    [InlineData(1)]
    [InlineData(1e12)]
    [InlineData(1e-12)]
    public void The_default_start_for_spectra_is_as_good_as_a_random_one_in_any_unit(double unit)
    {
        double[,] x = NeuralData.Scaled(Naive.Random(120, 64, 3), unit);
        double fromDefault = Fit(x, new NmfEstimator.Options { Rank = 4, Beta = 0, Tolerance = 0 }).History.Last.Divergence;
        double fromRandom = Fit(x, new NmfEstimator.Options { Rank = 4, Beta = 0, Tolerance = 0, Initialization = NmfInitialization.Random }).History.Last.Divergence;
        Assert.True(fromDefault <= 1.02 * fromRandom, $"default {fromDefault}, random {fromRandom}");
    }

    [Fact]
    public void The_default_start_for_large_counts_is_as_good_as_a_random_one()
    {
        var random = new Random(5);
        double[,] x = Naive.Multiply(Naive.Random(20, 5, 1), Naive.Random(5, 5, 2));
        for (int i = 0; i < 20; i++)
        {
            for (int j = 0; j < 5; j++)
                x[i, j] = Math.Round(x[i, j] * 1e7 * (1 + 1e-3 * random.NextDouble()));
        }

        double fromDefault = Fit(x, new NmfEstimator.Options { Rank = 5, Beta = 1, Tolerance = 0, MaximumNumberOfIterations = 2000 }).History.Last.Divergence;
        Assert.True(fromDefault <= 1e-5 * x.Cast<double>().Sum(), $"{fromDefault}");
    }

    // --- What is reported ---

    [Theory]
    [InlineData(0.9999999999999999)]
    [InlineData(1.0000000000000002)]
    [InlineData(1.00001)]
    [InlineData(1.0001)]
    public void Beta_beside_one_fits_as_beta_one_does(double beta)
    {
        double[,] x = NearlyOfRankThree();
        double at = Fit(x, new NmfEstimator.Options { Rank = 3, Beta = beta }).History.Last.Objective;
        double atOne = Fit(x, new NmfEstimator.Options { Rank = 3, Beta = 1 }).History.Last.Objective;
        Near.Equal(atOne, at, 1e-3 + 10 * Math.Abs(beta - 1));
    }

    [Theory]
    [InlineData(1e-16)]
    [InlineData(-1.4e-16)]
    [InlineData(1e-6)]
    [InlineData(-1e-6)]
    public void Beta_beside_zero_fits_as_beta_zero_does(double beta)
    {
        double[,] x = NearlyOfRankThree();
        double at = Fit(x, new NmfEstimator.Options { Rank = 3, Beta = beta }).History.Last.Objective;
        double atZero = Fit(x, new NmfEstimator.Options { Rank = 3, Beta = 0 }).History.Last.Objective;
        Near.Equal(atZero, at, 1e-3);
    }

    [Fact]
    public void A_denormal_entry_counts_as_a_zero()
    {
        double[,] x = Naive.Random(20, 10, 4);
        for (int i = 0; i < 20; i++)
        {
            for (int j = 0; j < 10; j++)
                x[i, j] = 2 + Math.Round(10 * x[i, j]);
        }

        x[0, 0] = 0;
        double withZero = Fit(x, new NmfEstimator.Options { Rank = 2, Beta = 1 }).History.Last.Objective;
        x[0, 0] = 1.4e-45;
        Near.Equal(withZero, Fit(x, new NmfEstimator.Options { Rank = 2, Beta = 1 }).History.Last.Objective, 1e-3);
        Assert.True(withZero > 1);
    }

    [Theory]
    [InlineData(-1, "1 2 0 4 5")]
    [InlineData(-4, "1 2 0 4 5")]
    [InlineData(-4, "1 0 3; 0 2 5; 4 4 0")]
    [InlineData(6, "1 2 0 4 5; 3 9 1 1 0")]
    [InlineData(4, "1e8 3e8 2e8; 4e8 2e8 1e8")]
    [InlineData(3, "1e11 3e11 2e11; 4e11 2e11 1e11")]
    public void The_divergence_that_is_reported_is_that_of_the_factors(double beta, string data)
    {
        double[,] x = Parse(data);
        foreach (NmfInitialization start in new[] { NmfInitialization.NndsvdA, NmfInitialization.NndsvdAr, NmfInitialization.Random })
        {
            using ComputeEngine engine = CreateEngine();
            NmfEstimator.Options options = Resolved.Of(new NmfEstimator.Options { Rank = 2, Beta = beta, Initialization = start, Tolerance = 1e-7 });
            ExampleMatrix examples = Examples(x);
            var units = Microsoft.ML.Nmf.Training.FactorUnits.For(examples, null, beta);
            using DataMatrix loaded = engine.Load(examples);
            using Factor w = engine.Allocate(examples.Columns, 2), h = engine.Allocate(examples.Rows, 2);
            TrainingHistory history = NmfTraining.Run(
                engine, new(loaded, w, h), options.InUnits(units), options.Stopping, new QuietMonitor(), "NMF");
            double exact = Naive.Divergence(x, NeuralData.Scaled(Build.Read(h), units.Activations), NeuralData.Scaled(Build.Read(w), units.Templates), beta);
            // Terms of zeros at negative β are so large that even in double their sum has an error.
            double rounding = 1e-13 * units.Objective * ExactDivergence.ScaleOf(examples, beta, threads: 1);
            Assert.True(Math.Abs(exact - history.Last.Divergence) <= 1e-3 * exact + rounding, $"{start}: reported {history.Last.Divergence}, in double {exact}");
        }
    }

    [Fact]
    public void Powers_that_do_not_fit_float32_are_refused_with_a_beta_that_fits()
    {
        double[,] x = Naive.Random(50, 40, 1);
        x[3, 3] = 1e9;
        var problem = Assert.Throws<InvalidOperationException>(() => Fit(x, new NmfEstimator.Options { Rank = 2, Beta = 12 }));
        Assert.Contains("Choose a Beta of at most", problem.Message);
        double beta = double.Parse(problem.Message.Split("at most ")[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture);
        AssertFinite(Fit(x, new NmfEstimator.Options { Rank = 2, Beta = beta }).Templates);
    }

    // --- Given starts of another size than the data ---

    [Theory]
    [InlineData(1e25, 2)]
    [InlineData(1e-20, 0)]
    [InlineData(1e12, 1)]
    [InlineData(1e-15, 0.5)]
    [InlineData(1e10, 3)]
    public void A_chain_lowers_the_divergence_of_data_of_any_unit(double unit, double beta)
    {
        double[,] x = NeuralData.Scaled(Naive.Random(6, 4, 1), unit);
        using var chain = new FactorizationChain(Build.Matrix(x), [ChainFactor.Random(6, 3, 1), ChainFactor.Random(2, 3, 2), ChainFactor.Random(4, 2, 3)], beta);
        double[] divergences = [chain.Divergence, .. Enumerable.Range(0, 40).Select(_ => chain.Step())];
        Near.NeverRises(divergences, 1e-6);
        for (int k = 0; k < chain.Count; k++)
            AssertFinite(chain.GetFactor(k));
        double[,] product = NeuralData.Read(chain.GetFactor(0));
        product = Naive.Multiply(product, Naive.Transpose(NeuralData.Read(chain.GetEffectiveTemplates(1))));
        double exact = 0;
        for (int i = 0; i < 6; i++)
        {
            for (int j = 0; j < 4; j++)
                exact += BetaDivergence.Of((float)x[i, j], product[i, j], beta);
        }

        Near.Equal(exact, divergences[^1], 1e-3);
    }

    [Fact]
    public void A_start_of_zeros_is_refused()
    {
        var zeros = new FactorMatrix(new float[4, 2]);
        Assert.Contains("0 in every entry", Assert.Throws<ArgumentOutOfRangeException>(() => new NmfEstimator.Options { InitialTemplates = zeros }).Message);
        Assert.Contains("0 in every entry", Assert.Throws<ArgumentOutOfRangeException>(() => new NmfEstimator.Options { InitialActivations = zeros }).Message);
        Assert.Contains("InitialTemplates[1]",
            Assert.Throws<ArgumentOutOfRangeException>(() => new DeepNmfEstimator.Options { InitialTemplates = [null, zeros] }).Message);
        Assert.Contains("InitialTemplates[0]",
            Assert.Throws<ArgumentOutOfRangeException>(() => new NeuralNmfEstimator.Options { InitialTemplates = [zeros] }).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChainFactor(zeros));
    }

    private protected static ExampleMatrix Examples(double[,] x) => ExampleMatrixBuilder.From(Build.Matrix(x)).BuildInUnit();

    private protected NmfResult Fit(double[,] x, NmfEstimator.Options options)
    {
        using ComputeEngine engine = CreateEngine();
        return NmfTraining.Run(engine, Examples(x), Resolved.Of(options), new QuietMonitor());
    }

    private protected DeepNmfResult Deep(double[,] x, DeepNmfEstimator.Options options)
    {
        using ComputeEngine engine = CreateEngine();
        return DeepNmfTraining.Run(engine, Examples(x), Resolved.Of(options), new QuietMonitor());
    }

    private protected NeuralNmfResult Neural(double[,] x, NeuralNmfEstimator.Options options)
    {
        using ComputeEngine engine = CreateEngine();
        return NeuralNmfTraining.Run(engine, Examples(x), Resolved.Of(options), new QuietMonitor());
    }

    private protected static void AssertFinite(FactorMatrix factor)
        => Assert.All(factor.Values.ToArray(), value => Assert.True(value >= 0 && float.IsFinite(value), $"{value}"));

    private static double[,] NearlyOfRankThree()
    {
        double[,] x = Naive.Multiply(Naive.Random(60, 3, 1), Naive.Random(3, 30, 2));
        for (int i = 0; i < 60; i++)
        {
            for (int j = 0; j < 30; j++)
                x[i, j] += 0.01;
        }

        return x;
    }

    // Rows are separated by semicolons.
    private static double[,] Parse(string rows)
    {
        double[][] values = [.. rows.Split(';').Select(row => row.Trim().Split(' ').Select(v => double.Parse(v, System.Globalization.CultureInfo.InvariantCulture)).ToArray())];
        var x = new double[values.Length, values[0].Length];
        for (int i = 0; i < values.Length; i++)
        {
            for (int j = 0; j < values[0].Length; j++)
                x[i, j] = values[i][j];
        }

        return x;
    }
}
