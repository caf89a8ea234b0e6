using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Words;

/// <summary>The splitter that can be saved as ONNX, against the one of ML.NET.</summary>
public class WordSplittingTests
{
    private static readonly string[] _texts =
    [
        "Red apples, green apples (and pears).", "Pears… and/or RED apples!", "", "?!", "naïve café — ünïted; don't stop",
        "red_apples + green-pears = 5 fruits",
        "\u0646\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645 pears \U0001F34E\uFE0F apples", "\uD83C stray half", "green\tfruits\r\nred fruits",
    ];

    private readonly MLContext _context = new(1);

    [Fact]
    public void Its_words_are_those_of_MLNet_and_the_same_after_saving()
    {
        IDataView data = _context.Data.LoadFromEnumerable(_texts.Select(text => new { Text = text }));
        ITransformer own = Fit(data, canBeSavedAsOnnx: true), theirs = Fit(data, canBeSavedAsOnnx: false);
        Assert.Equal(SlotNames(theirs.Transform(data)), SlotNames(own.Transform(data)));
        using var file = new MemoryStream();
        _context.Model.Save(own, data.Schema, file);
        foreach (ITransformer model in new[] { own, _context.Model.Load(file, out _) })
            Assert.Equal(Rows.Topics(theirs.Transform(data), "Words"), Rows.Topics(model.Transform(data), "Words"));
    }

    [Fact]
    public void A_vector_of_texts_counts_as_one_text()
    {
        IDataView data = _context.Data.LoadFromEnumerable(_texts.Select(text => new Parts { Text = [text, "pears and more pears", text] }));
        float[][] theirs = Rows.Topics(Fit(data, canBeSavedAsOnnx: false).Transform(data), "Words");
        Assert.Equal(theirs, Rows.Topics(Fit(data, canBeSavedAsOnnx: true).Transform(data), "Words"));
    }

    [Fact]
    public void Its_schema_is_as_promised()
    {
        IDataView data = _context.Data.LoadFromEnumerable(_texts.Select(text => new { Text = text }));
        TopicWordsEstimator estimator = _context.Transforms.Text.ProduceTopicWords(Options(canBeSavedAsOnnx: true));
        IEnumerable<string> promised = estimator.GetOutputSchema(Shape.Of(data)).Select(Shape.Describe).Order();
        Assert.Equal(Shape.Of(estimator.Fit(data).Transform(data)).Select(Shape.Describe).Order(), promised);
    }

    private static TopicWordsEstimator.Options Options(bool canBeSavedAsOnnx) => new()
    {
        OutputColumnName = "Words",
        InputColumnName = "Text",
        MinimumDocuments = 1,
        MaximumDocumentShare = 1,
        CanBeSavedAsOnnx = canBeSavedAsOnnx,
    };

    private ITransformer Fit(IDataView data, bool canBeSavedAsOnnx) => _context.Transforms.Text.ProduceTopicWords(Options(canBeSavedAsOnnx)).Fit(data);

    private static string[] SlotNames(IDataView view)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        view.Schema["Words"].GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private sealed class Parts
    {
        [VectorType(3)]
        public string[] Text { get; set; } = [];
    }
}
