using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Streaming;

/// <summary>What a training in batches refuses, and what it makes of hard data.</summary>
public class StreamedErrorTests
{
    private readonly MLContext _context = new(1);

    public static TheoryData<string> Kinds => [.. Streamed.Kinds];

    [Fact]
    public void Options_that_need_all_rows_are_refused_with_both_names()
    {
        (string Option, Action<NmfEstimator.Options> Set)[] cases =
        [
            ("KeepActivations", options => options.KeepActivations = ActivationKeeping.LastIteration),
            ("InitialActivations", options => (options.InitialTemplates, options.InitialActivations) = (Build.Ones(30, 4), Build.Ones(10, 4))),
            ("NumberOfStarts", options => options.NumberOfStarts = 2),
            ("TemplatesSparseness", options => options.TemplatesSparseness = 0.5),
            ("ActivationsSparseness", options => options.ActivationsSparseness = 0.5),
            ("Recorder with more than templates", options => options.Recorder = new TrainingRecorder { Parts = RecordedParts.Templates | RecordedParts.Activations }),
        ];
        IDataView data = PlantedRows.View(_context, PlantedRows.Of(40));
        NmfTransformer previous = (NmfTransformer)Streamed.Fit(_context, "Nmf, β = 2", data);
        foreach ((string option, Action<NmfEstimator.Options> set) in cases)
        {
            var options = (NmfEstimator.Options)Streamed.Options("Nmf, β = 2");
            set(options);
            var problem = Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf(options));
            Assert.Equal("BatchSize", problem.ParamName);
            Assert.StartsWith($"BatchSize is 64, but {option} is set, which needs all rows at once. Leave one of the two out.", problem.Message);
            // Without batches they are refused where a training goes on from a model.
            options.BatchSize = null;
            NmfEstimator estimator = _context.Transforms.Nmf(options);
            problem = Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Fit(data, previous));
            string name = option.Split(' ')[0];
            Assert.Equal(name, problem.ParamName);
            Assert.StartsWith($"{option} is set, which needs all rows at once, but a training that goes on from a model starts from its topics alone. Leave {name} out.",
                problem.Message);
        }

        var checkpoint = (NmfEstimator.Options)Streamed.Options("Nmf, β = 2");
        (checkpoint.BatchSize, checkpoint.CheckpointPath) = (null, "model.zip");
        Assert.StartsWith("CheckpointPath is set, but BatchSize is not: checkpoints are written between batches. Set BatchSize, to 1024 for instance, or leave "
            + "CheckpointPath out.", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf(checkpoint)).Message);
        Assert.Throws<ArgumentException>(() => new NmfEstimator.Options { CheckpointPath = "" });
        Assert.Throws<ArgumentOutOfRangeException>(() => new NmfEstimator.Options { CheckpointInterval = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new NmfEstimator.Options { BatchSize = 0 });
        var deep = (DeepNmfEstimator.Options)Streamed.Options("DeepNmf, β = 2");
        deep.KeepActivations = ActivationKeeping.AsTransformed;
        Assert.Contains("BatchSize is 64, but KeepActivations is set", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.DeepNmf(deep)).Message);
    }

    [Theory]
    [InlineData(-1f, "value -1 is negative")]
    [InlineData(float.NaN, "value NaN is not a number")]
    [InlineData(float.PositiveInfinity, "is infinite")]
    public void A_bad_value_in_the_third_batch_is_named_with_its_column_row_and_slot(float value, string problem)
    {
        float[][] rows = PlantedRows.Of(9000, size: 6);
        rows[8900][5] = value;
        string[] names = PlantedRows.Names(6);
        foreach (IDataView data in new[] { PlantedRows.View(_context, rows, names), PlantedRows.ShuffledView(_context, rows, names) })
        {
            foreach (string kind in Streamed.Kinds)
            {
                string message = Assert.Throws<InvalidOperationException>(() => Streamed.Fit(_context, kind, data, options => options.BatchSize = 4096)).Message;
                Assert.StartsWith("Column 'Features', row ", message);
                // A shuffled row is known by its id.
                Assert.Contains(data.CanShuffle ? "its id is 8900" : "row 8900 (the first is 0)", message);
                Assert.Contains("slot 5 ('word5'): the value ", message);
                Assert.Contains(problem, message);
            }
        }
    }

    [Fact]
    public void Data_without_rows_that_count_is_an_error_that_says_so()
    {
        IDataView none = PlantedRows.View(_context, []), weightless = PlantedRows.View(_context, PlantedRows.Of(20), weight: _ => 0);
        foreach (string kind in Streamed.Kinds)
            Assert.Equal("Column 'Features': the training data has no rows.", Assert.Throws<InvalidOperationException>(() => Streamed.Fit(_context, kind, none)).Message);
        foreach (string kind in Streamed.Weighted)
        {
            string message = Assert.Throws<InvalidOperationException>(() => Streamed.Fit(_context, kind, weightless, options =>
            {
                if (options is NmfEstimator.Options nmf)
                    nmf.ExampleWeightColumnName = "Weight";
                else
                    ((DeepNmfEstimator.Options)options).ExampleWeightColumnName = "Weight";
            })).Message;
            Assert.Equal("Column 'Features': the training data has no rows whose weight in column 'Weight' is above 0.", message);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Rows_that_are_all_zero_give_a_model_and_a_warning(string kind)
    {
        var lines = new List<string>();
        _context.Log += (_, e) => lines.Add(e.RawMessage);
        foreach (int size in new[] { 7, 20_000 })
        {
            ITransformer model = Streamed.Fit(_context, kind, PlantedRows.View(_context, [.. Enumerable.Repeat(new float[5], 9000)]), options
                => (options.BatchSize, options.MaximumNumberOfIterations, options.KeepStatistics) = (size, 2, true));
            AssertUsable(model, 5);
            Assert.Contains("Column 'Features' is zero in every row: there is nothing to learn from it.", lines);
            lines.Clear();
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Batches_of_one_row_and_ranks_above_the_batch_learn(string kind)
    {
        float[][] rows = PlantedRows.Of(60);
        IDataView data = PlantedRows.View(_context, rows);
        ITransformer whole = Streamed.Fit(_context, kind, data, options => (options.BatchSize, options.MaximumNumberOfIterations) = (null, 50));
        foreach (int size in new[] { 1, 3 })
        {
            ITransformer model = Streamed.Fit(_context, kind, data, options => (options.BatchSize, options.MaximumNumberOfIterations) = (size, 12));
            Assert.InRange(Streamed.Objective(model), 0, (kind.EndsWith('0') ? 1.2 : 1.05) * Streamed.Objective(whole));
        }
    }

    [Theory]
    [InlineData("Nmf, β = 2", 1e-30)]
    [InlineData("Nmf, β = 2", 1e30)]
    [InlineData("Nmf, β = 1", 1e-30)]
    [InlineData("Nmf, β = 1", 1e30)]
    [InlineData("Nmf, β = 0", 1e-30)]
    [InlineData("Nmf, β = 3", 1e30)]
    [InlineData("Nmf, β = 3", 1e-30)]
    [InlineData("DeepNmf, β = 2", 1e30)]
    [InlineData("DeepNmf, β = 1", 1e-30)]
    [InlineData("DeepNmf, β = 2", 1e-40)]
    [InlineData("Nmf, β = 1", 1e-40)]
    [InlineData("Nmf, β = 2", 1e-40)]
    public void The_unit_of_the_data_does_not_matter(string kind, double unit)
    {
        float[][] rows = PlantedRows.Of(150), scaled = [.. rows.Select(row => row.Select(value => (float)(unit * value)).ToArray())];
        double expected = Streamed.Objective(Streamed.Fit(_context, kind, PlantedRows.View(_context, rows)));
        ITransformer model = Streamed.Fit(_context, kind, PlantedRows.View(_context, scaled), options => options.KeepStatistics = true);
        // Subnormal numbers have few digits.
        Near.Equal(expected, Streamed.Objective(model) / Math.Pow(unit, kind[^1] - '0'), unit < 1e-38 ? 0.02 : 1e-2);
        // Day by day too.
        ITransformer next = Streamed.Fit(_context, kind, PlantedRows.View(_context, scaled), _ => { }, model);
        Near.Equal(expected, Streamed.Objective(next) / Math.Pow(unit, kind[^1] - '0'), 0.05);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Rows_of_another_scale_that_come_late_are_learned(string kind)
    {
        // Beyond the first rows, from which the unit is: a million times as large, or so much smaller.
        foreach (float scale in new[] { 1e6f, 1e-6f })
        {
            float[][] rows = PlantedRows.Of(8400, size: 8);
            for (int i = 8300; i < rows.Length; i++)
                rows[i] = [.. rows[i].Select(value => scale * value)];
            ITransformer model = Streamed.Fit(_context, kind, PlantedRows.View(_context, rows), options => (options.BatchSize, options.MaximumNumberOfIterations) = (512, 3));
            AssertUsable(model, 8);
            // They are explained as well as those of the size of the others are.
            double beta = kind[^1] - '0';
            float[][] late = rows[8300..], same = [.. late.Select(row => row.Select(value => value / scale).ToArray())];
            double share = Math.Pow(scale, beta);
            Assert.InRange(Error(model, late, beta) / share, 0.5 * Error(model, same, beta), 1.5 * Error(model, same, beta));
        }
    }

    [Fact]
    public void First_rows_of_zeros_alone_do_not_set_the_unit()
    {
        float[][] rows = PlantedRows.Of(300, size: 8), zeros = [.. Enumerable.Repeat(new float[8], 200)];
        foreach (string kind in Streamed.Kinds.Where(kind => !kind.EndsWith('0')))
        {
            foreach (double unit in new[] { 1, 1e-30, 1e30 })
            {
                float[][] scaled = [.. zeros, .. rows.Select(row => row.Select(value => (float)(unit * value)).ToArray())];
                ITransformer model = Streamed.Fit(_context, kind, PlantedRows.View(_context, scaled), options => (options.BatchSize, options.MaximumNumberOfIterations) = (20, 12));
                AssertUsable(model, 8, (float)unit);
                double expected = Streamed.Objective(Streamed.Fit(_context, kind, PlantedRows.View(_context, [.. zeros, .. rows]),
                    options => (options.BatchSize, options.MaximumNumberOfIterations) = (null, 30)));
                Assert.InRange(Streamed.Objective(model) / Math.Pow(unit, kind[^1] - '0'), 0.9 * expected, 1.05 * expected);
            }
        }
    }

    [Fact]
    public void A_topic_that_is_gone_in_later_passes_leaves_no_number_that_is_none()
    {
        // What faded is subtracted, which leaves rounding on either side of zero.
        foreach (string kind in Streamed.Kinds)
        {
            int reads = 0;
            float[][] rows = PlantedRows.Of(200, size: 8);
            IDataView data = _context.Data.LoadFromEnumerable(Changing(), SchemaOf(8));
            ITransformer model = Streamed.Fit(_context, kind, data, options => (options.BatchSize, options.MaximumNumberOfIterations) = (30, 5));
            AssertUsable(model, 8);

            IEnumerable<PlantedRows.Row> Changing()
            {
                bool isFirst = reads++ == 0;
                foreach (float[] row in rows)
                    yield return new PlantedRows.Row { Features = [.. row.Select((value, j) => isFirst || j % 4 != 1 ? value : 0)] };
            }
        }
    }

    private static SchemaDefinition SchemaOf(int size)
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(PlantedRows.Row));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, size);
        return schema;
    }

    private double Error(ITransformer model, float[][] rows, double beta)
    {
        double[,] h = Streamed.Matrix(Rows.Topics(model.Transform(PlantedRows.View(_context, rows)))), v = Streamed.Product(model);
        double[,] approximation = Naive.Multiply(h, Naive.Transpose(v));
        double sum = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j < rows[i].Length; j++)
                sum += BetaDivergence.Of(rows[i][j], approximation[i, j], beta);
        }

        return sum;
    }

    private void AssertUsable(ITransformer model, int size, float unit = 1)
    {
        Assert.True(double.IsFinite(Streamed.Objective(model)));
        Assert.All(Streamed.Templates(model).SelectMany(layer => layer.Values.ToArray()), value => Assert.True(value >= 0 && float.IsFinite(value)));
        float[][] rows = [.. PlantedRows.Of(10, size: size).Select(row => row.Select(value => unit * value).ToArray())];
        Assert.All(Rows.Topics(model.Transform(PlantedRows.View(_context, rows))), row => Assert.All(row, value => Assert.True(value >= 0 && float.IsFinite(value))));
    }
}
