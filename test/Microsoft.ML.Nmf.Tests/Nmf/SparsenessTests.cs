using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Nmf;

/// <summary>Sparseness by measure in place of a weight.</summary>
public class SparsenessTests
{
    private const double Promised = 0.02;

    private static readonly ManagedEngine _engine = new(2);

    private readonly MLContext _context = new(1);

    public static TheoryData<NmfSolver, bool> Solvers()
    {
        var data = new TheoryData<NmfSolver, bool>();
        foreach (bool ofTemplates in new[] { true, false })
        {
            data.Add(NmfSolver.CoordinateDescent, ofTemplates);
            data.Add(NmfSolver.AlternatingLeastSquares, ofTemplates);
            data.Add(NmfSolver.MultiplicativeUpdates, ofTemplates);
        }

        return data;
    }

    [Theory, MemberData(nameof(Solvers))]
    public void What_is_wanted_is_reached_by_every_solver(NmfSolver solver, bool ofTemplates)
    {
        foreach (bool sparse in new[] { true, false })
        {
            ExampleMatrix x = Build.Examples(Data(sparse), sparse);
            NmfEstimator.Options options = Options(2, solver);
            double natural = Measure(Run(_engine, x, options), ofTemplates), wanted = natural + 0.4 * (1 - natural);
            Want(options, wanted, ofTemplates);
            NmfResult result = Run(_engine, x, options);
            Assert.InRange(Measure(result, ofTemplates), wanted - Promised, wanted + Promised);
            Assert.True(result.History.Last.Objective < result.History[0].Objective);
        }
    }

