using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Tests.Nmf;

/// <summary>New topics beside known ones.</summary>
public class FixedTemplateTests
{
    private const int Examples = 120;
    private const int Features = 60;
    private const double Rounding = 3e-6;

    private static readonly ManagedEngine _engine = new(2);

    private readonly MLContext _context = new(1);

    public static TheoryData<double, NmfSolver> Solvers() => new()
    {
        { 2, NmfSolver.CoordinateDescent },
        { 2, NmfSolver.AlternatingLeastSquares },
        { 2, NmfSolver.MultiplicativeUpdates },
        { -1, NmfSolver.MultiplicativeUpdates },
        { 0, NmfSolver.Automatic },
        { 0.5, NmfSolver.MultiplicativeUpdates },
        { 1, NmfSolver.Automatic },
        { 1.5, NmfSolver.Automatic },
        { 3, NmfSolver.MultiplicativeUpdates },
    };

    [Theory, MemberData(nameof(Solvers))]
    public void Known_topics_stay_to_the_bit_and_the_objective_never_rises(double beta, NmfSolver solver)
    {
        FactorMatrix known = Build.Matrix(Naive.Random(Features, 3, 4, 0.7, 37));
        foreach (bool sparse in new[] { true, false })
        {
            foreach (bool penalized in new[] { true, false })
            {
                NmfEstimator.Options options = Options(beta, solver, known, rank: 7);
                if (penalized)
                {
                    (options.TemplatesL1Regularization, options.TemplatesL2Regularization, options.ActivationsL1Regularization) = (0.05f, 3, 0.1f);
                    options.TemplatesOrthogonality = solver == NmfSolver.AlternatingLeastSquares ? 0 : 2;
                }

                NmfResult result = Run(_engine, Naive.Random(Examples, Features, 1, sparse ? 0.15 : 1), sparse, options);
                Assert.Equal(known.Values, result.Templates.TakeColumns([0, 1, 2]).Values);
                Near.NeverRises(result.History.Select(i => i.Objective), Rounding);
                Assert.True(result.History.Last.Objective < result.History[0].Objective);
            }
        }
    }

    [TorchTheory, MemberData(nameof(Solvers))]
    public void Both_engines_learn_the_same_beside_known_topics(double beta, NmfSolver solver)
    {
        FactorMatrix known = Build.Matrix(Naive.Random(Features, 3, 4, 0.7));
        using ComputeEngine torch = TorchEngines.Create();
        foreach (bool sparse in new[] { true, false })
        {
            NmfEstimator.Options options = Options(beta, solver, known, rank: 6);
            (options.InitialTemplates, options.InitialActivations) = (Build.Matrix(Naive.Random(Features, 6, 2)), Build.Matrix(Naive.Random(Examples, 6, 3)));
            double[,] x = Naive.Random(Examples, Features, 1, sparse ? 0.2 : 1);
            NmfResult here = Run(_engine, x, sparse, options), there = Run(torch, x, sparse, options);
            Assert.Equal(known.Values, there.Templates.TakeColumns([0, 1, 2]).Values);
            Near.Equal(here.History.Last.Objective, there.History.Last.Objective, 1e-3);
            Near.NeverRises(there.History.Select(i => i.Objective), Rounding);
        }
    }

    // Under a β below 0 zeros in the data count for more than all else.
    public static IEnumerable<object[]> SolversForZeros() => Solvers().Where(row => (double)row[0] >= 0);

    [Theory, MemberData(nameof(SolversForZeros))]
    public void Planted_topics_are_found_beside_those_that_are_known(double beta, NmfSolver solver)
    {
        const int rank = 5;
        (double[,] h, double[,] w) = Planted(rank);
        double[,] x = Naive.Multiply(h, Naive.Transpose(w));
        // Known in another order and unit.
        FactorMatrix known = FactorUnits.Multiply(Build.Matrix(w).TakeColumns([3, 1]), 50);
        foreach (NmfInitialization start in new[] { NmfInitialization.Automatic, NmfInitialization.Random })
        {
            NmfEstimator.Options options = Options(beta, solver, known, rank, iterations: 600);
            options.Initialization = start;
            FactorMatrix found = Run(_engine, x, sparse: false, options).Templates;
            foreach (int planted in new[] { 0, 2, 4 })
                Assert.Contains(Enumerable.Range(2, 3), k => Cosine(Build.Matrix(w), planted, found, k) > 0.95);
        }
    }

