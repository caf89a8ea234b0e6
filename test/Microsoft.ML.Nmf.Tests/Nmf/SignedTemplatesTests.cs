using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Nmf;

/// <summary>Semi-NMF: templates of any sign, activations that are not negative.</summary>
public class SignedTemplatesTests
{
    private readonly MLContext _context = new(1);

    [Fact]
    public void Factors_are_those_of_the_same_algorithm_in_double() => CompareWithDouble(ComputeEngine.OnProcessor(2));

    [Fact]
    public void Factors_on_Torch_are_those_of_the_same_algorithm_in_double() => CompareWithDouble(TorchEngines.Create());

    [Theory]
    [InlineData(NmfSolver.CoordinateDescent, NmfInitialization.Automatic)]
    [InlineData(NmfSolver.CoordinateDescent, NmfInitialization.Random)]
    [InlineData(NmfSolver.AlternatingLeastSquares, NmfInitialization.Automatic)]
    public void Objective_never_rises(NmfSolver solver, NmfInitialization start)
    {
        NmfResult result = Run(ComputeEngine.OnProcessor(2), Signed(80, 30, 6, 0.3), new NmfEstimator.Options
        {
            Rank = 5,
            Solver = solver,
            Initialization = start,
            ActivationsL1Regularization = 0.05f,
            TemplatesL2Regularization = 0.1f,
            Tolerance = 0,
            MaximumNumberOfIterations = 60,
        });
        Near.NeverRises(result.History.Select(iteration => iteration.Objective), 1e-6);
    }

    [Fact]
    public void Planted_factors_of_any_sign_are_found()
    {
        double[,] x = Signed(150, 40, 4, 0);
        NmfResult result = Run(ComputeEngine.OnProcessor(2), x, new NmfEstimator.Options { Rank = 4, Tolerance = 0, MaximumNumberOfIterations = 300 });
        Assert.True(result.History.Last.Divergence < 1e-4 * 0.5 * x.Cast<double>().Sum(v => v * v), $"{result.History.Last.Divergence}");
        Assert.Contains(result.Templates.Values.ToArray(), value => value < 0);
    }

    [Fact]
    public void A_transform_is_the_best_combination_and_survives_saving()
    {
        double[,] x = Signed(60, Rows.Size, 3, 0.2);
        IDataView view = Rows.View(_context, [.. Enumerable.Range(0, 60).Select(i => Naive.Row(x, i).Select(v => (float)v).ToArray())]);
        NmfTransformer transformer = _context.Transforms.Nmf(new NmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            Rank = 3,
            TemplatesMayBeNegative = true,
            Normalization = ActivationNormalization.None,
            ReconstructionColumnName = "Reconstruction",
            ResidualColumnName = "Residual",
            Seed = 1,
        }).Fit(view);
        double[,] templates = NeuralData.Read(transformer.Model.Templates), gram = Naive.Gram(templates);
        IDataView transformed = transformer.Transform(view);
        float[][] topics = Rows.Topics(transformed), reconstructions = Rows.Topics(transformed, "Reconstruction");
        float[] residuals = [.. transformed.GetColumn<float>("Residual")];
        for (int i = 0; i < 60; i++)
        {
            double[] product = [.. Enumerable.Range(0, 3).Select(k => Enumerable.Range(0, Rows.Size).Sum(j => (double)(float)x[i, j] * templates[j, k]))];
            double[] best = Naive.BestOfAllSupports(gram, product);
            double error = 0, square = 0;
            for (int k = 0; k < 3; k++)
                Assert.Equal(best[k], topics[i][k], 1e-4);
            for (int j = 0; j < Rows.Size; j++)
            {
                double approximation = Enumerable.Range(0, 3).Sum(k => best[k] * templates[j, k]);
                Assert.Equal(approximation, reconstructions[i][j], 1e-3);
                error += (x[i, j] - approximation) * (x[i, j] - approximation);
                square += x[i, j] * x[i, j];
            }

            Assert.Equal(Math.Sqrt(error / square), residuals[i], 1e-3);
        }

