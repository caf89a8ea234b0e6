using System.IO.Compression;
using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;
using static Microsoft.ML.Transforms.Text.StopWordsRemovingEstimator;

namespace Microsoft.ML.Nmf.Tests.Words;

/// <summary>Texts become the words that they are about, and nothing else.</summary>
public class TopicWordsTests
{
    private const string Separators = " \t\n.,;:!?-—'’\"()[]{}/\\|_*&#@%=+<>~^`$…•«»\u00A0。、/€→";
    private const string Rare = "😀🚀❤☎";

    private static readonly string[] _corpus =
    [
        "The cat and the dog: a cat's life, a dog's life!", "Dog food/cat food — which one is dog-friendly?", "Rust, C++ and C#: 2 of 3 compilers.",
        "A compiler compiles code; compilers (all of them) compile CODE.", "Code, food & 42 cats...", "", "the of and", "x86 code for x86_64 dogs\tand cats",
    ];

    private readonly MLContext _context = new(1);

    [Fact]
    public void Weights_are_those_of_the_definition()
    {
        IDataView output = Fit(_corpus, minimumDocuments: 2).Transform(View(_corpus));
        string[] words = NaiveWords.Vocabulary(_corpus, ["the", "and", "of", "one", "is", "all", "them", "for", "which", "doesn"], 2, 0.5);
        Assert.Equal(["cat", "cats", "code", "compilers", "dog", "food"], words);
        Assert.Equal(words, Words(output));
        AssertNear(NaiveWords.Weights(_corpus, words), Rows.Topics(output, "Words"));
    }

    [Fact]
    public void Weights_are_those_of_the_definition_whatever_parts_the_words()
    {
        var random = new Random(5);
        string[] vocabulary = [.. Enumerable.Range(0, 60).Select(i => $"{(char)('a' + i % 26)}öц{i}")];
        string[] parts = [.. $"{Separators}{Rare}".EnumerateRunes().Select(rune => rune.ToString())];
        string[] texts = [.. Enumerable.Range(0, 200).Select(_ => string.Concat(Enumerable.Range(0, random.Next(12))
            .Select(_ => vocabulary[Math.Min(random.Next(60), random.Next(60))] + parts[random.Next(parts.Length)] + parts[random.Next(parts.Length)])))];
        IDataView output = Fit(texts, minimumDocuments: 4, share: 0.1).Transform(View(texts));
        string[] words = NaiveWords.Vocabulary(texts, [], 4, 0.1);
        Assert.InRange(words.Length, 10, 59);
        Assert.Equal(words, Words(output));
        AssertNear(NaiveWords.Weights(texts, words), Rows.Topics(output, "Words"));
    }

    [Theory]
    [InlineData("letters and d1g1ts", "letters", "d1g1ts")]
    [InlineData("snake_case foo,bar <b>bold</b>&nbsp;tea", "snake", "case", "foo", "bar", "bold", "tea")]
    [InlineData("don't you'll we've doesn't it's O'Brien", "brien")]
    [InlineData("see http://www.example.org/index.html", "example", "index")]
    [InlineData("42 7 3,000 2nd", "2nd")]
    [InlineData("a I x naïve café ŒUVRE", "naïve", "café", "œuvre")]
    [InlineData("cafe\u0301 हिन्दी می\u200Cخواهم", "cafe\u0301", "हिन्दी", "می\u200Cخواهم")]
    [InlineData("水 木。火、water 물", "水", "木", "火", "water", "물")]
    [InlineData("rocket🚀moon ❤️heart 😀", "rocket", "moon", "heart")]
    [InlineData("𐐨𐐩𐐪 word", "𐐨𐐩𐐪", "word")]
    [InlineData("broken\uD800word", "broken", "word")]
    public void Words_are_of_letters_digits_and_marks(string text, params string[] words)
        => Assert.Equal(words.Order(StringComparer.Ordinal), Words(Fit([text, "other"], minimumDocuments: 1).Transform(View([text, "other"]))).Except(["other"]));