    [Theory, MemberData(nameof(Solvers))]
    public void With_known_topics_alone_the_fit_is_a_transform(double beta, NmfSolver solver)
    {
        FactorMatrix known = FactorMatrix.TakeOver([.. Build.Matrix(Naive.Random(Rows.Size, 4, 4)).Values.ToArray().Select(v => v + 0.05f)], Rows.Size, 4);
        IDataView view = Rows.View(_context, [.. Rows.Values().Select(row => row.Select(v => v + 0.1f).ToArray())]);
        NmfTransformer transformer = _context.Transforms.Nmf(new NmfEstimator.Options
        {
            InputColumnName = "Features",
            OutputColumnName = "Topics",
            Rank = 4,
            Beta = beta,
            Solver = solver,
            FixedTemplates = known,
            Normalization = ActivationNormalization.None,
            MaximumNumberOfIterations = 5000,
            Tolerance = 1e-7,
            TransformTolerance = 1e-7f,
            TransformMaximumNumberOfIterations = 20000,
        }).Fit(view);
        Assert.Equal(known.Values, transformer.Model.Templates.Values);
        double transformed = 0;
        float[][] rows = [.. view.GetColumn<float[]>("Features")];
        float[][] topics = Rows.Topics(transformer.Transform(view));
        for (int i = 0; i < rows.Length; i++)
        {
            float[] approximation = transformer.Model.Reconstruct(topics[i]);
            transformed += rows[i].Zip(approximation, (x, y) => BetaDivergence.Of(x, y, beta)).Sum();
        }

        Near.Equal(transformed, transformer.Model.ReconstructionError, 2e-3);
    }

    [Fact]
    public void Many_rows_start_from_a_sample_beside_known_topics()
    {
        double[,] h = Naive.Random(SampledStart.LeastRows, 4, 5, 0.3), w = Naive.Random(30, 4, 6, 0.3);
        FactorMatrix known = Build.Matrix(w).TakeColumns([2]);
        NmfEstimator.Options options = Options(2, NmfSolver.Automatic, known, rank: 4, iterations: 30);
        options.Initialization = NmfInitialization.Automatic;
        NmfResult result = Run(_engine, Naive.Multiply(h, Naive.Transpose(w)), sparse: true, options);
        Assert.Equal(known.Values, result.Templates.TakeColumns([0]).Values);
        foreach (int planted in new[] { 0, 1, 3 })
            Assert.Contains(Enumerable.Range(1, 3), k => Cosine(Build.Matrix(w), planted, result.Templates, k) > 0.95);
    }