        using var stream = new MemoryStream();
        _context.Model.Save(transformer, view.Schema, stream);
        stream.Position = 0;
        Assert.Equal(topics, Rows.Topics(new MLContext(2).Model.Load(stream, out _).Transform(view)));
    }

    [Fact]
    public void Rows_that_count_twice_are_two_rows()
    {
        double[,] x = Signed(40, Rows.Size, 3, 0.2);
        float[][] rows = [.. Enumerable.Range(0, 40).Select(i => Naive.Row(x, i).Select(v => (float)v).ToArray())];
        var schema = SchemaDefinition.Create(typeof(WeightedRow));
        IDataView weighted = _context.Data.LoadFromEnumerable(rows.Select((row, i) => new WeightedRow { Features = row, Weight = 1 + i % 3 }), schema);
        IDataView repeated = Rows.View(_context, [.. rows.SelectMany((row, i) => Enumerable.Repeat(row, 1 + i % 3))]);
        double once = Fit(weighted, "Weight"), twice = Fit(repeated, null);
        Assert.Equal(1, once / twice, 1e-3);

        double Fit(IDataView view, string? column) => _context.Transforms.Nmf(new NmfEstimator.Options
        {
            InputColumnName = "Features",
            Rank = 2,
            TemplatesMayBeNegative = true,
            ExampleWeightColumnName = column,
            Tolerance = 0,
            MaximumNumberOfIterations = 400,
            Seed = 1,
        }).Fit(view).Model.ReconstructionError;
    }

    [Fact]
    public void What_does_not_go_with_negative_templates_is_refused()
    {
        Assert.Contains("Beta is 1", Refused(options => options.Beta = 1));
        Assert.Contains("Solver is MultiplicativeUpdates", Refused(options => options.Solver = NmfSolver.MultiplicativeUpdates));
        Assert.Contains("Initialization is NndsvdA", Refused(options => options.Initialization = NmfInitialization.NndsvdA));
        Assert.Contains("TemplatesL1Regularization is 0.1", Refused(options => options.TemplatesL1Regularization = 0.1f));
        Assert.Contains("TemplatesOrthogonality is 0.1", Refused(options => options.TemplatesOrthogonality = 0.1f));
        Assert.Contains("SeedWords is set", Refused(options => options.SeedWords.Add("space", "moon")));
        Assert.Contains("MissingValues is AreMissing", Refused(options => options.MissingValues = MissingValues.AreMissing));
        Assert.Contains("NegativeValues is Keep", Assert.Throws<ArgumentOutOfRangeException>(
            () => _context.Transforms.DeepNmf(new DeepNmfEstimator.Options { NegativeValues = NegativeValues.Keep })).Message);
        Assert.Contains("TemplatesMayBeNegative = true", Assert.Throws<InvalidOperationException>(
            () => _context.Transforms.Nmf("Topics", "Features").Fit(Rows.View(_context, [[-1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]]))).Message);

        string Refused(Action<NmfEstimator.Options> change)
        {
            var options = new NmfEstimator.Options { TemplatesMayBeNegative = true };
            change(options);
            return Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf(options)).Message;
        }
    }

    private static void CompareWithDouble(ComputeEngine engine)
    {
        const int Rank = 4, Iterations = 40;
        double[,] x = Signed(50, 20, Rank, 0.3), h = Naive.Random(50, Rank, 9);
        NmfResult result = Run(engine, x, new NmfEstimator.Options
        {
            Rank = Rank,
            Solver = NmfSolver.AlternatingLeastSquares,
            InitialActivations = Build.Matrix(h),
            TemplatesL2Regularization = 0.2f,
            ActivationsL2Regularization = 0.1f,
            Tolerance = 0,
            MaximumNumberOfIterations = Iterations,
        });
        double[,] w = Templates(x, h);
        for (int i = 0; i < Iterations; i++)
        {
            w = Templates(x, h);
            double[,] gram = Naive.Gram(w), product = Naive.Multiply(x, w);
            for (int k = 0; k < Rank; k++)
                gram[k, k] += 0.1;
            for (int row = 0; row < 50; row++)
            {
                double[] best = Naive.BestOfAllSupports(gram, Naive.Row(product, row));
                for (int k = 0; k < Rank; k++)
                    h[row, k] = best[k];
            }
        }

        double objective = Naive.Divergence(x, h, w, 2) + 0.1 * w.Cast<double>().Sum(v => v * v) + 0.05 * h.Cast<double>().Sum(v => v * v);
        Assert.Equal(1, result.History.Last.Objective / objective, 1e-4);
        int[] order = [.. Enumerable.Range(0, Rank).OrderByDescending(k =>
            Enumerable.Range(0, 50).Sum(i => h[i, k]) * Enumerable.Range(0, 20).Sum(j => Math.Abs(w[j, k])))];
        double largest = w.Cast<double>().Max(Math.Abs);
        for (int j = 0; j < 20; j++)
        {
            for (int k = 0; k < Rank; k++)
                Assert.Equal(w[j, order[k]], result.Templates[j, k], 1e-3 * largest);
        }

        static double[,] Templates(double[,] x, double[,] h)
        {
            double[,] gram = Naive.Gram(h), product = Naive.Multiply(Naive.Transpose(x), h), w = new double[20, Rank];
            for (int k = 0; k < Rank; k++)
                gram[k, k] += 0.2;
            for (int j = 0; j < 20; j++)
            {
                double[] solved = Naive.Solve(gram, Naive.Row(product, j), [.. Enumerable.Range(0, Rank)])!;
                for (int k = 0; k < Rank; k++)
                    w[j, k] = solved[k];
            }

            return w;
        }
    }

    private static NmfResult Run(ComputeEngine engine, double[,] x, NmfEstimator.Options options)
    {
        using (engine)
        {
            options.Seed = 1;
            options.TemplatesMayBeNegative = true;
            options.Resolve();
            return NmfTraining.Run(engine, Build.Dense(x), options, new QuietMonitor());
        }
    }

    // Activations that are not negative times templates of any sign, and noise.
    private static double[,] Signed(int rows, int columns, int rank, double noise)
    {
        double[,] x = Naive.Multiply(Naive.Random(rows, rank, 3, 0.6), Naive.Transpose(Naive.Signed(columns, rank, 4))), added = Naive.Signed(rows, columns, 5);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                x[i, j] += noise * added[i, j];
        }

        return x;
    }

    private sealed class WeightedRow
    {
        [VectorType(Rows.Size)]
        public float[] Features { get; set; } = [];

        public float Weight { get; set; }
    }
}
