using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Reading;

/// <summary>A column of a wrong type is called by its type, and what the exception advises makes one of it that can be trained on.</summary>
public class ColumnTypeTests
{
    private readonly MLContext _context = new(1);

    private TransformsCatalog Transforms => _context.Transforms;

    private IDataView Data => _context.Data.LoadFromEnumerable(Enumerable.Range(0, 30).Select(i => new Everything
    {
        Key = (uint)(i % 3) + 1,
        Keys = [(uint)(i % 4) + 1, (uint)(i % 3) + 1],
        Text = i % 2 == 0 ? "red green" : "blue sky",
        Words = [i % 2 == 0 ? "red" : "blue", "sky"],
        Integers = [i % 3, i % 2],
        Number = i,
        Integer = i % 5,
        Flag = i % 2 == 0,
        Time = new DateTime(2020, 1, 1 + i % 3),
    }));

    public static TheoryData<string, string, string, string[], Func<TransformsCatalog, IEstimator<ITransformer>>[]> WrongTypes() => new()
    {
        { "Key", "Key<UInt32, 0-2>", "Key<UInt32>", ["Conversion.MapKeyToVector"], [t => t.Conversion.MapKeyToVector("Key")] },
        {
            "Keys", "Vector<Key<UInt32, 0-3>, 2>", "Vector<Key<UInt32>>", ["Text.ProduceNgrams", "Conversion.MapKeyToVector and outputCountVector: true"],
            [t => t.Text.ProduceNgrams("Keys", ngramLength: 1), t => t.Conversion.MapKeyToVector("Keys", outputCountVector: true)]
        },
        {
            "Tokens", "Vector<Key<UInt32, 0-3>>", "Vector<Key<UInt32>>", ["Text.ProduceNgrams", "Conversion.MapKeyToVector and outputCountVector: true"],
            [t => t.Text.ProduceNgrams("Tokens", ngramLength: 1), t => t.Conversion.MapKeyToVector("Tokens", outputCountVector: true)]
        },
        {
            "Text", "String", "String", ["Text.ProduceTopicWords"],
            [t => t.Text.ProduceTopicWords("Text", minimumDocuments: 1, maximumDocumentShare: 1)]
        },
        {
            "Words", "Vector<String, 2>", "Vector<String>", ["Text.ProduceTopicWords"],
            [t => t.Text.ProduceTopicWords("Words", minimumDocuments: 1, maximumDocumentShare: 1)]
        },
        {
            "Integers", "Vector<Int32, 2>", "Vector<Int32>", ["Conversion.ConvertType and DataKind.Single"],
            [t => t.Conversion.ConvertType("Integers", outputKind: DataKind.Single)]
        },
        { "Number", "Single", "Single", ["Concatenate"], [t => t.Concatenate("Number", "Number")] },
        { "Integer", "Int32", "Int32", ["Conversion.ConvertType and DataKind.Single", "Concatenate"], [t => Vector(t, "Integer")] },
        { "Flag", "Boolean", "Boolean", ["Conversion.ConvertType and DataKind.Single", "Concatenate"], [t => Vector(t, "Flag")] },
        { "Time", "DateTime", "DateTime", ["Conversion.ConvertType and DataKind.Single", "Concatenate"], [t => Vector(t, "Time")] },
    };

    [Theory, MemberData(nameof(WrongTypes))]
    public void A_feature_column_of_a_wrong_type_is_called_by_it_and_the_advice_is_enough(
        string column, string type, string shapeType, string[] advice, Func<TransformsCatalog, IEstimator<ITransformer>>[] remedies)
    {
        IDataView data = Transforms.Text.TokenizeIntoWords("Tokens", "Text").Append(Transforms.Conversion.MapValueToKey("Tokens")).Fit(Data).Transform(Data);
        NmfEstimator estimator = Transforms.Nmf("Topics", column, rank: 2);
        string byFit = Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Fit(data)).Message;
        string byShape = Assert.Throws<ArgumentOutOfRangeException>(() => estimator.GetOutputSchema(Shape.Of(data))).Message;
        Assert.StartsWith($"Input column '{column}' is of type {type}, but must be a vector of Single or Double. ", byFit);
        Assert.StartsWith($"Input column '{column}' is of type {shapeType}, but must be a vector of Single or Double. ", byShape);
        foreach (string part in advice)
        {
            Assert.Contains(part, byFit);
            Assert.Contains(part, byShape);
        }

