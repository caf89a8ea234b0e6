using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Tests.Exporting;

/// <summary>Pipelines from texts to predicted labels, converted as a whole.</summary>
public class OnnxPipelineTests
{
    private readonly MLContext _context = new(1);
    private readonly IDataView _notes;
    private readonly string[] _texts;

    public OnnxPipelineTests()
    {
        IDataView notes = _context.Data.LoadFromTextFile(Path.Combine(AppContext.BaseDirectory, "field-notes.tsv"),
            [new TextLoader.Column("Label", DataKind.String, 0), new TextLoader.Column("Text", DataKind.String, 2)], hasHeader: true);
        // Not in the pipelines: for the converter all columns that they read are inputs of the file, which the label of a text to predict is not.
        _notes = _context.Transforms.Conversion.MapValueToKey("LabelKey", "Label").Fit(notes).Transform(notes);
        _texts = [.. _notes.GetColumn<string>("Text"), "", "!? 12 (…)", "Two moons.Of SATURN; über café\nПривет мир"];
    }

    [Fact]
    public void A_classifier_on_topics_predicts_the_same_of_every_text()
        => AssertSame(Words().Append(_context.Transforms.Nmf("Topics", "Words", rank: 12))
            .Append(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy("LabelKey", "Topics")));

    [Fact]
    public void A_neural_factorization_predicts_the_same_of_every_text()
        => AssertSame(Words().Append(_context.Transforms.NeuralNmf(new NeuralNmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Words",
            Ranks = [12, 4],
            LabelColumnName = "LabelKey",
            MaximumNumberOfIterations = 20,
        })));

    [Fact]
    public void MLNets_own_words_do_as_well()
        => AssertSame(_context.Transforms.Text.NormalizeText("Words", "Text", keepDiacritics: true)
            .Append(_context.Transforms.Text.TokenizeIntoWords("Words"))
            .Append(_context.Transforms.Conversion.MapValueToKey("Words"))
            .Append(_context.Transforms.Text.ProduceNgrams("Words", ngramLength: 1, useAllLengths: false))
            .Append(_context.Transforms.Nmf("Topics", "Words", rank: 5))
            .Append(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy("LabelKey", "Topics")), batch: 1);

    // A text at a time where a stage of ML.NET takes no more.
    private void AssertSame(IEstimator<ITransformer> pipeline, int batch = 40)
    {
        ITransformer model = pipeline.Fit(_notes);
        IDataView data = _context.Data.LoadFromEnumerable(_texts.Select(text => new Note { Text = text }));
        using OnnxFile file = OnnxFile.Of(_context, model, data);
        IDataView output = model.Transform(data);
        float[][][] values = file.Run(_texts, batch, "PredictedLabel", "Topics");
        Assert.Equal(output.GetColumn<uint>("PredictedLabel").Select(key => (float)key), values[0].Select(keys => keys[0]));
        float[][] topics = [.. output.GetColumn<float[]>("Topics")];
        for (int i = 0; i < topics.Length; i++)
        {
            for (int k = 0; k < topics[i].Length; k++)
                Assert.Equal(topics[i][k], values[1][i][k], 1e-4 * topics[i].Max());
        }
    }

    private IEstimator<ITransformer> Words() => _context.Transforms.Text.ProduceTopicWords(new TopicWordsEstimator.Options
    {
        OutputColumnName = "Words",
        InputColumnName = "Text",
        CanBeSavedAsOnnx = true,
    });

    private sealed class Note
    {
        public string Text { get; set; } = "";
    }
}