    [Fact]
    public void A_text_to_come_is_split_at_common_signs_that_the_training_texts_did_not_have()
    {
        ITransformer model = Fit(["red green", "blue sky"], minimumDocuments: 1);
        float[] together = Predict(model, "red green");
        foreach (char separator in Separators)
            Assert.Equal(together, Predict(model, $"Red{separator}GREEN{separator}"));
    }

    [Theory]
    [InlineData(Language.English, "tree", "don't", "would", "yourself", "they'll")]
    [InlineData(Language.French, "maison", "qu'avec", "aujourd'hui", "j'avait", "jusqu'ici")]
    [InlineData(Language.German, "haus", "über", "für", "und")]
    [InlineData(Language.Dutch, "huis", "een", "van")]
    [InlineData(Language.Danish, "hus", "og", "ikke")]
    [InlineData(Language.Swedish, "hus", "och", "inte")]
    [InlineData(Language.Italian, "casa", "della", "dell'", "quell'")]
    [InlineData(Language.Spanish, "casa", "los", "para")]
    [InlineData(Language.Portuguese, "casa", "com", "para")]
    [InlineData(Language.Portuguese_Brazilian, "casa", "com", "para")]
    [InlineData(Language.Norwegian_Bokmal, "hus", "og", "ikke")]
    [InlineData(Language.Russian, "дом", "что", "это")]
    [InlineData(Language.Polish, "dom", "jest", "nie")]
    [InlineData(Language.Czech, "dům", "jako", "nebo")]
    [InlineData(Language.Arabic, "بيت", "في", "من")]
    [InlineData(Language.Japanese, "家", "これ", "それ")]
    public void Stop_words_of_every_language_are_left_out(Language language, string word, params string[] stopWords)
    {
        string[] texts = [$"{word} {string.Join(' ', stopWords)}", "https 1"];
        Assert.Equal([word], Words(Fit(texts, minimumDocuments: 1, language: language).Transform(View(texts))));
        var all = new TopicWordsEstimator.Options { InputColumnName = "Text", Language = null, MinimumDocuments = 1 };
        string[] everything = Words(_context.Transforms.Text.ProduceTopicWords(all).Fit(View(texts)).Transform(View(texts)));
        Assert.Contains("https", everything);
        Assert.InRange(everything.Length, 2 + stopWords.Length, 20);
    }

    [Fact]
    public void Words_that_the_user_names_are_left_out()
    {
        string[] texts = ["Page one-two: TREE", "can't page the tree house"];
        var options = new TopicWordsEstimator.Options { InputColumnName = "Text", Language = null, MinimumDocuments = 1, MaximumDocumentShare = 1 };
        options.StopWords = ["PAGE", "can't", "one-two"];
        Assert.Equal(["house", "the", "tree"], Words(_context.Transforms.Text.ProduceTopicWords(options).Fit(View(texts)).Transform(View(texts))));
    }

    [Fact]
    public void The_most_frequent_words_are_kept_and_of_equal_ones_the_first_by_their_codes()
    {
        string[] texts = ["zebra apple mango", "zebra mango pear", "zebra fig", "apple kiwi", "lime", "lime", "nut", "oak"];
        string[] Kept(int? most) => Words(_context.Transforms.Text.ProduceTopicWords("Words", "Text", minimumDocuments: 2, maximumNumberOfWords: most)
            .Fit(View(texts)).Transform(View(texts)));
        Assert.Equal(["apple", "lime", "mango", "zebra"], Kept(null));
        Assert.Equal(["apple", "lime", "mango", "zebra"], Kept(4));
        Assert.Equal(["apple", "lime", "zebra"], Kept(3));
        Assert.Equal(["zebra"], Kept(1));
    }

    [Fact]
    public void Counts_are_what_they_are()
    {
        string[] texts = ["red red red green", "Red, blue", "blue", ""];
        var options = new TopicWordsEstimator.Options { InputColumnName = "Text", MinimumDocuments = 1, Weighting = TopicWordsWeighting.Counts };
        IDataView output = _context.Transforms.Text.ProduceTopicWords(options).Fit(View(texts)).Transform(View(texts));
        Assert.Equal(["blue", "green", "red"], Words(output));
        Assert.Equal([[0, 1, 3], [1, 0, 1], [1, 0, 0], [0, 0, 0]], Rows.Topics(output, "Words"));
        Assert.Equal(Shape.Of(output).Select(Shape.Describe).Order(),
            _context.Transforms.Text.ProduceTopicWords(options).GetOutputSchema(Shape.Of(View(texts))).Select(Shape.Describe).Order());
    }