        foreach (Func<TransformsCatalog, IEstimator<ITransformer>> remedy in remedies)
        {
            IDataView mended = remedy(Transforms).Fit(data).Transform(data);
            Assert.True(Assert.Single(_context.Data.TakeRows(estimator.Fit(mended).Transform(mended), 1).GetColumn<float[]>("Topics")).Length == 2);
        }
    }

    [Fact]
    public void Vectors_of_variable_size_that_all_have_one_are_those_of_known_size()
    {
        IDataView known = Rows.View(_context, Rows.Values()), variable = Loose(Rows.Values());
        NmfEstimator estimator = Transforms.Nmf("Topics", "Features", rank: 2, seed: 1);
        NmfTransformer ofKnown = estimator.Fit(known), ofVariable = estimator.Fit(variable);
        Assert.Equal(ofKnown.Model.Templates.Values, ofVariable.Model.Templates.Values);
        float[][] topics = [.. ofKnown.Transform(known).GetColumn<float[]>("Topics")];
        Assert.Equal(topics, ofVariable.Transform(variable).GetColumn<float[]>("Topics"));
        Assert.Equal(topics, ofKnown.Transform(variable).GetColumn<float[]>("Topics"));
        Assert.Equal(estimator.GetOutputSchema(Shape.Of(known)).Single(c => c.Name == "Topics").Kind, estimator.GetOutputSchema(Shape.Of(variable)).Single(c => c.Name == "Topics").Kind);
        Assert.Contains("vector of variable size", Assert.Throws<InvalidOperationException>(() => _context.Model.ConvertToOnnx(ofKnown, variable, new MemoryStream())).Message);
    }

    [Fact]
    public void A_row_of_another_size_is_refused_with_both_sizes()
    {
        float[][] rows = Rows.Values();
        NmfEstimator estimator = Transforms.Nmf("Topics", "Features", rank: 2);
        NmfTransformer fitted = estimator.Fit(Loose(rows));
        rows[3] = [1, 2];
        string byFit = Assert.Throws<InvalidOperationException>(() => estimator.Fit(Loose(rows))).Message;
        // ML.NET may read on several threads, and wraps what they throw.
        string byTransform = Assert.ThrowsAny<Exception>(() => fitted.Transform(Loose(rows)).GetColumn<float[]>("Topics").ToArray()).GetBaseException().Message;
        Assert.All([byFit, byTransform], message => Assert.StartsWith($"Column 'Features', row 3 (the first is 0): the vector has 2 values, but there must be {Rows.Size}", message));
        Assert.Contains("row 0 (the first is 0): the vector has 0 values",
            Assert.Throws<InvalidOperationException>(() => estimator.Fit(Loose([[], .. rows]))).Message);
        Assert.Contains("the training data has no rows", Assert.Throws<InvalidOperationException>(() => estimator.Fit(Loose([]))).Message);
    }

    private IDataView Loose(float[][] rows) => _context.Data.LoadFromEnumerable(rows.Select(row => new Variable { Features = row }));

    public static TheoryData<string, Func<TransformsCatalog, string, IEstimator<ITransformer>>> Vocabularies() => new()
    {
        { "ngrams", (t, words) => t.Conversion.MapValueToKey(words).Append(t.Text.ProduceNgrams(words, ngramLength: 1, useAllLengths: false)) },
        { "word bags", (t, words) => t.Text.ProduceWordBags(words, ngramLength: 1) },
    };

    [Theory, MemberData(nameof(Vocabularies))]
    public void An_empty_vocabulary_is_told_and_the_advice_is_enough(string kind, Func<TransformsCatalog, string, IEstimator<ITransformer>> count)
    {
        Assert.NotEmpty(kind);
        IDataView stopWords = Texts("the and of", "is was", "of the");
        IEstimator<ITransformer> Pipeline(bool removesStopWords)
        {
            IEstimator<ITransformer> words = Transforms.Text.NormalizeText("Words", "Text").Append(Transforms.Text.TokenizeIntoWords("Words"));
            return (removesStopWords ? words.Append(Transforms.Text.RemoveDefaultStopWords("Words")) : words).Append(count(Transforms, "Words"));
        }

        IEstimator<ITransformer> WithTopics(IEstimator<ITransformer> pipeline, int model) => model switch
        {
            0 => pipeline.Append(Transforms.Nmf("Topics", "Words", rank: 1)),
            1 => pipeline.Append(Transforms.DeepNmf("Topics", "Words", ranks: [1])),
            _ => pipeline.Append(Transforms.NeuralNmf("Topics", "Words", ranks: [1])),
        };

        for (int model = 0; model < 3; model++)
        {
            var problem = Assert.Throws<ArgumentOutOfRangeException>(() => WithTopics(Pipeline(true), model).Fit(stopWords));
            Assert.Equal("inputColumnName", problem.ParamName);
            Assert.StartsWith("Input column 'Words' has no features: in all of the 3 rows its vector has no values", problem.Message);
            Assert.Contains("Fit the featurizer to texts with more words, or leave out the step that removes them, for instance Text.RemoveDefaultStopWords.",
                problem.Message);
            Assert.NotNull(WithTopics(Pipeline(true), model).Fit(Texts("the red and green", "blue was", "of the red")));
            // A pipeline that starts with the factorization looks at the shape before it reads.
            IDataView words = Pipeline(true).Fit(stopWords).Transform(stopWords);
            problem = Assert.Throws<ArgumentOutOfRangeException>(() => WithTopics(new EstimatorChain<ITransformer>(), model).Fit(words));
            Assert.StartsWith("Input column 'Words' has no features", problem.Message);
            Assert.NotNull(WithTopics(Pipeline(false), model).Fit(stopWords));
        }
    }

    private static IEstimator<ITransformer> Vector(TransformsCatalog transforms, string column)
        => transforms.Conversion.ConvertType(column, outputKind: DataKind.Single).Append(transforms.Concatenate(column, column));

    private IDataView Texts(params string[] texts) => _context.Data.LoadFromEnumerable(texts.Select(text => new Everything { Text = text }));

    private sealed class Variable
    {
        public float[] Features { get; set; } = [];
    }

    private sealed class Everything
    {
        [KeyType(3)]
        public uint Key { get; set; }

        [VectorType(2), KeyType(4)]
        public uint[] Keys { get; set; } = [1, 1];

        public string Text { get; set; } = "";

        [VectorType(2)]
        public string[] Words { get; set; } = ["", ""];

        [VectorType(2)]
        public int[] Integers { get; set; } = [1, 2];

        public float Number { get; set; }

        public int Integer { get; set; }

        public bool Flag { get; set; }

        public DateTime Time { get; set; }
    }
}
