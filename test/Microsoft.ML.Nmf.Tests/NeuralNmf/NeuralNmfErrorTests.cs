using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.NeuralNmf;

public class NeuralNmfErrorTests
{
    private readonly MLContext _context = new(1);

    public static TheoryData<string, Action<NeuralNmfEstimator.Options>, string> BadOptions() => new()
    {
        { "Ranks", o => o.Ranks = [], "Ranks has no rank" },
        { "Ranks[0]", o => o.Ranks = [0], "Ranks[0] is 0, but must be at least 1." },
        { "Ranks[1]", o => o.Ranks = [3, -1], "Ranks[1] is -1, but must be at least 1." },
        { "Ranks[2]", o => o.Ranks = [5, 3, 4], "Ranks[2] is 4, but must not be above Ranks[1], which is 3" },
        { "Loss", o => o.Loss = (NeuralNmfLoss)7, "Loss is 7, but must be one of Energy, Reconstruction." },
        { "LabelLoss", o => o.LabelLoss = (NeuralNmfLabelLoss)7, "LabelLoss is 7, but must be one of CrossEntropy, SquaredError." },
        { "LabelWeight", o => o.LabelWeight = -0.5, "LabelWeight is -0.5, but must be a finite number of at least 0." },
        { "LabelWeight", o => o.LabelWeight = double.PositiveInfinity, "LabelWeight is" },
        { "ScoreRegularization", o => o.ScoreRegularization = double.NaN, "ScoreRegularization is NaN, but must be a finite number of at least 0." },
        { "ScoreRegularization", o => o.ScoreRegularization = -1, "ScoreRegularization is -1" },
        { "Initialization", o => o.Initialization = (LayerInitialization)7, "Initialization is 7, but must be one of LayerWise, Random." },
        { "InitialTemplates[1]", o => o.InitialTemplates = [null, new FactorMatrix(new float[,] { { 1, -2 } })],
            "InitialTemplates[1] has the value -2 in row 0, column 1" },
        { "InitialTemplates[0]", o => o.InitialTemplates = [new FactorMatrix(new float[,] { { 1 }, { float.NaN } })],
            "InitialTemplates[0] has the value NaN in row 1, column 0" },
        { "PretrainingIterations", o => o.PretrainingIterations = 0, "PretrainingIterations is 0, but must be at least 1." },
        { "BatchSize", o => o.BatchSize = 0, "BatchSize is 0, but must be at least 1." },
        { "ValidationFraction", o => o.ValidationFraction = 1, "ValidationFraction is 1, but must be from 0 to below 1." },
        { "ValidationFraction", o => o.ValidationFraction = -0.1, "ValidationFraction is -0.1" },
        { "ValidationFraction", o => o.ValidationFraction = double.NaN, "ValidationFraction is NaN" },
        { "ValidationPatience", o => o.ValidationPatience = 0, "ValidationPatience is 0, but must be at least 1." },
        { "MaximumNumberOfIterations", o => o.MaximumNumberOfIterations = 0, "MaximumNumberOfIterations is 0, but must be at least 1." },
        { "Tolerance", o => o.Tolerance = -1, "Tolerance is -1, but must be from 0 to below 1." },
        { "NumberOfThreads", o => o.NumberOfThreads = 0, "NumberOfThreads is 0, but must be at least 1." },
        { "Engine", o => o.Engine = (TrainingEngine)17, "Engine is 17" },
    };

    [Theory, MemberData(nameof(BadOptions))]
    public void A_bad_option_is_refused_where_it_is_set(string option, Action<NeuralNmfEstimator.Options> set, string message)
    {
        var problem = Assert.Throws<ArgumentOutOfRangeException>(() => set(new NeuralNmfEstimator.Options()));
        Assert.Equal(option, problem.ParamName);
        Assert.StartsWith(message, problem.Message);
    }

