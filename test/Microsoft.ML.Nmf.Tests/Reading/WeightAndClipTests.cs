using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Reading;

/// <summary>Weights of rows and features, and negative values that count as 0, as users give them.</summary>
public class WeightAndClipTests
{
    private readonly MLContext _context = new(1);

    [Fact]
    public void Negative_values_that_are_clipped_give_the_bits_of_zeros_in_every_model()
    {
        Row[] rows = Random(30), zeros = [.. rows.Select(row => new Row { Features = [.. row.Features], Weight = 1 })];
        rows[3].Features[1] = -2;
        rows[4].Features[0] = float.NegativeInfinity;
        rows[5].Features[2] = -0f;
        zeros[3].Features[1] = zeros[4].Features[0] = zeros[5].Features[2] = 0;
        IDataView given = View(rows), expected = View(zeros);
        IEstimator<ITransformer>[] estimators =
        [
            _context.Transforms.Nmf(new NmfEstimator.Options { OutputColumnName = "Topics", InputColumnName = "Features", Rank = 2, Seed = 1, NegativeValues = NegativeValues.Clip }),
            _context.Transforms.DeepNmf(new DeepNmfEstimator.Options { OutputColumnName = "Topics", InputColumnName = "Features", Ranks = [3, 2], Seed = 1, NegativeValues = NegativeValues.Clip }),
            _context.Transforms.NeuralNmf(new NeuralNmfEstimator.Options { OutputColumnName = "Topics", InputColumnName = "Features", Ranks = [3, 2], Seed = 1, MaximumNumberOfIterations = 3, NegativeValues = NegativeValues.Clip }),
        ];
        foreach (IEstimator<ITransformer> estimator in estimators)
        {
            ITransformer ofGiven = estimator.Fit(given), ofExpected = estimator.Fit(expected);
            float[][] topics = [.. ofExpected.Transform(expected).GetColumn<float[]>("Topics")];
            Assert.Equal(topics, ofGiven.Transform(given).GetColumn<float[]>("Topics"));
            var file = new MemoryStream();
            _context.Model.Save(ofGiven, given.Schema, file);
            Assert.Equal(topics, new MLContext().Model.Load(file, out _).Transform(given).GetColumn<float[]>("Topics"));
        }

        string message = Assert.Throws<InvalidOperationException>(() => _context.Transforms.Nmf("Topics", "Features", rank: 2).Fit(given)).Message;
        Assert.Contains("NegativeValues = NegativeValues.Clip", message);
    }

    [Fact]
    public void A_row_of_weight_0_is_as_if_it_were_not_there()
    {
        Row[] rows = Random(40);
        for (int i = 0; i < rows.Length; i++)
            rows[i].Weight = i % 4 == 0 ? 0 : 1;
        NmfModel weighted = Fit(View(rows), options => options.ExampleWeightColumnName = "Weight"), without = Fit(View([.. rows.Where(row => row.Weight > 0)]), _ => { });
        Assert.Equal(without.Templates.Values, weighted.Templates.Values);
        Assert.Equal(30, weighted.NumberOfExamples);
    }

    [Fact]
    public void Rows_and_features_that_count_twice_end_where_repeated_ones_do()
    {
        Row[] rows = Random(40);
        for (int i = 0; i < rows.Length; i++)
            rows[i].Weight = 1 + i % 2;
        foreach (double beta in new[] { 1, 2 })
        {
            NmfModel weighted = Fit(View(rows), Long), repeated = Fit(View([.. rows.SelectMany(row => Enumerable.Repeat(row, (int)row.Weight))]), options =>
            {
                Long(options);
                options.ExampleWeightColumnName = null;
            });
            Near.Equal(repeated.ReconstructionError, weighted.ReconstructionError, 0.02);

            void Long(NmfEstimator.Options options)
                => (options.Beta, options.ExampleWeightColumnName, options.MaximumNumberOfIterations, options.Tolerance) = (beta, "Weight", 1000, 0);
        }
    }

    [Theory]
    [InlineData(-1f, "Weight column 'Weight', row 2 (the first is 0): the weight -1 is negative.")]
    [InlineData(float.NaN, "Weight column 'Weight', row 2 (the first is 0): the weight NaN is not a number.")]
    [InlineData(float.PositiveInfinity, "Weight column 'Weight', row 2 (the first is 0): the weight Infinity is infinite.")]
    public void A_weight_that_says_nothing_is_refused_with_its_row(float weight, string message)
    {
        Row[] rows = Random(5);
        rows[2].Weight = weight;
        Assert.StartsWith(message, Assert.Throws<InvalidOperationException>(() => Fit(View(rows), options => options.ExampleWeightColumnName = "Weight")).Message);
    }

    [Fact]
    public void Weights_that_do_not_fit_the_data_are_refused()
    {
        IDataView view = View(Random(5));
        Assert.Contains("FeatureWeights has 2 values, but column 'Features' has 4 features",
            Assert.Throws<ArgumentOutOfRangeException>(() => Fit(view, options => options.FeatureWeights = [1, 1])).Message);
        Assert.Contains("FeatureWeights[1] is -1", Assert.Throws<ArgumentOutOfRangeException>(() => new NmfEstimator.Options { FeatureWeights = [1, -1] }).Message);
        Assert.Contains("0 everywhere", Assert.Throws<ArgumentOutOfRangeException>(() => new NmfEstimator.Options { FeatureWeights = [0, 0] }).Message);
        Assert.Contains("Could not find exampleWeight column 'No'",
            Assert.Throws<ArgumentOutOfRangeException>(() => Fit(view, options => options.ExampleWeightColumnName = "No")).Message);
        Assert.Contains("must be one Single or Double a row",
            Assert.Throws<ArgumentOutOfRangeException>(() => Fit(view, options => options.ExampleWeightColumnName = "Features")).Message);
        Row[] none = Random(3);
        foreach (Row row in none)
            row.Weight = 0;
        Assert.Contains("no rows whose weight in column 'Weight' is above 0",
            Assert.Throws<InvalidOperationException>(() => Fit(View(none), options => options.ExampleWeightColumnName = "Weight")).Message);
    }

    private NmfModel Fit(IDataView view, Action<NmfEstimator.Options> set)
    {
        var options = new NmfEstimator.Options { OutputColumnName = "Topics", InputColumnName = "Features", Rank = 2, Seed = 1 };
        set(options);
        return _context.Transforms.Nmf(options).Fit(view).Model;
    }

    private static Row[] Random(int count)
    {
        double[,] x = Naive.Random(count, 4, 1);
        return [.. Enumerable.Range(0, count).Select(i => new Row { Features = [.. Naive.Row(x, i).Select(value => (float)value)], Weight = 1 })];
    }

    private IDataView View(Row[] rows) => _context.Data.LoadFromEnumerable(rows);

    private sealed class Row
    {
        [VectorType(4)]
        public float[] Features { get; set; } = [];

        public float Weight { get; set; }
    }
}
