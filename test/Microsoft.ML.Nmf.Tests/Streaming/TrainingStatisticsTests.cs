using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Streaming;

/// <summary>What rows say about templates, as sums.</summary>
public class TrainingStatisticsTests
{
    private readonly MLContext _context = new(1);

    public static TheoryData<bool, double> Betas()
    {
        var data = new TheoryData<bool, double>();
        foreach (double beta in new[] { 2, 1, 0, 0.5, 1.5, 3 })
            data.Add(false, beta);
        data.Add(true, 2);
        data.Add(true, 1);
        data.Add(true, 0.5);
        return data;
    }

    [Theory, MemberData(nameof(Betas))]
    public void They_are_sums_over_the_rows_and_their_activations(bool isDeep, double beta)
    {
        float[][] rows = PlantedRows.Of(80);
        IDataView data = PlantedRows.View(_context, rows);
        ITransformer model = Fit(isDeep, beta, data);
        TrainingStatistics statistics = Streamed.Statistics(model)!;
        double root = Math.Sqrt(statistics.Unit);
        double[,] x = Times(Streamed.Matrix(rows), 1 / statistics.Unit), v = Times(Streamed.Product(model), 1 / root);
        double[,] h = Times(Streamed.Matrix(Rows.Topics(model.Transform(data))), 1 / root);
        Assert.Equal((80, 80.0, PlantedRows.Size, beta, 1), (statistics.Rows, statistics.Weight, statistics.Features, statistics.Beta, statistics.NumberOfLayers));
        (double[,] products, double[,] curvature) = Expected(x, v, h, beta);
        Check(products, statistics.Layers[0].Products);
        Check(curvature, statistics.Layers[0].Curvature);
        Check(Naive.Gram(h), statistics.Layers[0].Squares);
        Check(Naive.Multiply(Ones(1, h.GetLength(0)), h), statistics.Layers[0].Sums);
        Near.Equal(Naive.Divergence(x, h, v, beta), statistics.Divergence, 1e-3);
        Assert.Equal(0, statistics.Penalty);

        static void Check(double[,] expected, double[] actual)
        {
            Assert.Equal(expected.Length, actual.Length);
            int at = 0;
            double largest = expected.Cast<double>().Max(Math.Abs);
            foreach (double value in expected)
            {
                Assert.True(Math.Abs(value - actual[at]) <= 1e-3 * Math.Abs(value) + 1e-9 * largest, $"{at}: expected {value}, got {actual[at]}");
                at++;
            }
        }
    }

    [Fact]
    public void Merging_adds_and_does_not_depend_on_the_order_but_for_rounding()
    {
        foreach (double beta in new[] { 2, 1, 0.5 })
        {
            TrainingStatistics[] parts = [.. Parts(beta, 3)];
            TrainingStatistics left = parts[0].Merge(parts[1]).Merge(parts[2]), right = parts[0].Merge(parts[1].Merge(parts[2]));
            TrainingStatistics other = parts[2].Merge(parts[0]).Merge(parts[1]);
            Assert.Equal((parts.Sum(part => part.Rows), parts.Sum(part => part.Weight)), (left.Rows, left.Weight));
            for (int p = 0; p < 4; p++)
            {
                double[] sums = left.Layers[0].Parts[p];
                for (int i = 0; i < sums.Length; i++)
                {
                    double expected = parts.Sum(part => part.Layers[0].Parts[p][i]);
                    Assert.All([sums[i], right.Layers[0].Parts[p][i], other.Layers[0].Parts[p][i]], value => Near.Equal(expected, value, 1e-14));
                }
            }

            // Two of them give the same bits either way.
            Assert.Equal(BytesOf(parts[0].Merge(parts[1])), BytesOf(parts[1].Merge(parts[0])));
            Assert.Equal(3, parts.Length);
        }
    }

    [Fact]
    public void Statistics_of_another_training_do_not_merge_and_both_are_named()
    {
        float[][] rows = PlantedRows.Of(60), wide = PlantedRows.Of(60, size: 31);
        TrainingStatistics own = Of(2, rows, PlantedRows.Rank);
        TrainingStatistics[] others =
        [
            Of(1, rows, PlantedRows.Rank), Of(2, [.. rows.Select(row => row.Select(value => 1000 * value).ToArray())], PlantedRows.Rank), Of(2, rows, 3),
            Of(2, wide, PlantedRows.Rank),
        ];
        foreach (TrainingStatistics other in others)
        {
            var problem = Assert.Throws<ArgumentException>(() => own.Merge(other));
            Assert.Contains($"{own}", problem.Message);
            Assert.Contains($"{other}", problem.Message);
        }

        Assert.Equal("statistics of 60 rows, beta 2, 30 × 4, unit 1", $"{own}");
        Assert.Throws<ArgumentNullException>(() => own.Merge(null!));

        TrainingStatistics Of(double beta, float[][] x, int rank)
            => ((NmfTransformer)Fit(false, beta, PlantedRows.View(_context, x), rank)).Model.Statistics!;
    }

    [Fact]
    public void Scaling_lets_rows_count_less_and_forgets_none()
    {
        TrainingStatistics whole = Parts(1, 1).Single(), half = whole.Scale(0.5);
        Assert.Equal((whole.Rows, 0.5 * whole.Weight), (half.Rows, half.Weight));
        for (int p = 0; p < 4; p++)
            Assert.Equal(whole.Layers[0].Parts[p].Select(value => 0.5 * value), half.Layers[0].Parts[p]);
        foreach (double factor in new[] { -0.1, double.NaN, double.PositiveInfinity })
            Assert.Equal("factor", Assert.Throws<ArgumentOutOfRangeException>(() => whole.Scale(factor)).ParamName);
    }