    [TorchTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_other_engine_reaches_it_too(bool ofTemplates)
    {
        using ComputeEngine torch = TorchEngines.Create();
        NmfEstimator.Options options = Options(2, NmfSolver.Automatic);
        double natural = Measure(Run(torch, Build.Dense(Data(sparse: false)), options), ofTemplates), wanted = natural + 0.3 * (1 - natural);
        Want(options, wanted, ofTemplates);
        Assert.InRange(Measure(Run(torch, Build.Dense(Data(sparse: false)), options), ofTemplates), wanted - Promised, wanted + Promised);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Texts_reach_it_without_losing_topics_and_their_transform_is_as_sparse(bool ofTemplates)
    {
        IDataView texts = _context.Data.LoadFromTextFile(Path.Combine(AppContext.BaseDirectory, "field-notes.tsv"),
            [new("Text", DataKind.String, 2)], hasHeader: true);
        IDataView words = _context.Transforms.Text.ProduceTopicWords("Words", "Text").Fit(texts).Transform(texts);
        double wanted = ofTemplates ? 0.92 : 0.85;
        var options = new NmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Words",
            Rank = 10,
            Normalization = ActivationNormalization.Shares,
            Seed = 1,
        };
        Want(options, wanted, ofTemplates);
        NmfTransformer transformer = _context.Transforms.Nmf(options).Fit(words);
        Assert.All(transformer.Model.GetPrevalence(), prevalence => Assert.True(prevalence > 0.01, $"{prevalence}"));
        double reached = ofTemplates
            ? transformer.Model.GetSparsity().Average()
            : Rows.Topics(transformer.Transform(words)).Where(row => row.Sum() > 0).Average(row => Hoyer(row.Select(share => (double)share)));
        Assert.InRange(reached, wanted - Promised, wanted + Promised);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_weight_found_by_hand_fits_better_at_the_same_sparseness(bool ofTemplates)
    {
        ExampleMatrix x = Build.Dense(Data(sparse: false));
        NmfEstimator.Options options = Options(2, NmfSolver.Automatic);
        double natural = Measure(Run(_engine, x, options), ofTemplates), wanted = natural + 0.3 * (1 - natural);
        Want(options, wanted, ofTemplates);
        NmfResult found = Run(_engine, x, options);
        double reached = Measure(found, ofTemplates);
        // By hand: from the start, an L1 weight for the one and a fixed L2 weight for the other.
        double best = double.PositiveInfinity;
        for (double weight = 0.01; weight < 1000; weight *= 1.5)
        {
            NmfEstimator.Options byHand = Options(2, NmfSolver.Automatic);
            if (ofTemplates)
                (byHand.TemplatesL1Regularization, byHand.ActivationsL2Regularization) = ((float)weight, (float)weight);
            else
                (byHand.ActivationsL1Regularization, byHand.TemplatesL2Regularization) = ((float)weight, (float)weight);
            NmfResult result = Run(_engine, x, byHand);
            if (Measure(result, ofTemplates) >= reached - Promised)
                best = Math.Min(best, result.History.Last.Divergence);
        }

        Assert.True(found.History.Last.Divergence <= 1.02 * best, $"{found.History.Last.Divergence} by measure, {best} by hand");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_row_twice_leads_to_the_same_templates(bool ofTemplates)
    {
        double[,] x = Data(sparse: false), twice = Twice(x);
        NmfEstimator.Options options = Options(2, NmfSolver.MultiplicativeUpdates);
        options.InitialTemplates = Build.Matrix(Naive.Random(x.GetLength(1), 4, 8));
        double natural = Measure(Run(_engine, Build.Dense(x), options), ofTemplates);
        Want(options, natural + 0.3 * (1 - natural), ofTemplates);
        AssertAlike(Run(_engine, Build.Dense(x), options).Templates, Run(_engine, Build.Dense(twice), options).Templates, 1e-2);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(0.5)]
    public void Penalties_per_example_mean_the_same_for_every_row_twice(double beta)
    {
        double[,] x = Data(sparse: false), twice = Twice(x);
        NmfEstimator.Options options = Options(beta, NmfSolver.MultiplicativeUpdates);
        options.InitialTemplates = Build.Matrix(Naive.Random(x.GetLength(1), 4, 8));
        (options.TemplatesL1Regularization, options.TemplatesL2Regularization, options.TemplatesOrthogonality) = (0.02f, 0.05f, 0.01f);
        options.ActivationsL1Regularization = 0.1f;
        options.PenaltiesArePerExample = true;
        NmfResult once = Run(_engine, Build.Dense(x), options), both = Run(_engine, Build.Dense(twice), options);
        AssertAlike(once.Templates, both.Templates, 1e-3);
        Near.Equal(2 * once.History.Last.Objective, both.History.Last.Objective, 1e-4);
        options.PenaltiesArePerExample = false;
        Assert.True(Run(_engine, Build.Dense(x), options).Templates.ColumnSums().Sum() > 1.01 * once.Templates.ColumnSums().Sum());
    }

    [Fact]
    public void What_is_sparse_enough_stays_as_it_is()
    {
        ExampleMatrix x = Build.Dense(Data(sparse: false));
        NmfEstimator.Options options = Options(2, NmfSolver.Automatic);
        NmfResult plain = Run(_engine, x, options);
        options.TemplatesSparseness = 0;
        var monitor = new QuietMonitor();
        NmfResult same = NmfTraining.Run(_engine, x, Resolved.Of((NmfEstimator.Options)options.Copy()), monitor);
        Assert.Equal(plain.Templates.Values, same.Templates.Values);
    }

    [Fact]
    public void Options_that_exclude_each_other_are_refused()
    {
        Assert.Contains("TemplatesSparseness is 1, but must be from 0 to below 1", Refused(() => new NmfEstimator.Options { TemplatesSparseness = 1 }));
        Assert.Contains("ActivationsSparseness is -1, but must be from 0 to below 1", Refused(() => new NmfEstimator.Options { ActivationsSparseness = -1 }));
        Assert.Contains("TemplatesSparseness is set, which needs Beta = 2, but Beta is 1",
            Refused(() => _context.Transforms.Nmf(new NmfEstimator.Options { TemplatesSparseness = 0.5, Beta = 1 })));
        Assert.Contains("TemplatesSparseness and ActivationsSparseness are both set",
            Refused(() => _context.Transforms.Nmf(new NmfEstimator.Options { TemplatesSparseness = 0.5, ActivationsSparseness = 0.5 })));
        Assert.Contains("TemplatesL1Regularization is 0.5, but TemplatesSparseness is set",
            Refused(() => _context.Transforms.Nmf(new NmfEstimator.Options { TemplatesSparseness = 0.5, TemplatesL1Regularization = 0.5f })));
        Assert.Contains("ActivationsL1Regularization is 0.5, but ActivationsSparseness is set",
            Refused(() => _context.Transforms.Nmf(new NmfEstimator.Options { ActivationsSparseness = 0.5, ActivationsL1Regularization = 0.5f })));
        Assert.Contains("Rank is 1, but must be at least 2", Refused(() => _context.Transforms.Nmf(new NmfEstimator.Options { ActivationsSparseness = 0.5, Rank = 1 })));
        Assert.Contains("FixedTemplates has all the templates", Refused(() => _context.Transforms.Nmf(
            new NmfEstimator.Options { TemplatesSparseness = 0.5, Rank = 2, FixedTemplates = Build.Ones(5, 2) })));

        static string Refused(Action action) => Assert.Throws<ArgumentOutOfRangeException>(action).Message;
    }

    private static void Want(NmfEstimator.Options options, double sparseness, bool ofTemplates)
    {
        if (ofTemplates)
            options.TemplatesSparseness = sparseness;
        else
            options.ActivationsSparseness = sparseness;
    }

    private static NmfEstimator.Options Options(double beta, NmfSolver solver)
        => new() { Rank = 4, Beta = beta, Solver = solver, Tolerance = 1e-4, Seed = 11, KeepActivations = ActivationKeeping.LastIteration };

    private static NmfResult Run(ComputeEngine engine, ExampleMatrix x, NmfEstimator.Options options)
        => NmfTraining.Run(engine, x, Resolved.Of((NmfEstimator.Options)options.Copy()), new QuietMonitor());

    // Overlapping topics, with noise.
    private static double[,] Data(bool sparse)
    {
        double[,] x = Naive.Multiply(Naive.Random(80, 4, 1, 0.7), Naive.Random(4, 40, 2, 0.7)), noise = Naive.Random(80, 40, 3), holes = Naive.Random(80, 40, 4);
        for (int i = 0; i < 80; i++)
        {
            for (int j = 0; j < 40; j++)
                x[i, j] = sparse && holes[i, j] > 0.2 ? 0 : x[i, j] + 0.3 * noise[i, j];
        }

        return x;
    }

    private static double[,] Twice(double[,] x)
    {
        int n = x.GetLength(0);
        var twice = new double[2 * n, x.GetLength(1)];
        for (int i = 0; i < 2 * n; i++)
        {
            for (int j = 0; j < x.GetLength(1); j++)
                twice[i, j] = x[i % n, j];
        }

        return twice;
    }

    private static double Measure(NmfResult result, bool ofTemplates)
    {
        FactorMatrix w = result.Templates, h = result.Activations!;
        if (ofTemplates)
            return Enumerable.Range(0, w.Columns).Average(k => w.ColumnSums()[k] > 0 ? Hoyer(Enumerable.Range(0, w.Rows).Select(j => (double)w[j, k])) : 1);
        double[] sums = w.ColumnSums();
        return Enumerable.Range(0, h.Rows).Select(i => Enumerable.Range(0, h.Columns).Select(k => h[i, k] * sums[k]).ToArray())
            .Where(row => row.Sum() > 0).Select(row => Hoyer(row)).DefaultIfEmpty(1).Average();
    }

    private static double Hoyer(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return (Math.Sqrt(all.Length) - all.Sum() / Math.Sqrt(all.Sum(v => v * v))) / (Math.Sqrt(all.Length) - 1);
    }

    private static void AssertAlike(FactorMatrix expected, FactorMatrix actual, double share)
    {
        float largest = expected.Values.ToArray().Max();
        for (int i = 0; i < expected.Values.Length; i++)
            Assert.Equal(expected.Values[i], actual.Values[i], share * largest);
    }
}
