using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Nmf;

public class NmfErrorTests
{
    private readonly MLContext _context = new(1);

    public static TheoryData<string, string> BadColumns() => new()
    {
        { "Missing", "Could not find input column 'Missing'" },
        { "Text", "'Text' is of type String" },
        { "Number", "'Number' is of type Single" },
        { "Integers", "'Integers' is of type Vector<Int32" },
        { "Keys", "'Keys' is of type Vector<Key<UInt32" },
    };

    [Theory, MemberData(nameof(BadColumns))]
    public void A_bad_column_is_named_by_the_shape_by_fitting_and_by_transforming(string column, string message)
    {
        IDataView data = _context.Data.LoadFromEnumerable([new Everything(), new Everything()]);
        NmfEstimator estimator = _context.Transforms.Nmf("Topics", column);
        string byShape = Assert.Throws<ArgumentOutOfRangeException>(() => estimator.GetOutputSchema(Shape.Of(data))).Message;
        string byFit = Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Fit(data)).Message;
        // The items of keys are told apart only by the full schema.
        Assert.Contains(column == "Keys" ? "'Keys' is of type" : message, byShape);
        Assert.Contains(message, byFit);

        IDataView good = Rows.View(_context, Rows.Values());
        foreach (NmfTransformer transformer in BothWays(_context.Transforms.Nmf("Topics", "Features", rank: 2).Fit(good), good.Schema))
        {
            // The same names for columns of other types.
            IDataView renamed = column == "Missing" ? data : _context.Transforms.CopyColumns("Features", column).Fit(data).Transform(data);
            string expected = column == "Missing" ? "Could not find input column 'Features'" : message.Replace($"'{column}'", "'Features'");
            Assert.Contains(expected, Assert.Throws<ArgumentOutOfRangeException>(() => transformer.Transform(renamed)).Message);
            Assert.Contains(expected, Assert.Throws<ArgumentOutOfRangeException>(() => transformer.GetOutputSchema(renamed.Schema)).Message);
        }
    }

    [Fact]
    public void Another_number_of_features_is_refused_with_both_numbers()
    {
        IDataView good = Rows.View(_context, Rows.Values());
        IDataView wider = _context.Transforms.Concatenate("Features", "Features", "Features").Fit(good).Transform(good);
        foreach (NmfTransformer transformer in BothWays(_context.Transforms.Nmf("Topics", "Features", rank: 2).Fit(good), good.Schema))
        {
            string message = Assert.Throws<ArgumentOutOfRangeException>(() => transformer.Transform(wider)).Message;
            Assert.Contains("'Features' has 24 features, but the model was fitted to 12", message);
        }
    }

    [Fact]
    public void No_rows_is_an_error()
    {
        var problem = Assert.Throws<InvalidOperationException>(() => _context.Transforms.Nmf("Topics", "Features").Fit(Rows.View(_context, [])));
        Assert.Contains("'Features': the training data has no rows", problem.Message);
    }

    [Theory]
    [InlineData(-1f, "value -1 is negative")]
    [InlineData(float.NaN, "value NaN is not a number")]
    [InlineData(float.PositiveInfinity, "is infinite")]
    [InlineData(float.NegativeInfinity, "is negative")]
    public void A_bad_value_is_named_with_its_row_and_slot_by_fitting_and_by_transforming(float value, string problem)
    {
        float[][] rows = Rows.Values();
        IDataView good = Rows.NamedView(_context, rows);
        NmfTransformer fitted = _context.Transforms.Nmf("Topics", "Features", rank: 2).Fit(good);
        rows[7][5] = value;
        foreach (IDataView bad in new[] { Rows.NamedView(_context, rows), Rows.SparseView(_context, rows), Rows.DoubleView(_context, rows) })
        {
            string name = bad.Schema["Features"].HasSlotNames() ? " ('word5')" : "";
            string byFit = Assert.Throws<InvalidOperationException>(() => _context.Transforms.Nmf("Topics", "Features", rank: 2).Fit(bad)).Message;
            Assert.Contains($"Column 'Features', row 7 (the first is 0), slot 5{name}: the", byFit);
            Assert.Contains(problem, byFit);
            foreach (NmfTransformer transformer in BothWays(fitted, good.Schema))
            {
                // ML.NET may read on several threads and wrap what happens there.
                string byTransform = Assert.Throws<InvalidOperationException>(() => Rows.Topics(transformer.Transform(bad))).GetBaseException().Message;
                Assert.Contains($"row 7 (the first is 0), slot 5{name}: the", byTransform);
                Assert.Contains(problem, byTransform);
            }
        }
    }

    [Fact]
    public void A_double_that_does_not_fit_float32_is_told_apart()
    {
        IDataView data = _context.Data.LoadFromEnumerable([new Rows.Double { Features = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1e300] }]);
        Assert.Contains("slot 11: the value 1E+300 is too large for float32",
            Assert.Throws<InvalidOperationException>(() => _context.Transforms.Nmf("Topics", "Features").Fit(data)).Message);
        IDataView tiny = _context.Data.LoadFromEnumerable([new Rows.Double { Features = [1, 0, 0, -1e-300, 0, 0, 0, 0, 0, 0, 0, 0] }]);
        Assert.Contains("slot 3: the value -1E-300 is negative", Assert.Throws<InvalidOperationException>(() => _context.Transforms.Nmf("Topics", "Features").Fit(tiny)).Message);
    }

    public static TheoryData<string, Action<NmfEstimator.Options>, string> BadOptions() => new()
    {
        { "Rank", o => o.Rank = 0, "Rank is 0, but must be at least 1." },
        { "Beta", o => o.Beta = double.NaN, "Beta is NaN, but must be a finite number." },
        { "MaximumNumberOfIterations", o => o.MaximumNumberOfIterations = 0, "MaximumNumberOfIterations is 0, but must be at least 1." },
        { "Tolerance", o => o.Tolerance = -1, "Tolerance is -1, but must be from 0 to below 1." },
        { "Tolerance", o => o.Tolerance = double.NaN, "Tolerance is NaN, but must be from 0 to below 1." },
        { "TemplatesL1Regularization", o => o.TemplatesL1Regularization = -0.5f, "TemplatesL1Regularization is -0.5, but must be a finite number of at least 0." },
        { "TemplatesL2Regularization", o => o.TemplatesL2Regularization = float.PositiveInfinity, "TemplatesL2Regularization is" },
        { "ActivationsL1Regularization", o => o.ActivationsL1Regularization = float.NaN, "ActivationsL1Regularization is NaN" },
        { "ActivationsL2Regularization", o => o.ActivationsL2Regularization = -1, "ActivationsL2Regularization is -1" },
        { "TemplatesOrthogonality", o => o.TemplatesOrthogonality = -1, "TemplatesOrthogonality is -1" },
        { "NumberOfThreads", o => o.NumberOfThreads = 0, "NumberOfThreads is 0, but must be at least 1." },
        { "Solver", o => o.Solver = (NmfSolver)17, "Solver is 17, but must be one of Automatic, CoordinateDescent, MultiplicativeUpdates, AlternatingLeastSquares." },
        { "Initialization", o => o.Initialization = (NmfInitialization)17, "Initialization is 17" },
        { "Engine", o => o.Engine = (TrainingEngine)17, "Engine is 17" },
        { "InitialTemplates", o => o.InitialTemplates = new FactorMatrix(new float[,] { { 1, -2 } }), "InitialTemplates has the value -2 in row 0, column 1" },
        { "InitialActivations", o => o.InitialActivations = new FactorMatrix(new float[,] { { 1 }, { float.NaN } }), "InitialActivations has the value NaN in row 1, column 0" },
        { "TransformTolerance", o => o.TransformTolerance = 1, "TransformTolerance is 1" },
        { "TransformMaximumNumberOfIterations", o => o.TransformMaximumNumberOfIterations = 0, "TransformMaximumNumberOfIterations is 0" },
    };

    [Theory, MemberData(nameof(BadOptions))]
    public void A_bad_option_is_refused_where_it_is_set(string option, Action<NmfEstimator.Options> set, string message)
    {
        var problem = Assert.Throws<ArgumentOutOfRangeException>(() => set(new NmfEstimator.Options()));
        Assert.Equal(option, problem.ParamName);
        Assert.StartsWith(message, problem.Message);
    }

    [Fact]
    public void Options_that_exclude_each_other_are_refused_when_the_estimator_is_made()
    {
        Assert.Contains("Solver is CoordinateDescent, which needs Beta = 2, but Beta is 1",
            Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf(new NmfEstimator.Options { Beta = 1, Solver = NmfSolver.CoordinateDescent })).Message);
        Assert.Contains("AlternatingLeastSquares cannot have one",
            Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf(new NmfEstimator.Options { TemplatesOrthogonality = 1, Solver = NmfSolver.AlternatingLeastSquares })).Message);
        Assert.Contains("InitialActivations is set, but InitialTemplates is not",
            Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf(new NmfEstimator.Options { InitialActivations = Build.Ones(10, 10) })).Message);
        Assert.Contains("Rank is 0", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf("Topics", rank: 0)).Message);
        Assert.Throws<ArgumentException>(() => _context.Transforms.Nmf(""));
        Assert.Throws<ArgumentNullException>(() => _context.Transforms.Nmf((NmfEstimator.Options)null!));
    }

    [Fact]
    public void Custom_factors_of_the_wrong_shape_are_refused_with_the_right_one()
    {
        IDataView data = Rows.View(_context, Rows.Values());
        NmfEstimator.Options Options(FactorMatrix templates, FactorMatrix? activations) => new() { OutputColumnName = "Topics", InputColumnName = "Features", Rank = 2, InitialTemplates = templates, InitialActivations = activations };
        Assert.Contains("InitialTemplates is 12 × 3, but must be 12 × 2",
            Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf(Options(Build.Ones(12, 3), null))).Message);
        Assert.Contains("InitialTemplates is 11 × 2, but must be 12 × 2: one row for each feature",
            Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf(Options(Build.Ones(11, 2), null)).Fit(data)).Message);
        Assert.Contains("InitialActivations is 5 × 2, but must be 90 × 2: one row for each example",
            Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf(Options(Build.Ones(12, 2), Build.Ones(5, 2))).Fit(data)).Message);
    }

    [Fact]
    public void Changing_options_later_does_not_change_the_estimator()
    {
        var options = new NmfEstimator.Options { OutputColumnName = "Topics", InputColumnName = "Features", Rank = 2 };
        NmfEstimator estimator = _context.Transforms.Nmf(options);
        options.Rank = 5;
        options.InputColumnName = "Other";
        Assert.Equal(2, estimator.Fit(Rows.View(_context, Rows.Values())).Model.Rank);
    }

    // The transformer as fitted, and as read back from a file.
    private IEnumerable<NmfTransformer> BothWays(NmfTransformer transformer, DataViewSchema schema)
    {
        yield return transformer;
        var file = new MemoryStream();
        _context.Model.Save(transformer, schema, file);
        file.Position = 0;
        ITransformer loaded = new MLContext().Model.Load(file, out _);
        yield return (NmfTransformer)(loaded is TransformerChain<ITransformer> chain ? chain.Single() : loaded);
    }

    private sealed class Everything
    {
        public string Text { get; set; } = "text";

        public float Number { get; set; } = 1;

        [VectorType(3)]
        public int[] Integers { get; set; } = [1, 2, 3];

        [VectorType(2), KeyType(5)]
        public uint[] Keys { get; set; } = [1, 2];

        public float[] Variable { get; set; } = [1, 2];
    }
}