    [Fact]
    public void A_word_of_all_texts_weighs_nothing()
    {
        string[] texts = ["red green", "red blue"];
        IDataView output = Fit(texts, minimumDocuments: 1, share: 1).Transform(View(texts));
        Assert.Equal(["blue", "green", "red"], Words(output));
        Assert.Equal([[0, 1, 0], [1, 0, 0]], Rows.Topics(output, "Words"));
    }

    [Fact]
    public void The_order_of_the_texts_changes_nothing()
    {
        string[] texts = [.. _corpus], reversed = [.. _corpus.Reverse()];
        ITransformer model = Fit(texts, minimumDocuments: 2), other = Fit(reversed, minimumDocuments: 2);
        Assert.Equal(Words(model.Transform(View(texts))), Words(other.Transform(View(texts))));
        Assert.Equal(NewProcess.Bits(Rows.Topics(model.Transform(View(texts)), "Words")), NewProcess.Bits(Rows.Topics(other.Transform(View(texts)), "Words")));
    }

    [Fact]
    public void What_is_longer_than_a_hundred_characters_is_no_word()
    {
        string[] texts = [$"{new string('a', 100)} {new string('b', 101)} tree", "other"];
        Assert.Equal([new string('a', 100), "tree"], Words(Fit(texts, minimumDocuments: 1).Transform(View(texts))));
    }

    [Fact]
    public void Fitting_reads_the_texts_once()
    {
        int reads = 0;
        IEnumerable<Note> Read()
        {
            reads++;
            foreach (string text in _corpus)
                yield return new Note { Text = text };
        }

        _context.Transforms.Text.ProduceTopicWords("Words", "Text", minimumDocuments: 2).Fit(_context.Data.LoadFromEnumerable(Read()));
        Assert.Equal(1, reads);
    }

    [Fact]
    public void Title_and_body_count_as_one_text()
    {
        string[][] pairs = [["Red cat", "red dog"], ["", "dog"], ["blue", "sky"], ["", ""]];
        IDataView view = _context.Data.LoadFromEnumerable(pairs.Select(pair => new Page { Text = pair }));
        string[] joined = [.. pairs.Select(pair => string.Join(' ', pair))];
        IDataView output = _context.Transforms.Text.ProduceTopicWords("Words", "Text", minimumDocuments: 1).Fit(view).Transform(view);
        string[] words = NaiveWords.Vocabulary(joined, [], 1, 0.5);
        Assert.Equal(words, Words(output));
        AssertNear(NaiveWords.Weights(joined, words), Rows.Topics(output, "Words"));
    }

    [Fact]
    public void A_text_of_unknown_words_is_all_zero()
    {
        ITransformer model = Fit(_corpus, minimumDocuments: 2);
        foreach (string text in new[] { "", "   ", "unheard of", "!?" })
            Assert.All(Predict(model, text), v => Assert.Equal(0, v));
        Assert.All(Predict(model, null!), v => Assert.Equal(0, v));
    }

