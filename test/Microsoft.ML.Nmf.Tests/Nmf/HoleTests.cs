using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Tests.Torch;

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

    private void Recover(double beta, bool sparse, TrainingEngine engine)
    {
        (double[,] x, bool[,] isObserved) = Planted();
        IDataView view = View(x, isObserved, sparse);
        var options = new NmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            Rank = Rank,
            Beta = beta,
            MissingValues = MissingValues.AreMissing,
            Normalization = ActivationNormalization.None,
            MaximumNumberOfIterations = 400,
            Tolerance = 1e-6,
            Engine = engine,
            Seed = 1,
        };
        NmfTransformer transformer = _context.Transforms.Nmf(options).Fit(view);
        Assert.InRange(ErrorOfMissing(transformer, view, x, isObserved), 0, 1e-2);
    }

    // Of the values that are missing, by what the transformed rows predict.
    private static double ErrorOfMissing(NmfTransformer transformer, IDataView view, double[,] x, bool[,] isObserved)
    {
        float[][] activations = [.. transformer.Transform(view).GetColumn<float[]>("Topics")];
        double error = 0, whole = 0;
        for (int i = 0; i < Examples; i++)
        {
            float[] predicted = transformer.Model.Reconstruct(activations[i]);
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

    private IDataView View(double[,] x, bool[,] isObserved, bool sparse)
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Features);
        return _context.Data.LoadFromEnumerable(Enumerable.Range(0, Examples).Select(RowOf), schema);

        Row RowOf(int i)
        {
            int[] observed = [.. Enumerable.Range(0, Features).Where(j => isObserved[i, j])];
            return new Row
            {
                Features = sparse
                    ? new VBuffer<float>(Features, observed.Length, [.. observed.Select(j => (float)x[i, j])], observed)
                    : new VBuffer<float>(Features, [.. Enumerable.Range(0, Features).Select(j => isObserved[i, j] ? (float)x[i, j] : float.NaN)]),
            };
        }
    }

    private sealed class Row
    {
        public VBuffer<float> Features { get; set; }
    }
}
