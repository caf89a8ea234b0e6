using System.Reflection;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Transforms.Text;

namespace Microsoft.ML.Nmf.Tests.Words;

/// <summary>What cannot give words is refused with what to do instead, and doing that helps.</summary>
public class TopicWordsErrorTests
{
    private readonly MLContext _context = new(1);

    [Theory]
    [InlineData("the and of|is was", 3, 0.5, "They have none but stop words. Give other texts, or set Language to null", "")]
    [InlineData("1 2 3|!?|x", 3, 0.5, "They have no word of letters, and more than one. Give other texts", "")]
    [InlineData("red green|red blue|sky|sea", 3, 0.5,
        "None occurs in 3 or more of them and in a share of 0.5 of them at most. Set MinimumDocuments to 2 or less, or give more texts.", "red")]
    [InlineData("red green|blue sky", 3, 0.5, "Set MinimumDocuments to 1 or less, or give more texts.", "blue, green, red, sky")]
    [InlineData("red|red|red", 3, 0.5, "Every word occurs in more than a share of 0.5 of them. Set MaximumDocumentShare to 1, or give more texts.", "red")]
    [InlineData("red", 3, 0.5, "Set MaximumDocumentShare to 1 and MinimumDocuments to 1 or less, or give more texts.", "red")]
    public void Without_a_word_the_message_says_which_setting_leaves_one(string texts, int fewest, double share, string message, string left)
    {
        IDataView data = View(texts.Split('|'));
        var options = new TopicWordsEstimator.Options { InputColumnName = "Text", MinimumDocuments = fewest, MaximumDocumentShare = share };
        string problem = Assert.Throws<InvalidOperationException>(() => _context.Transforms.Text.ProduceTopicWords(options).Fit(data)).Message;
        Assert.StartsWith($"No word of the {texts.Split('|').Length} texts in column 'Text' is left to make topics of. ", problem);
        Assert.Contains(message, problem);
        if (left.Length == 0)
            return;
        foreach (int fewer in Enumerable.Range(1, 3).Where(n => problem.Contains($"MinimumDocuments to {n}")))
            options.MinimumDocuments = fewer;
        if (problem.Contains("MaximumDocumentShare to 1"))
            options.MaximumDocumentShare = 1;
        VBuffer<ReadOnlyMemory<char>> words = default;
        _context.Transforms.Text.ProduceTopicWords(options).Fit(data).Transform(data).Schema["Words"].GetSlotNames(ref words);
        Assert.Equal(left, string.Join(", ", words.DenseValues()));
    }

    [Fact]
    public void Without_texts_it_says_so()
        => Assert.Equal("No word of the 0 texts in column 'Text' is left to make topics of. Give data with rows.",
            Assert.Throws<InvalidOperationException>(() => _context.Transforms.Text.ProduceTopicWords("Words", "Text").Fit(View([]))).Message);

    [Fact]
    public void A_column_that_is_missing_is_named_with_those_that_are_there()
        => AssertRefused("Body", "Could not find input column 'Body'. The data has 'Text', 'Number', 'Key'.", View(["red"]));

    [Fact]
    public void A_column_that_is_not_text_is_refused_with_its_type()
    {
        AssertRefused("Number", "Input column 'Number' is of type Single, but must be Text or a vector of Text. Name the column that holds the texts.",
            View(["red"]));
        IDataView keys = _context.Transforms.Conversion.MapValueToKey("Key", "Text").Fit(View(["red"])).Transform(View(["red"]));
        string[] messages = AssertRefused("Key", "but must be Text or a vector of Text. Make text of its keys first, with Conversion.MapKeyToValue.", keys);
        Assert.All(messages, message => Assert.StartsWith("Input column 'Key' is of type Key<UInt32", message));
        IDataView mended = _context.Transforms.Conversion.MapKeyToValue("Key").Fit(keys).Transform(keys);
        Assert.NotNull(_context.Transforms.Text.ProduceTopicWords("Words", "Key", minimumDocuments: 1, maximumDocumentShare: 1).Fit(mended));
    }

    [Fact]
    public void Options_out_of_their_range_are_named_with_value_and_range()
    {
        var options = new TopicWordsEstimator.Options();
        Refused(() => options.MinimumDocuments = 0, "MinimumDocuments is 0, but must be at least 1.");
        Refused(() => options.MaximumDocumentShare = 0, "MaximumDocumentShare is 0, but must be above 0 and at most 1.");
        Refused(() => options.MaximumDocumentShare = 50, "MaximumDocumentShare is 50, but must be above 0 and at most 1.");
        Refused(() => options.MaximumDocumentShare = double.NaN, "MaximumDocumentShare is NaN, but must be above 0 and at most 1.");
        Refused(() => options.MaximumNumberOfWords = 0, "MaximumNumberOfWords is 0, but must be at least 1.");
        Refused(() => options.Language = (StopWordsRemovingEstimator.Language)99, "Language is 99, but must be one of English, French,");
        Refused(() => options.Weighting = (TopicWordsWeighting)9, "Weighting is 9, but must be one of TfIdf, Counts.");
        Assert.Throws<ArgumentException>(() => options.OutputColumnName = "");
        Assert.Throws<ArgumentException>(() => options.InputColumnName = "");
        Assert.Throws<ArgumentNullException>(() => options.StopWords = null!);
        Assert.Throws<ArgumentException>(() => options.StopWords = [null!]);
        Assert.Throws<ArgumentNullException>(() => _context.Transforms.Text.ProduceTopicWords((string)null!));
        Assert.Throws<ArgumentNullException>(() => _context.Transforms.Text.ProduceTopicWords((TopicWordsEstimator.Options)null!));
        Assert.Throws<ArgumentNullException>(() => ((TransformsCatalog.TextTransforms)null!).ProduceTopicWords("Words"));
    }

    [Fact]
    public void A_cancelled_context_ends_the_fit()
    {
        var context = new MLContext(1);
        IDataView data = context.Data.LoadFromEnumerable(Enumerable.Range(0, 5000).Select(i =>
        {
            if (i == 1500)
                typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(context, null);
            return new Row { Text = "red green" };
        }));
        Assert.Throws<OperationCanceledException>(() => context.Transforms.Text.ProduceTopicWords("Words", "Text").Fit(data));
    }

    [Fact]
    public void The_log_tells_how_many_words_are_left()
    {
        var lines = new List<string>();
        _context.Log += (_, line) => lines.Add(line.Message);
        _context.Transforms.Text.ProduceTopicWords("Words", "Text", minimumDocuments: 2).Fit(View(["red green", "red blue", "sky", "sea"]));
        Assert.Contains(lines, line => line.EndsWith("Words of column 'Text': 1 of 5, from 4 texts.", StringComparison.Ordinal));
    }

    // By its fit and by its promise of a schema alike.
    private string[] AssertRefused(string column, string message, IDataView data)
    {
        TopicWordsEstimator estimator = _context.Transforms.Text.ProduceTopicWords("Words", column);
        string[] messages =
        [
            Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Fit(data)).Message,
            Assert.Throws<ArgumentOutOfRangeException>(() => estimator.GetOutputSchema(Shape.Of(data))).Message,
        ];
        Assert.All(messages, found => Assert.Contains(message, found));
        return messages;
    }

    private static void Refused(Action set, string message)
        => Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(set).Message);

    private IDataView View(IEnumerable<string> texts) => _context.Data.LoadFromEnumerable(texts.Select(text => new Row { Text = text }));

    private sealed class Row
    {
        public string Text { get; set; } = "";

        public float Number { get; set; }

        public string Key { get; set; } = "";
    }
}