    [Fact]
    public void A_row_gives_the_same_bits_alone_in_a_batch_and_after_loading_without_the_library()
    {
        ITransformer model = Fit(_corpus, minimumDocuments: 2);
        string[] batch = NewProcess.Bits(Rows.Topics(model.Transform(View(_corpus)), "Words"));
        Assert.Equal(batch, NewProcess.Bits(_corpus.Select(text => Predict(model, text))));
        using var file = new MemoryStream();
        _context.Model.Save(model, View(_corpus).Schema, file);
        ITransformer loaded = new MLContext().Model.Load(file, out _);
        Assert.Equal(batch, NewProcess.Bits(Rows.Topics(loaded.Transform(View(_corpus)), "Words")));
        Assert.Equal(Words(model.Transform(View(_corpus))), Words(loaded.Transform(View(_corpus))));
        Assert.Equal(batch, NewProcess.Bits(_corpus.Select(text => Predict(loaded, text))));

        // Nothing in the file asks for this library's assembly.
        using var entries = new ZipArchive(file, ZipArchiveMode.Read);
        foreach (ZipArchiveEntry entry in entries.Entries)
        {
            using var content = new MemoryStream();
            using (Stream stream = entry.Open())
                stream.CopyTo(content);
            Assert.DoesNotContain("Microsoft.ML.Nmf", Encoding.UTF8.GetString(content.ToArray()), StringComparison.Ordinal);
            Assert.DoesNotContain("Microsoft.ML.Nmf", Encoding.Unicode.GetString(content.ToArray()), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_columns_between_are_hidden_and_the_others_untouched()
    {
        IDataView data = View(_corpus);
        ITransformer model = Fit(_corpus, minimumDocuments: 2);
        Assert.Equal(["Text", "Id", "Words"], model.Transform(data).Schema.Where(c => !c.IsHidden).Select(c => c.Name));
        Assert.Equal(_corpus, model.Transform(data).GetColumn<string>("Text"));
        IDataView inPlace = _context.Transforms.Text.ProduceTopicWords("Text", minimumDocuments: 2).Fit(data).Transform(data);
        Assert.Equal(["Id", "Text"], inPlace.Schema.Where(c => !c.IsHidden).Select(c => c.Name).Order());
        Assert.Equal(Rows.Topics(model.Transform(data), "Words"), Rows.Topics(inPlace, "Text"));
    }

    [Theory]
    [InlineData("Words")]
    [InlineData("Text")]
    public void The_promised_schema_is_the_delivered_one(string output)
    {
        IDataView data = View(_corpus);
        TopicWordsEstimator estimator = _context.Transforms.Text.ProduceTopicWords(output, "Text", minimumDocuments: 2);
        IEnumerable<string> promised = estimator.GetOutputSchema(Shape.Of(data)).Select(Shape.Describe).Order();
        IDataView transformed = estimator.Fit(data).Transform(data);
        Assert.Equal(Shape.Of(transformed).Select(Shape.Describe).Order(), promised);
        var type = Assert.IsType<VectorDataViewType>(transformed.Schema[output].Type);
        Assert.Equal((6, NumberDataViewType.Single), (type.Size, type.ItemType));
    }

    [Fact]
    public void Topics_of_a_pipeline_are_made_of_its_words()
    {
        IDataView data = View(_corpus);
        ITransformer model = _context.Transforms.Text.ProduceTopicWords("Words", "Text", minimumDocuments: 2)
            .Append(_context.Transforms.Nmf("Topics", "Words", rank: 2, seed: 1)).Fit(data);
        Assert.Equal(["cat", "cats", "code", "compilers", "dog", "food"], model.FindNmf().Model.FeatureNames);
        Assert.Equal(2, Predict(model, "dog food", "Topics").Length);
    }

    private ITransformer Fit(string[] texts, int minimumDocuments, double share = 0.5, Language language = Language.English)
        => _context.Transforms.Text.ProduceTopicWords("Words", "Text", language, minimumDocuments, share).Fit(View(texts));

    private IDataView View(IEnumerable<string> texts) => _context.Data.LoadFromEnumerable(texts.Select((text, i) => new Note { Text = text, Id = i }));

    private float[] Predict(ITransformer model, string text, string column = "Words")
    {
        SchemaDefinition names = SchemaDefinition.Create(typeof(Result));
        names[nameof(Result.Values)].ColumnName = column;
        return _context.Model.CreatePredictionEngine<Note, Result>(model, outputSchemaDefinition: names).Predict(new Note { Text = text }).Values;
    }

    private static string[] Words(IDataView view)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        view.Schema["Words"].GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private static void AssertNear(double[][] expected, float[][] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].Length, actual[i].Length);
            Assert.All(expected[i].Zip(actual[i]), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-6));
        }
    }

    private sealed class Note
    {
        public string Text { get; set; } = "";

        public int Id { get; set; }
    }

    private sealed class Page
    {
        [VectorType(2)]
        public string[] Text { get; set; } = [];
    }

    private sealed class Result
    {
        public float[] Values { get; set; } = [];
    }
}