    [Fact]
    public void Written_and_read_they_are_the_same_to_the_bit_and_take_the_bytes_that_they_say()
    {
        foreach (bool isDeep in new[] { false, true })
        {
            foreach (double beta in new[] { 2, 1, 0.5 })
            {
                TrainingStatistics statistics = Streamed.Statistics(Fit(isDeep, beta, PlantedRows.View(_context, PlantedRows.Of(50))))!.Scale(1.0 / 3);
                byte[] bytes = BytesOf(statistics);
                Assert.Equal(statistics.Bytes, bytes.Length);
                var stream = new MemoryStream([.. bytes, .. bytes]);
                TrainingStatistics first = TrainingStatistics.Read(stream), second = TrainingStatistics.Read(stream);
                Assert.Equal(bytes, BytesOf(first));
                Assert.Equal(bytes, BytesOf(second));
                Assert.Equal(BytesOf(statistics.Merge(statistics)), BytesOf(first.Merge(second)));
            }
        }
    }

    [Fact]
    public void What_is_cut_off_foreign_or_damaged_is_refused_or_finite_and_takes_little_memory()
    {
        byte[] intact = BytesOf(Parts(1, 1).Single());
        for (int length = 0; length < intact.Length; length += length < 100 ? 1 : 61)
            Assert.Throws<FormatException>(() => TrainingStatistics.Read(new MemoryStream(intact[..length])));
        Assert.Throws<FormatException>(() => TrainingStatistics.Read(new MemoryStream([.. Enumerable.Range(0, 500).Select(i => (byte)i)])));
        DamagedStreams.Check(intact, stream => TrainingStatistics.Read(stream), read =>
        {
            foreach (double value in read.Layers.SelectMany(layer => layer.Parts).SelectMany(part => part))
                Assert.True(double.IsFinite(value));
            Assert.True(double.IsFinite(read.Beta + read.Unit + read.Weight + read.Divergence + read.Penalty) && read.Unit > 0 && read.Weight >= 0 && read.Rows >= 0);
        });
    }

    private ITransformer Fit(bool isDeep, double beta, IDataView data, int rank = PlantedRows.Rank)
        => Streamed.Fit(_context, FormattableString.Invariant($"{(isDeep ? "Deep" : "")}Nmf, β = {beta}"), data, options =>
        {
            options.BatchSize = null;
            options.KeepStatistics = true;
            options.MaximumNumberOfIterations = 8;
            if (options is NmfEstimator.Options nmf)
                nmf.Rank = rank;
        });

    // Those of parts of one data, about the templates at the start of a training.
    private IEnumerable<TrainingStatistics> Parts(double beta, int count)
    {
        NmfEstimator estimator = _context.Transforms.Nmf((NmfEstimator.Options)Streamed.Options(FormattableString.Invariant($"Nmf, β = {beta}")));
        using TrainingPartition all = estimator.OpenPartition(PlantedRows.View(_context, PlantedRows.Of(90)));
        using PartitionedTraining<NmfTransformer> training = estimator.TrainPartitions(all.Sample(40));
        for (int i = 0; i < count; i++)
        {
            using TrainingPartition part = estimator.OpenPartition(PlantedRows.View(_context, PlantedRows.Of(90)[(30 * i)..(30 * i + 30 - i)]));
            yield return part.ComputeStatistics(training.State);
        }
    }

    private static byte[] BytesOf(TrainingStatistics statistics)
    {
        var stream = new MemoryStream();
        statistics.Write(stream);
        return stream.ToArray();
    }

    // N w^a and D w^b, of which the update of Févotte and Idier is made that minimises their sums over rows.
    private static (double[,] Products, double[,] Curvature) Expected(double[,] x, double[,] v, double[,] h, double beta)
    {
        if (beta == 2)
            return (Naive.Multiply(Naive.Transpose(x), h), Naive.Gram(h));
        (double[,] numerator, double[,] denominator) = Naive.Terms(Naive.Transpose(x), v, h, beta);
        double a = beta <= 2 ? 2 - beta : 0, b = beta < 1 ? 0 : 1 - beta;
        for (int j = 0; j < v.GetLength(0); j++)
        {
            for (int k = 0; k < v.GetLength(1); k++)
            {
                numerator[j, k] *= Math.Pow(v[j, k], a);
                denominator[j, k] *= Math.Pow(v[j, k], b);
            }
        }

        return (numerator, beta == 1 ? Naive.Multiply(Ones(1, h.GetLength(0)), h) : denominator);
    }

    private static double[,] Ones(int rows, int columns)
    {
        var ones = new double[rows, columns];
        for (int i = 0; i < rows * columns; i++)
            ones[i / columns, i % columns] = 1;
        return ones;
    }

    private static double[,] Times(double[,] matrix, double factor)
    {
        var scaled = (double[,])matrix.Clone();
        for (int i = 0; i < matrix.GetLength(0); i++)
        {
            for (int j = 0; j < matrix.GetLength(1); j++)
                scaled[i, j] *= factor;
        }

        return scaled;
    }
}
