using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.Nmf.Tests.Reference;
using TopicModel;

namespace Microsoft.ML.Nmf.Tests.Samples;

/// <summary>The sample reads two model files and prints which of their topics are alike, or says why it cannot.</summary>
public sealed class ModelComparisonTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nmf-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory, InlineData("Nmf, β = 2"), InlineData("DeepNmf"), InlineData("NeuralNmf, named")]
    public void Every_topic_of_a_file_is_most_like_itself_in_each_layer(string kind)
    {
        SavedTopics saved = SavedTopics.Open(Save(kind));
        TopicSet[] trained = SavedModels.Topics(Train(kind).Model);
        Assert.Equal(trained.Select(layer => layer.Rank), saved.Layers.Select(layer => layer.Rank));
        Assert.Equal(trained[0].Rank, new ModelComparison(saved, saved, null).Topics.Matches.Count);
        for (int layer = 0; layer < trained.Length; layer++)
        {
            var comparison = new ModelComparison(saved, saved, trained.Length == 1 ? null : layer);
            Assert.Equal(Enumerable.Range(0, trained[layer].Rank), comparison.Topics.Matches.Select(match => match.First).Order());
            Assert.All(comparison.Topics.Matches, match => Assert.Equal((match.First, 1), (match.Second, Math.Round(match.Similarity, 9))));
            Assert.Equal(Rows.Size, comparison.SharedWords);
        }
    }

    [Fact]
    public void What_is_printed_are_the_pairs_of_scipy_with_their_words_and_what_is_left()
    {
        InsightFixture fixture = InsightFixture.Load();
        NmfModel first = fixture.Model, second = fixture.Other;
        var printed = new PrintedConsole(isTerminal: false);
        new ModelComparison(new("a.zip", "one model", [first]), new("b.zip", "another", [second]), null).Print(printed.Console);
        string[] lines = printed.Lines;
        int shared = fixture.Texts("words").Count(fixture.Texts("other_words").Contains);
        Assert.Equal(["first   a.zip: one model", "second  b.zip: another", $"words   12 in the first, 9 in the second, {shared} in both"], lines[..3]);
        int[][] pairs = [.. fixture["matches"].EnumerateArray().Select(InsightFixture.Integers)];
        double[,] similarity = fixture.Matrix("cross_similarity");
        foreach (int[] pair in pairs)
        {
            string value = similarity[pair[0], pair[1]].ToString("F3", CultureInfo.InvariantCulture);
            string line = Assert.Single(lines, line => line.TrimStart().StartsWith($"{value}   {pair[0],3}  ", StringComparison.Ordinal));
            Assert.Contains($"{pair[0],3}  {first.GetTopics()[pair[0]]} ", line);
            Assert.EndsWith($"{pair[1],3}  {second.GetTopics()[pair[1]]}", line);
        }

        IEnumerable<int> left = Enumerable.Range(0, 6).Except(pairs.Select(pair => pair[1]));
        Assert.Equal(["Only in the second, without a partner:", .. left.Select(k => $"  {k,3}  {second.GetTopics()[k]}")], lines[^4..^1]);
        string mean = fixture["mean_similarity"].GetDouble().ToString("F3", CultureInfo.InvariantCulture);
        Assert.Equal($"4 pairs of 4 and 6 topics, mean similarity {mean}.", lines[^1]);
    }

    [Fact]
    public void What_cannot_be_compared_is_refused_with_the_file_and_a_remedy()
    {
        NmfModel model = InsightFixture.Make(new FactorMatrix(new float[,] { { 1, 0 }, { 0, 2 } }), ["ant", "bee"], [1, 1]);
        NmfModel foreign = InsightFixture.Make(new FactorMatrix(new float[,] { { 1, 0 }, { 0, 2 } }), ["Ameise", "Biene"], [1, 1]);
        NmfModel bare = InsightFixture.Make(new FactorMatrix(new float[,] { { 1, 0 }, { 0, 2 } }), null, [1, 1]);
        var flat = new SavedTopics("a.zip", "", [model]);
        SavedTopics deep = SavedTopics.Open(Save("DeepNmf"));
        Assert.StartsWith("a.zip and b.zip have no word in common", Refusal(() => new ModelComparison(flat, new("b.zip", "", [foreign]), null)));
        Assert.StartsWith("b.zip does not know its words.", Refusal(() => new ModelComparison(flat, new("b.zip", "", [bare]), null)));
        Assert.StartsWith("--layer is 1, but both models have one layer of topics alone.", Refusal(() => new ModelComparison(flat, flat, 1)));
        Assert.StartsWith($"--layer is 2, but {deep.File} has the layers 0, the finest, to 1.", Refusal(() => new ModelComparison(deep, deep, 2)));
        // A flat model has one set of topics, whatever layer of the other is named.
        Assert.Equal(3, new ModelComparison(SavedTopics.Open(Save("Nmf, β = 2")), deep, 1).Topics.Matches.Count);
    }

    [Fact]
    public void A_file_without_topics_is_refused()
    {
        string folder = _folder.FullName;
        string text = Path.Combine(folder, "text.zip"), archive = Path.Combine(folder, "archive.zip"), other = Path.Combine(folder, "other.zip");
        File.WriteAllText(text, "not a model");
        using (ZipArchive zip = ZipFile.Open(archive, ZipArchiveMode.Create))
            zip.CreateEntry("nothing");
        var context = new MLContext(1);
        IDataView data = Rows.View(context, Rows.Values());
        ITransformer scaled = context.Transforms.NormalizeMinMax("Features").Fit(data);
        context.Model.Save(scaled, data.Schema, other);
        Assert.StartsWith($"{text} cannot be read as a model file of ML.NET (", Refusal(() => SavedTopics.Open(text)));
        Assert.StartsWith($"{archive} cannot be read as a model file of ML.NET (", Refusal(() => SavedTopics.Open(archive)));
        Assert.StartsWith($"{other} is a model without topics: its pipeline has no Nmf, DeepNmf or NeuralNmf.", Refusal(() => SavedTopics.Open(other)));
        ITransformer twice = context.Transforms.Nmf("A", "Features", rank: 2, seed: 1)
            .Append(context.Transforms.Nmf("B", "Features", rank: 2, seed: 1)).Fit(data);
        context.Model.Save(twice, data.Schema, other);
        Assert.StartsWith($"{other} has 2 factorizations", Refusal(() => SavedTopics.Open(other)));
    }

    private static string Refusal(Func<object> make) => Assert.Throws<InvalidDataException>(make).Message;

    private static (ITransformer Model, DataViewSchema Schema) Train(string kind)
    {
        if (kind != "NeuralNmf, named")
            return SavedModels.Train(kind);
        var context = new MLContext(1);
        IDataView data = Rows.NamedView(context, Rows.Values(40));
        return (context.Transforms.NeuralNmf("Topics", "Features", [4, 3], maximumNumberOfIterations: 8, seed: 5).Fit(data), data.Schema);
    }

    private string Save(string kind)
    {
        (ITransformer model, DataViewSchema schema) = Train(kind);
        string path = Path.Combine(_folder.FullName, $"{kind.Length}.zip");
        new MLContext().Model.Save(model, schema, path);
        return path;
    }
}
