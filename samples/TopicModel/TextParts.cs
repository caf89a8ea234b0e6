using Microsoft.ML;

namespace TopicModel;

/// <summary>The texts in parts: those that topics are made of, those that a classifier learns from, and those that it is tested on.</summary>
internal sealed class TextParts
{
    private const double TestFraction = 0.2;
    private const int Seed = 1;

    private TextParts(IReadOnlyList<Document> all, IReadOnlyList<Document> training, IReadOnlyList<Document> test)
    {
        All = all;
        Training = training;
        Test = test;
    }

    /// <summary>All texts. Where only some labels are known, those of the others and of the test are empty.</summary>
    public IReadOnlyList<Document> All { get; }

    /// <summary>The texts outside the test whose labels are known.</summary>
    public IReadOnlyList<Document> Training { get; }

    /// <summary>The texts of the test.</summary>
    public IReadOnlyList<Document> Test { get; }

    /// <summary>Holds out a fifth of the texts, and hides all labels but a share of the others'.</summary>
    /// <param name="context">The context.</param>
    /// <param name="documents">The texts.</param>
    /// <param name="labelsKnown">The share, above 0 and at most 1; null hides nothing, for models that do not look at labels.</param>
    public static TextParts Of(MLContext context, IReadOnlyList<Document> documents, double? labelsKnown)
    {
        DataOperationsCatalog.TrainTestData split = context.Data.TrainTestSplit(context.Data.LoadFromEnumerable(documents), TestFraction, seed: Seed);
        Document[] others = Read(split.TrainSet), test = Read(split.TestSet);
        if (labelsKnown is not { } share)
            return new TextParts(documents, others, test);

        bool[] known = new bool[others.Length];
        Array.Fill(known, true, 0, Math.Clamp((int)Math.Round(share * others.Length), 1, others.Length));
        new Random(Seed).Shuffle(known);
        return new TextParts(
            [.. others.Select((document, i) => known[i] ? document : Hidden(document)), .. test.Select(Hidden)],
            [.. others.Where((_, i) => known[i])],
            test);

        Document[] Read(IDataView view) => [.. context.Data.CreateEnumerable<Document>(view, reuseRowObject: false)];
    }

    // Of an empty label comes a missing key.
    private static Document Hidden(Document document) => new() { Text = document.Text };
}