    [Fact]
    public void Empty_names_and_nothing_are_refused_where_they_are_set()
    {
        foreach (Action<NeuralNmfEstimator.Options> set in new Action<NeuralNmfEstimator.Options>[]
        {
            o => o.OutputColumnName = "", o => o.InputColumnName = "", o => o.LabelColumnName = "",
            o => o.ScoreColumnName = "", o => o.PredictedLabelColumnName = "",
        })
            Assert.Throws<ArgumentException>(() => set(new NeuralNmfEstimator.Options()));
        Assert.Contains("LayerOutputColumnNames",
            Assert.Throws<ArgumentException>(() => new NeuralNmfEstimator.Options { LayerOutputColumnNames = ["a", ""] }).ParamName);
        Assert.Throws<ArgumentNullException>(() => new NeuralNmfEstimator.Options { Optimizer = null! });
        Assert.Throws<ArgumentNullException>(() => new NeuralNmfEstimator.Options { Ranks = null! });
        Assert.Throws<ArgumentNullException>(() => _context.Transforms.NeuralNmf((NeuralNmfEstimator.Options)null!));
        Assert.Throws<ArgumentException>(() => _context.Transforms.NeuralNmf(""));
        Assert.Throws<ArgumentException>(() => _context.Transforms.NeuralNmf("Topics", labelColumnName: ""));
        Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.NeuralNmf("Topics", maximumNumberOfIterations: 0));
    }

    [Fact]
    public void What_may_be_nothing_may_be_set_back_to_it()
    {
        var options = new NeuralNmfEstimator.Options
        {
            LayerOutputColumnNames = ["a"],
            InitialTemplates = [null],
            BatchSize = 3,
            LabelColumnName = "a",
            ScoreColumnName = "b",
            PredictedLabelColumnName = "c",
            NumberOfThreads = 1,
            InputColumnName = "d",
        };
        options.LayerOutputColumnNames = null;
        options.InitialTemplates = null;
        options.BatchSize = options.NumberOfThreads = null;
        options.LabelColumnName = options.ScoreColumnName = options.PredictedLabelColumnName = options.InputColumnName = null;
        Assert.Equal((null, null, null, null, null, null),
            (options.LayerOutputColumnNames, options.InitialTemplates, options.BatchSize, options.LabelColumnName, options.ScoreColumnName,
            options.PredictedLabelColumnName));
        SchemaShape shape = Shape.Of(_context.Transforms.CopyColumns("Activations", "Features").Fit(Plain).Transform(Plain));
        Assert.Equal(["Activations"], _context.Transforms.NeuralNmf(options).GetOutputSchema(shape).Select(c => c.Name).Except(["Features", "Label"]));
    }

    [Fact]
    public void Options_that_exclude_each_other_are_refused_when_the_estimator_is_made()
    {
        string Make(NeuralNmfEstimator.Options options)
            => Assert.ThrowsAny<ArgumentException>(() => _context.Transforms.NeuralNmf(NeuralRows.Options(options))).Message;
        string Conflict(string option, NeuralNmfEstimator.Options options)
        {
            var problem = Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.NeuralNmf(NeuralRows.Options(options)));
            Assert.Equal(option, problem.ParamName);
            return problem.Message;
        }

        Assert.Contains("LayerOutputColumnNames has 2 names, but must have 1: one for each layer but the deepest",
            Conflict("LayerOutputColumnNames", new() { LayerOutputColumnNames = ["a", "b"] }));
        Assert.Contains("name the column 'Topics' twice", Make(new() { LayerOutputColumnNames = ["Topics"] }));
        Assert.Contains("name the column 'Score' twice", Make(new() { LayerOutputColumnNames = ["Score"] }));
        Assert.Contains("name the column 'Topics' twice", Make(new() { PredictedLabelColumnName = "Topics" }));
        Assert.Contains("name the column 'a' twice", Make(new() { ScoreColumnName = "a", PredictedLabelColumnName = "a" }));
        Assert.Contains("InitialTemplates has 1 entries, but Ranks has 2", Conflict("InitialTemplates", new() { InitialTemplates = [null] }));
        Assert.Contains("InitialTemplates[0] is 12 × 5, but must be 12 × 6",
            Conflict("InitialTemplates[0]", new() { InitialTemplates = [Build.Ones(12, 5), null] }));
        Assert.Contains("InitialTemplates[1] is 5 × 3, but must be 6 × 3: one row for each component of layer 0",
            Conflict("InitialTemplates[1]", new() { InitialTemplates = [null, Build.Ones(5, 3)] }));
        Assert.Contains("BatchSize is 10, but ValidationFraction is set, which needs all rows at once",
            Conflict("BatchSize", new() { BatchSize = 10, ValidationFraction = 0.2 }));
        // Without labels there are no columns for them, whatever their names.
        _context.Transforms.NeuralNmf(NeuralRows.Options(new() { LayerOutputColumnNames = ["Score"], PredictedLabelColumnName = "Topics" }, label: null));
    }

    [Fact]
    public void Templates_of_another_number_of_features_are_refused_by_fitting()
        => Assert.Contains("InitialTemplates[0] is 11 × 6, but must be 12 × 6: one row for each feature",
            Assert.Throws<ArgumentOutOfRangeException>(() => Fit(new() { InitialTemplates = [Build.Ones(11, 6), null] },
                NeuralRows.GroupView(_context, Rows.Values()))).Message);

    public static TheoryData<string, string> BadLabels() => new()
    {
        { "Missing", "Could not find label column 'Missing'. The data has " },
        { "Time", "Label column 'Time' is of type DateTime, but must be a text, a Boolean, a number or a key. Make a key of it first" },
        { "Features", "Label column 'Features' is of type Vector<Single" },
        { "Keys", "Label column 'Keys' is of type Vector<" },
    };

    [Theory, MemberData(nameof(BadLabels))]
    public void A_bad_label_column_is_named_by_the_shape_and_by_fitting(string label, string message)
    {
        IDataView data = _context.Data.LoadFromEnumerable(new[] { new Everything(), new Everything() });
        NeuralNmfEstimator estimator = _context.Transforms.NeuralNmf(NeuralRows.Options(new(), label));
        foreach (Action call in new Action[] { () => estimator.GetOutputSchema(Shape.Of(data)), () => estimator.Fit(data) })
        {
            var problem = Assert.Throws<ArgumentOutOfRangeException>(call);
            Assert.Equal("labelColumnName", problem.ParamName);
            Assert.StartsWith(message, problem.Message);
        }
    }

    [Fact]
    public void Labels_that_are_all_missing_are_refused()
    {
        IDataView known = NeuralRows.GroupView(_context, Rows.Values()), unknown = NeuralRows.View(_context, Rows.Values(), _ => "other");
        IDataView none =
            _context.Transforms.Conversion.MapValueToKey("Label").Fit(NeuralRows.View(_context, Rows.Values(), NeuralRows.Group)).Transform(unknown);
        Assert.Contains("Label column 'Label': every one of the 90 rows has a missing key",
            Assert.Throws<InvalidOperationException>(() => Fit(new(), none)).Message);
        // One label is enough.
        Assert.NotNull(Fit(new() { MaximumNumberOfIterations = 2 }, NeuralRows.KeyView(_context, Rows.Values(), i => i == 50 ? "only" : "")).Model.Classifier);
        Assert.Null(_context.Transforms.NeuralNmf(NeuralRows.Options(new() { MaximumNumberOfIterations = 2 }, label: null)).Fit(none).Model.Classifier);
        Assert.NotNull(Fit(new() { MaximumNumberOfIterations = 2 }, known).Model.Classifier);
    }

    [Fact]
    public void No_rows_and_too_few_to_hold_some_out_are_errors()
    {
        Assert.Contains("'Features': the training data has no rows",
            Assert.Throws<InvalidOperationException>(() => _context.Transforms.NeuralNmf("Topics", "Features").Fit(Rows.View(_context, []))).Message);
        NeuralNmfEstimator holding = _context.Transforms.NeuralNmf(NeuralRows.Options(new() { ValidationFraction = 0.5 }, label: null));
        Assert.Contains("too few to hold some out", Assert.Throws<InvalidOperationException>(() => holding.Fit(Rows.View(_context, Rows.Values(1)))).Message);
    }

    [Fact]
    public void A_bad_value_is_named_with_its_row_and_slot_by_fitting_and_by_transforming()
    {
        float[][] rows = Rows.Values();
        NeuralNmfTransformer transformer = Fit(new() { MaximumNumberOfIterations = 2 }, NeuralRows.GroupView(_context, rows));
        rows[7][5] = -1;
        IDataView bad = NeuralRows.GroupView(_context, rows);
        const string message = "Column 'Features', row 7 (the first is 0), slot 5: the value -1 is negative";
        Assert.Contains(message, Assert.Throws<InvalidOperationException>(() => Fit(new(), bad)).Message);
        foreach (string column in new[] { "Topics", "Score" })
            Assert.Contains(message, Assert.Throws<InvalidOperationException>(() => Rows.Topics(transformer.Transform(bad), column))
                .GetBaseException().Message);
        Assert.Contains(message, Assert.Throws<InvalidOperationException>(() => NeuralRows.Keys(transformer.Transform(bad))).GetBaseException().Message);
        IDataView without = _context.Transforms.DropColumns("Features").Fit(bad).Transform(bad);
        Assert.Contains("Could not find input column 'Features'", Assert.Throws<ArgumentOutOfRangeException>(() => transformer.Transform(without)).Message);
    }

    [Fact]
    public void Changing_options_later_does_not_change_the_estimator()
    {
        int[] ranks = [4, 2];
        string?[] layers = ["Fine"];
        FactorMatrix?[] templates = [Build.Matrix(Naive.Random(Rows.Size, 4, 1)), Build.Matrix(Naive.Random(4, 2, 2))];
        NeuralNmfEstimator.Options options = NeuralRows.Options(new()
        {
            Ranks = ranks,
            LayerOutputColumnNames = layers,
            InitialTemplates = templates,
            Optimizer = NeuralNmfOptimizer.ProjectedGradient(1e-30),
            MaximumNumberOfIterations = 1,
        });
        NeuralNmfEstimator estimator = _context.Transforms.NeuralNmf(options);
        float[][] expected = [.. templates.Select(t => t!.Values.ToArray())];
        ranks[0] = 9;
        layers[0] = "Other";
        templates[0] = null;
        options.Ranks = [5];
        options.LayerOutputColumnNames = null;
        options.InitialTemplates = null;
        options.InputColumnName = options.LabelColumnName = options.ScoreColumnName = options.PredictedLabelColumnName = "Nothing";
        options.OutputColumnName = "Else";
        options.Loss = NeuralNmfLoss.Reconstruction;
        options.LabelLoss = NeuralNmfLabelLoss.SquaredError;
        options.Optimizer = NeuralNmfOptimizer.Automatic;
        options.MaximumNumberOfIterations = 50;
        NeuralNmfTransformer transformer = estimator.Fit(NeuralRows.GroupView(_context, Rows.Values()));
        Assert.Equal(["Topics", "Fine", "Score", "PredictedLabel"], transformer.OutputColumnNames);
        Assert.Equal(expected, transformer.Model.Layers.Select(l => l.Templates.Values.ToArray()));
        Assert.Equal((NeuralNmfLoss.Energy, NeuralNmfLabelLoss.CrossEntropy, 2),
            (transformer.Model.Loss, transformer.Model.Classifier!.Loss, transformer.Model.Epochs.Count));
    }

    private IDataView Plain => Rows.View(_context, Rows.Values(3));

    private NeuralNmfTransformer Fit(NeuralNmfEstimator.Options options, IDataView data)
        => _context.Transforms.NeuralNmf(NeuralRows.Options(options)).Fit(data);

    private sealed class Everything
    {
        [VectorType(Rows.Size)]
        public float[] Features { get; set; } = new float[Rows.Size];

        public DateTime Time { get; set; }

        [VectorType(2), KeyType(5)]
        public uint[] Keys { get; set; } = [1, 2];
    }
}