    [Fact]
    public void Known_topics_that_leave_nothing_let_the_others_start_at_random()
    {
        (double[,] h, double[,] w) = Planted(3);
        NmfResult result = Run(_engine, Naive.Multiply(h, Naive.Transpose(w)), sparse: false, Options(2, NmfSolver.Automatic, Build.Matrix(w), rank: 5));
        Assert.Equal(Build.Matrix(w).Values, result.Templates.TakeColumns([0, 1, 2]).Values);
        Assert.All(result.Templates.Values.ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void New_topics_come_after_known_ones_and_by_prevalence()
    {
        IDataView view = Rows.View(_context, Rows.Values());
        NmfModel first = Fit(view, new NmfEstimator.Options { Rank = 3 });
        NmfModel second = Fit(view, new NmfEstimator.Options { Rank = 6, FixedTemplates = first.Templates.SelectColumns(2, 0) });
        Assert.Equal(first.Templates.SelectColumns(2, 0).Values, second.Templates.SelectColumns(0, 1).Values);
        IEnumerable<double> others = second.GetPrevalence().Skip(2);
        Assert.Equal(others.OrderDescending(), others);
    }

    [Fact]
    public void Templates_go_to_other_features_by_their_names()
    {
        NmfModel model = Fit(Rows.NamedView(_context, Rows.Values()), new NmfEstimator.Options { Rank = 3 });
        FactorMatrix moved = model.TemplatesFor(["word7", "unknown", "word0"]);
        Assert.Equal(model.Templates.Row(7), moved.Row(0));
        Assert.Equal([0, 0, 0], moved.Row(1));
        Assert.Equal(model.Templates.Row(0), moved.Row(2));
        Assert.Equal(model.Templates.Values, model.TemplatesFor(Rows.NamedView(_context, Rows.Values()).Schema["Features"]).Values);
        NmfModel nameless = Fit(Rows.View(_context, Rows.Values()), new NmfEstimator.Options { Rank = 3 });
        Assert.Contains("have no names", Assert.Throws<InvalidOperationException>(() => nameless.TemplatesFor(["word1"])).Message);
        var column = Rows.View(_context, Rows.Values()).Schema["Features"];
        Assert.Contains("'Features' has no slot names", Assert.Throws<ArgumentOutOfRangeException>(() => model.TemplatesFor(column)).Message);
    }

    [Fact]
    public void Templates_that_do_not_fit_are_refused()
    {
        var options = new NmfEstimator.Options { InputColumnName = "Features", Rank = 2 };
        Assert.Contains("row 1, column 0", Refused(() => options.FixedTemplates = new FactorMatrix(new float[,] { { 1 }, { -1 } })));
        Assert.Contains("Column 1 of FixedTemplates is 0 in every row", Refused(() => options.FixedTemplates = new FactorMatrix(new float[,] { { 1, 0 }, { 2, 0 } })));
        Assert.Contains("FixedTemplates has no columns", Refused(() => options.FixedTemplates = new FactorMatrix(new float[5, 0])));
        options.FixedTemplates = Build.Ones(Rows.Size, 3);
        Assert.Contains("FixedTemplates has 3 columns, but Rank is 2", Refused(() => _context.Transforms.Nmf(options)));
        options.FixedTemplates = Build.Ones(5, 2);
        Assert.Contains("FixedTemplates is 5 × 2, but must be 12 × 2", Refused(() => _context.Transforms.Nmf(options).Fit(Rows.View(_context, Rows.Values()))));
        Assert.Contains("There is no column 2", Refused(() => options.FixedTemplates.SelectColumns(0, 2)));

        static string Refused(Action action) => Assert.Throws<ArgumentOutOfRangeException>(action).Message;
    }

    private NmfModel Fit(IDataView view, NmfEstimator.Options options)
    {
        options.InputColumnName = "Features";
        return _context.Transforms.Nmf(options).Fit(view).Model;
    }

    private static NmfEstimator.Options Options(double beta, NmfSolver solver, FactorMatrix known, int rank, int iterations = 40)
        => new() { Rank = rank, Beta = beta, Solver = solver, FixedTemplates = known, MaximumNumberOfIterations = iterations, Tolerance = 0, Seed = 11 };

    private static NmfResult Run(ComputeEngine engine, double[,] x, bool sparse, NmfEstimator.Options options)
    {
        options.Seed ??= 0;
        options = (NmfEstimator.Options)options.Copy();
        return NmfTraining.Run(engine, Build.Examples(x, sparse), Resolved.Of(options), new QuietMonitor());
    }

    // Every component has features and examples of its own.
    private static (double[,] H, double[,] W) Planted(int rank)
    {
        double[,] h = Naive.Random(Examples, rank, 3, 0.6), w = Naive.Random(Features, rank, 4, 0.6);
        for (int k = 0; k < rank; k++)
        {
            for (int i = 0; i < 8; i++)
            {
                for (int other = 0; other < rank; other++)
                {
                    h[k * 8 + i, other] = other == k ? 1 : 0;
                    w[k * 8 + i, other] = other == k ? 1 : 0;
                }
            }
        }

        return (h, w);
    }

    private static double Cosine(FactorMatrix a, int k, FactorMatrix b, int l)
    {
        double inner = 0, first = 0, second = 0;
        for (int j = 0; j < a.Rows; j++)
        {
            inner += (double)a[j, k] * b[j, l];
            first += (double)a[j, k] * a[j, k];
            second += (double)b[j, l] * b[j, l];
        }

        return inner / Math.Sqrt(first * second + 1e-300);
    }
}
