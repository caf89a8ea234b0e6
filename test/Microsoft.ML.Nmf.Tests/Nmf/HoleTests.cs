using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Nmf;

/// <summary>Missing values as users meet them: NaN in dense vectors, and what sparse vectors do not store.</summary>
public class HoleTests
{
    private const int Examples = 200;
    private const int Features = 100;
    private const int Rank = 5;

    private readonly MLContext _context = new(1);

    public static TheoryData<double, bool> Cases()
    {
        var data = new TheoryData<double, bool>();
        foreach (double beta in new[] { 0, 0.5, 1, 2, 3 })
        {
            data.Add(beta, true);
            data.Add(beta, false);
        }

        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Planted_values_that_are_missing_are_found(double beta, bool sparse) => Recover(beta, sparse, TrainingEngine.Managed);

    [TorchTheory, MemberData(nameof(Cases))]
    public void Planted_values_that_are_missing_are_found_on_the_Torch_engine(double beta, bool sparse) => Recover(beta, sparse, TrainingEngine.Torch);

    [Theory]
    [InlineData(1, NmfSolver.Automatic)]
    [InlineData(2, NmfSolver.Automatic)]
    [InlineData(2, NmfSolver.MultiplicativeUpdates)]
    public void Data_without_holes_gives_the_bits_of_the_plain_fit(double beta, NmfSolver solver)
    {
        (double[,] x, _) = Planted();
        x[3, 4] = x[50, 9] = 0;
        IDataView view = View(x, (_, _) => true, sparse: false);
        NmfEstimator.Options options = Options(beta);
        options.Solver = solver;
        NmfTransformer whole = _context.Transforms.Nmf(options).Fit(view);
        options.MissingValues = MissingValues.AreZero;
        NmfTransformer plain = _context.Transforms.Nmf(options).Fit(view);
        Assert.Equal(plain.Model.Templates.Values, whole.Model.Templates.Values);
        Assert.Equal(Topics(plain, view), Topics(whole, view));
    }

    [Theory, MemberData(nameof(Cases))]
    public void Sparse_and_dense_vectors_with_the_same_holes_give_the_same_bits_before_and_after_saving(double beta, bool doubles)
    {
        (double[,] x, bool[,] isObserved) = Planted();
        // A stored zero is a value.
        (x[0, 0], isObserved[0, 0]) = (0, true);
        IDataView dense = View(x, (i, j) => isObserved[i, j], sparse: false, doubles), sparse = View(x, (i, j) => isObserved[i, j], sparse: true);
        NmfEstimator.Options options = Options(beta);
        (options.MaximumNumberOfIterations, options.FeatureWeights) = (5, [.. Enumerable.Range(0, Features).Select(j => j % 3f)]);
        NmfTransformer ofDense = _context.Transforms.Nmf(options).Fit(dense), ofSparse = _context.Transforms.Nmf(options).Fit(sparse);
        Assert.Equal(ofDense.Model.Templates.Values, ofSparse.Model.Templates.Values);
        float[][] expected = Topics(ofDense, dense);
        Assert.Equal(expected, Topics(ofSparse, sparse));
        var file = new MemoryStream();
        _context.Model.Save(ofDense, dense.Schema, file);
        Assert.Equal(expected, Topics(new MLContext().Model.Load(file, out _), dense));
    }

    [Fact]
    public void Every_layer_of_a_deep_factorization_leaves_out_what_is_missing()
    {
        (double[,] x, bool[,] isObserved) = Planted();
        IDataView view = View(x, (i, j) => isObserved[i, j], sparse: true);
        foreach (double beta in new[] { 0.5, 1, 2 })
        {
            DeepNmfTransformer transformer = _context.Transforms.DeepNmf(new DeepNmfEstimator.Options
            {
                OutputColumnName = "Topics",
                InputColumnName = "Features",
                Ranks = [8, Rank],
                Beta = beta,
                MissingValues = MissingValues.AreMissing,
                Normalization = ActivationNormalization.None,
                MaximumNumberOfIterations = 300,
                PretrainingIterations = 200,
                Tolerance = 1e-6,
                Seed = 1,
            }).Fit(view);
            Near.NeverRises(transformer.Model.History.Select(iteration => iteration.Objective), 1e-5);
            Assert.InRange(ErrorOfMissing(activations => transformer.Model.Reconstruct(activations), Topics(transformer, view), x, isObserved), 0, 5e-2);
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(2)]
    public void Residuals_count_what_a_row_has(double beta)
    {
        (double[,] x, bool[,] isObserved) = Planted();
        for (int j = 0; j < Features; j++)
            isObserved[7, j] = false;
        IDataView view = View(x, (i, j) => isObserved[i, j], sparse: true);
        NmfEstimator.Options options = Options(beta);
        options.MaximumNumberOfIterations = 100;
        NmfTransformer transformer = _context.Transforms.Nmf(options).Fit(view);
        Assert.All(Topics(transformer, view)[7], value => Assert.Equal(0, value));
        double[] residuals = [.. transformer.ReadResiduals(view)];
        Assert.Equal(0, residuals[7]);
        Assert.InRange(residuals.Max(), 1e-4, 0.5);
        TopicExamination examined = transformer.Examine(view);
        Assert.Equal(residuals.Average(), examined.MeanResidual, 1e-12);
        Assert.All(examined.Topics, topic => Assert.InRange(topic.Prevalence, 0, 1));
    }

    [Fact]
    public void Holes_are_refused_where_they_are_not_known_and_the_message_says_how_they_are()
    {
        (double[,] x, bool[,] isObserved) = Planted();
        IDataView view = View(x, (i, j) => isObserved[i, j], sparse: false);
        NmfEstimator.Options options = Options(2);
        options.MissingValues = MissingValues.AreZero;
        string message = Assert.Throws<InvalidOperationException>(() => _context.Transforms.Nmf(options).Fit(view)).Message;
        Assert.Contains("is not a number", message);
        Assert.Contains("MissingValues = MissingValues.AreMissing", message);
        message = Assert.Throws<InvalidOperationException>(() => _context.Transforms.NeuralNmf("Topics", "Features", [3]).Fit(view)).Message;
        Assert.EndsWith("Replace missing values first, with ReplaceMissingValues.", message);
        (options.MissingValues, options.Solver) = (MissingValues.AreMissing, NmfSolver.AlternatingLeastSquares);
        Assert.Contains("Choose CoordinateDescent", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf(options)).Message);
    }

    [Fact]
    public void The_log_says_how_much_is_observed()
    {
        (double[,] x, bool[,] isObserved) = Planted();
        var lines = new List<string>();
        _context.Log += (_, e) => lines.Add(e.Message);
        NmfEstimator.Options options = Options(2);
        options.MaximumNumberOfIterations = 1;
        _context.Transforms.Nmf(options).Fit(View(x, (i, j) => isObserved[i, j], sparse: true));
        Assert.Contains(lines, line => line.Contains("200 examples × 100 features, 40.", StringComparison.Ordinal) && line.Contains(" % observed; ", StringComparison.Ordinal));
    }

    private void Recover(double beta, bool sparse, TrainingEngine engine)
    {
        (double[,] x, bool[,] isObserved) = Planted();
        IDataView view = View(x, (i, j) => isObserved[i, j], sparse);
        NmfEstimator.Options options = Options(beta);
        options.Engine = engine;
        NmfTransformer transformer = _context.Transforms.Nmf(options).Fit(view);
        Assert.InRange(ErrorOfMissing(activations => transformer.Model.Reconstruct(activations), Topics(transformer, view), x, isObserved), 0, 1e-2);
    }

    private static NmfEstimator.Options Options(double beta) => new()
    {
        OutputColumnName = "Topics",
        InputColumnName = "Features",
        Rank = Rank,
        Beta = beta,
        MissingValues = MissingValues.AreMissing,
        Normalization = ActivationNormalization.None,
        MaximumNumberOfIterations = beta == 3 ? 1200 : 400,
        Tolerance = 1e-6,
        Seed = 1,
    };

    private static float[][] Topics(ITransformer transformer, IDataView view) => [.. transformer.Transform(view).GetColumn<float[]>("Topics")];

    // Of the values that are missing, by what the transformed rows predict.
    private static double ErrorOfMissing(Func<float[], float[]> reconstruct, float[][] activations, double[,] x, bool[,] isObserved)
    {
        double error = 0, whole = 0;
        for (int i = 0; i < Examples; i++)
        {
            float[] predicted = reconstruct(activations[i]);
            for (int j = 0; j < Features; j++)
            {
                if (isObserved[i, j])
                    continue;
                error += Math.Pow(x[i, j] - predicted[j], 2);
                whole += x[i, j] * x[i, j];
            }
        }

        return Math.Sqrt(error / whole);
    }

    private static (double[,] X, bool[,] IsObserved) Planted()
    {
        double[,] x = Naive.Multiply(Naive.Random(Examples, Rank, 1), Naive.Random(Rank, Features, 2));
        var random = new Random(3);
        var isObserved = new bool[Examples, Features];
        for (int i = 0; i < Examples; i++)
        {
            for (int j = 0; j < Features; j++)
                isObserved[i, j] = random.NextDouble() < 0.4;
        }

        return (x, isObserved);
    }

    private IDataView View(double[,] x, Func<int, int, bool> isObserved, bool sparse, bool doubles = false)
        => doubles ? View<double>(x, isObserved, sparse, value => value, double.NaN) : View<float>(x, isObserved, sparse, value => (float)value, float.NaN);

    private IDataView View<T>(double[,] x, Func<int, int, bool> isObserved, bool sparse, Func<float, T> of, T missing)
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row<T>));
        schema["Features"].ColumnType = new VectorDataViewType(typeof(T) == typeof(double) ? NumberDataViewType.Double : NumberDataViewType.Single, Features);
        return _context.Data.LoadFromEnumerable(Enumerable.Range(0, Examples).Select(RowOf), schema);

        Row<T> RowOf(int i)
        {
            int[] observed = [.. Enumerable.Range(0, Features).Where(j => isObserved(i, j))];
            return new Row<T>
            {
                Features = sparse
                    ? new VBuffer<T>(Features, observed.Length, [.. observed.Select(j => of((float)x[i, j]))], observed)
                    : new VBuffer<T>(Features, [.. Enumerable.Range(0, Features).Select(j => isObserved(i, j) ? of((float)x[i, j]) : missing)]),
            };
        }
    }

    private sealed class Row<T>
    {
        public VBuffer<T> Features { get; set; }
    }
}
