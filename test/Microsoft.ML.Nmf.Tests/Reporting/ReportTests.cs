using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Reporting;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Tests.Transforming;

namespace Microsoft.ML.Nmf.Tests.Reporting;

/// <summary>A model as one HTML file.</summary>
public sealed partial class ReportTests : IDisposable
{
    private readonly MLContext _context = new(1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("report");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string> Kinds => [.. SavedModels.Kinds];

    [Theory, MemberData(nameof(Kinds))]
    public void It_holds_every_topic_with_its_share_and_its_words(string kind)
    {
        ITransformer transformer = SavedModels.Train(kind).Model;
        JsonElement content = Content(Save(transformer));
        TopicSet[] layers = LayersOf(transformer);
        JsonElement[] told = [.. content.GetProperty("layers").EnumerateArray()];
        Assert.Equal(layers.Length, told.Length);
        for (int i = 0; i < layers.Length; i++)
        {
            IReadOnlyList<Topic> topics = layers[i].GetTopics(5);
            JsonElement[] those = [.. told[i].GetProperty("topics").EnumerateArray()];
            Assert.Equal(topics.Count, those.Length);
            for (int k = 0; k < those.Length; k++)
            {
                Assert.Equal(topics[k].Prevalence, those[k].GetProperty("prevalence").GetDouble(), 1e-5);
                Assert.Equal(topics[k].Words.Select(word => word.Word), those[k].GetProperty("words").EnumerateArray().Take(topics[k].Words.Count).Select(WordOf));
                Assert.Equal(1, those[k].GetProperty("words").EnumerateArray().Sum(word => word.GetProperty("share").GetDouble()), 1e-4);
            }
        }

        Assert.NotEmpty(content.GetProperty("tree").EnumerateArray());
        Assert.All(content.GetProperty("phases").EnumerateArray(), phase => Assert.True(phase.GetProperty("objective").GetArrayLength() > 1));

        static string? WordOf(JsonElement word) => word.GetProperty("word").GetString();
    }

    [Fact]
    public void Text_from_data_is_shown_and_not_run()
    {
        string[] evil = ["</script><script>alert(1)</script>", "<!--<script>", "<img src=x onerror=alert(2)>", "\u2028 & ' \" `", "/*content*/", "/*style*/"];
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Rows.Single));
        ReadOnlyMemory<char>[] names = [.. Enumerable.Range(0, Rows.Size).Select(j => (j < evil.Length ? evil[j] : $"word{j}").AsMemory())];
        schema["Features"].AddAnnotation("SlotNames", new VBuffer<ReadOnlyMemory<char>>(Rows.Size, names), new VectorDataViewType(TextDataViewType.Instance, Rows.Size));
        IDataView data = _context.Data.LoadFromEnumerable(Rows.Values().Select(row => new Rows.Single { Features = row }), schema);
        NmfTransformer transformer = _context.Transforms.Nmf("Topics", "Features", rank: 3, seed: 1).Fit(data);
        transformer.Model.RenameTopic(0, "</script><b>");
        string path = Path.Combine(_folder.FullName, "evil.html");
        transformer.Model.SaveReport(path, "<h1>title</h1></script>");
        string page = File.ReadAllText(path);
        Assert.Equal(2, EndOfScript().Count(page));
        Assert.DoesNotContain("alert(1)</script>", page);
        Assert.DoesNotContain("<img", page);
        JsonElement content = Content(page);
        string[] words = [.. content.GetProperty("layers")[0].GetProperty("topics").EnumerateArray()
            .SelectMany(topic => topic.GetProperty("words").EnumerateArray()).Select(word => word.GetProperty("word").GetString()!)];
        Assert.All(evil, text => Assert.Contains(text, words));
        Assert.Equal("<h1>title</h1></script>", content.GetProperty("title").GetString());
        Assert.Equal("</script><b>", content.GetProperty("layers")[0].GetProperty("topics")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void Examinations_of_the_model_are_told_and_others_refused()
    {
        IDataView data = NeuralRows.View(_context, Rows.Values(), i => i % 3 == 0 ? "<b>" : "other");
        DeepNmfTransformer transformer = _context.Transforms.DeepNmf(new DeepNmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            LayerOutputColumnNames = ["Fine"],
            Ranks = [5, 3],
            Seed = 1,
        }).Fit(data);
        TopicExamination examined = transformer.Examine(data, new() { GroupColumnNames = ["Label"], TextColumnName = "Label", NumberOfLargestResiduals = 2 });
        string path = Path.Combine(_folder.FullName, "examined.html");
        transformer.Model.SaveReport(path, examinations: [examined]);
        JsonElement content = Content(File.ReadAllText(path)), layer = content.GetProperty("layers")[examined.Layer];
        for (int k = 0; k < examined.Topics.Count; k++)
            Assert.Equal(examined.Topics[k].Npmi, layer.GetProperty("topics")[k].GetProperty("npmi").GetDouble(), 1e-5);
        Assert.Equal(2, content.GetProperty("residuals").GetArrayLength());
        JsonElement group = layer.GetProperty("groups")[0];
        Assert.Equal(["<b> (30)", "other (60)"], group.GetProperty("groups").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(examined.Groups[0].Groups[1].Shares[2], group.GetProperty("values")[1][2].GetDouble(), 1e-5);

        var other = (NmfTransformer)SavedModels.Train("Nmf, β = 2").Model;
        other.Model.SaveReport(path, examinations: [other.Examine(data)]);
        string before = File.ReadAllText(path);
        NmfModel larger = _context.Transforms.Nmf("Topics", "Features", rank: 4).Fit(data).Model;
        Assert.Contains("which this model does not have", Assert.Throws<ArgumentException>(() => larger.SaveReport(path, examinations: [examined])).Message);
        Assert.Equal(before, File.ReadAllText(path));
    }

    [Fact]
    public void It_needs_nothing_from_outside()
    {
        string page = Save(SavedModels.Train("DeepNmf").Model);
        Assert.DoesNotMatch(@"(src|href)\s*=\s*[""'](?!#)", page);
        Assert.DoesNotMatch(@"@import|url\(|fetch\(|XMLHttpRequest|innerHTML|insertAdjacentHTML|document\.write|eval\(", page);
        Assert.Contains("default-src 'none'", page);
    }

    [Fact]
    public void A_file_is_replaced_by_a_complete_one_or_left_as_it_is()
    {
        var model = (NmfTransformer)SavedModels.Train("Nmf, β = 2").Model;
        string path = Path.Combine(_folder.FullName, "topics.html");
        File.WriteAllText(path, "before");
        model.Model.SaveReport(path);
        Assert.Contains("</html>", File.ReadAllText(path));
        Assert.Equal(["topics.html"], _folder.GetFiles().Select(file => file.Name));
        Assert.Throws<DirectoryNotFoundException>(() => model.Model.SaveReport(Path.Combine(_folder.FullName, "none", "topics.html")));
        Assert.Throws<ArgumentException>(() => model.Model.SaveReport(""));
    }

    [Fact]
    public void A_model_of_an_earlier_version_has_a_report_too()
    {
        foreach (string name in new[] { "nmf_beta2", "deep_nmf", "neural_nmf_text" })
        {
            ITransformer old = _context.Model.Load(Path.Combine(OldModelTests.Folder, name + ".zip"), out _);
            Assert.NotEmpty(Content(Save(old)).GetProperty("layers").EnumerateArray());
        }
    }

    [Fact]
    public void The_map_keeps_distances_that_fit_a_plane()
    {
        // Unit vectors of a cone around an axis: their differences lie in a plane.
        double[][] vectors = [.. new[] { 0, 0.5, 1.7, 2.9, 4.4 }.Select(angle => new[] { 0.6 * Math.Cos(angle), 0.6 * Math.Sin(angle), 0.8 })];
        var cosines = new double[5, 5];
        for (int k = 0; k < 5; k++)
        {
            for (int l = 0; l < 5; l++)
                cosines[k, l] = vectors[k].Zip(vectors[l], (a, b) => a * b).Sum();
        }

        (double X, double Y)[] places = TopicMap.Place(cosines);
        for (int k = 0; k < 5; k++)
        {
            for (int l = 0; l < 5; l++)
                Assert.Equal(2 - 2 * cosines[k, l], Math.Pow(places[k].X - places[l].X, 2) + Math.Pow(places[k].Y - places[l].Y, 2), 1e-6);
        }

        Assert.Equal([(0, 0)], TopicMap.Place(new double[,] { { 1 } }));
        Assert.All(TopicMap.Place(new double[,] { { 1, 1 }, { 1, 1 } }), place => Assert.Equal((0, 0), place));
    }

    private string Save(ITransformer transformer)
    {
        string path = Path.Combine(_folder.FullName, "report.html");
        switch (Single(transformer))
        {
            case NmfTransformer nmf:
                nmf.Model.SaveReport(path);
                break;
            case DeepNmfTransformer deep:
                deep.Model.SaveReport(path);
                break;
            case NeuralNmfTransformer neural:
                neural.Model.SaveReport(path);
                break;
        }

        return File.ReadAllText(path);
    }

    private static TopicSet[] LayersOf(ITransformer transformer) => Single(transformer) switch
    {
        NmfTransformer nmf => [nmf.Model],
        DeepNmfTransformer deep => [.. deep.Model.Layers],
        var neural => [.. ((NeuralNmfTransformer)neural).Model.Layers],
    };

    private static ITransformer Single(ITransformer transformer) => transformer is IEnumerable<ITransformer> chain ? chain.Single() : transformer;

    private static JsonElement Content(string page) => JsonDocument.Parse(Json().Match(page).Groups[1].Value).RootElement;

    [GeneratedRegex("""<script type="application/json" id="content">(.*?)</script>""", RegexOptions.Singleline)]
    private static partial Regex Json();

    [GeneratedRegex("</script", RegexOptions.IgnoreCase)]
    private static partial Regex EndOfScript();
}
