using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Tests.Transforming;

namespace Microsoft.ML.Nmf.Tests.Reporting;

/// <summary>Topics as the page of LDAvis and pyLDAvis takes them.</summary>
public sealed class LdavisTests : IDisposable
{
    private const int Most = 5;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ldavis");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string> Kinds => [.. SavedModels.Kinds];

    [Theory, MemberData(nameof(Kinds))]
    public void It_has_the_members_that_the_page_reads(string kind)
    {
        foreach (TopicSet topics in LayersOf(SavedModels.Train(kind).Model))
        {
            JsonElement data = Save(topics);
            Assert.Equal(["mdsDat", "tinfo", "token.table", "R", "lambda.step", "plot.opts", "topic.order"], Members(data));
            Assert.Equal(["x", "y", "topics", "cluster", "Freq"], Members(data.GetProperty("mdsDat")));
            Assert.Equal(["Term", "Freq", "Total", "Category", "logprob", "loglift"], Members(data.GetProperty("tinfo")));
            Assert.Equal(["Topic", "Freq", "Term"], Members(data.GetProperty("token.table")));
            Assert.Equal(["xlab", "ylab"], Members(data.GetProperty("plot.opts")));
            foreach (string table in new[] { "mdsDat", "tinfo", "token.table" })
                Assert.Single(data.GetProperty(table).EnumerateObject().Select(column => column.Value.GetArrayLength()).Distinct());
            Assert.Equal(0.01, data.GetProperty("lambda.step").GetDouble());
            // The page takes the first number for the least.
            Assert.Equal(Enumerable.Range(1, topics.Rank), Integers(data.GetProperty("topic.order")));
            Assert.Equal(Enumerable.Range(1, topics.Rank), Integers(data.GetProperty("mdsDat").GetProperty("topics")));
            AssertNear(topics.GetPrevalence().Select(share => 100 * share), Numbers(data.GetProperty("mdsDat").GetProperty("Freq")));
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Its_words_are_those_that_plain_loops_find_at_every_position_of_the_slider(string kind)
    {
        foreach (TopicSet topics in LayersOf(SavedModels.Train(kind).Model))
        {
            var naive = new NaiveRelevance(topics);
            ILookup<string, Row> bars = Bars(Save(topics)).ToLookup(bar => bar.Category);
            Assert.Equal(topics.Rank + 1, bars.Count);
            for (int k = 0; k < topics.Rank; k++)
            {
                Row[] those = [.. bars[$"Topic{k + 1}"]];
                foreach (Row bar in those)
                {
                    int word = naive.WordOf(bar.Term);
                    Assert.Equal(naive.Probability(word, k), bar.Probability, 1e-6);
                    Assert.Equal(naive.Lift(word, k), bar.Lift, 1e-6);
                    Assert.Equal(1e6 * naive.Share(word, k), bar.Freq, 1e-2);
                    Assert.Equal(1e6 * naive.Overall[word], bar.Total, 1e-2);
                }

                Assert.Distinct(those.Select(bar => bar.Term));
                var needed = new HashSet<string>();
                var allowed = new HashSet<string>();
                for (int position = 0; position <= 100; position++)
                {
                    // What rounding alone tells apart may be either.
                    double lambda = position / 100.0;
                    int[] order = [.. naive.WordsOf(k).OrderByDescending(word => naive.Relevance(word, k, lambda))];
                    double last = naive.Relevance(order[Math.Min(Most, order.Length) - 1], k, lambda);
                    double next = order.Length > Most ? naive.Relevance(order[Most], k, lambda) : double.NegativeInfinity;
                    needed.UnionWith(order.Where(word => naive.Relevance(word, k, lambda) > next + 1e-9).Select(word => naive.Names[word]));
                    allowed.UnionWith(order.Where(word => naive.Relevance(word, k, lambda) >= last - 1e-9).Select(word => naive.Names[word]));
                }

                Assert.Subset(those.Select(bar => bar.Term).ToHashSet(), needed);
                Assert.Subset(allowed, those.Select(bar => bar.Term).ToHashSet());
            }
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void The_first_words_are_the_most_salient_and_circles_are_shares_of_topics_in_words(string kind)
    {
        foreach (TopicSet topics in LayersOf(SavedModels.Train(kind).Model))
        {
            var naive = new NaiveRelevance(topics);
            JsonElement data = Save(topics);
            Row[] first = [.. Bars(data).Take(Most)];
            Assert.Equal(Most, data.GetProperty("R").GetInt32());
            Assert.All(first, bar => Assert.Equal("Default", bar.Category));
            Assert.Equal(naive.Names.Select((_, word) => naive.Saliency(word)).OrderDescending().Take(Most),
                first.Select(bar => naive.Saliency(naive.WordOf(bar.Term))), (a, b) => Math.Abs(a - b) < 1e-12);
            Assert.Equal([5, 4, 3, 2, 1], first.Select(bar => bar.Probability));
            Assert.Equal([5, 4, 3, 2, 1], first.Select(bar => bar.Lift));
            Assert.All(first, bar => Assert.Equal(bar.Total, bar.Freq));

            JsonElement table = data.GetProperty("token.table");
            string[] terms = Texts(table.GetProperty("Term"));
            int[] numbers = [.. Integers(table.GetProperty("Topic"))];
            double[] shares = [.. Numbers(table.GetProperty("Freq"))];
            Assert.Equal(Bars(data).Select(bar => bar.Term).Distinct().Order(StringComparer.Ordinal), terms.Distinct());
            for (int i = 0; i < shares.Length; i++)
                Assert.Equal(naive.Share(naive.WordOf(terms[i]), numbers[i] - 1) / naive.Overall[naive.WordOf(terms[i])], shares[i], 1e-6);
            Assert.All(terms.Zip(shares).GroupBy(pair => pair.First), group => Assert.Equal(1, group.Sum(pair => pair.Second), 1e-2));
        }
    }

    [Fact]
    public void Words_are_text_and_told_apart()
    {
        string[] names = ["</script><script>alert(1)</script>", "\"\\\u2028é", "same", "same", " ", "slot 4"];
        JsonElement data = Save(InsightFixture.Make(Build.Ones(6, 1), names, [1]), most: 6);
        string[] terms = [.. Bars(data).Where(bar => bar.Category == "Topic1").Select(bar => bar.Term)];
        Assert.Distinct(terms);
        Assert.Equal([names[0], names[1], "same (slot 2)", "same (slot 3)", "slot 4 (slot 4)", "slot 4"], terms);
        Assert.All(File.ReadAllBytes(PathOf("topics.json")), letter => Assert.InRange(letter, (byte)' ', (byte)'~'));
        Assert.DoesNotContain("<", File.ReadAllText(PathOf("topics.json")));
        Assert.Equal(["slot 0", "slot 1"], Texts(Save(InsightFixture.Make(Build.Ones(2, 1), null, [1])).GetProperty("tinfo").GetProperty("Term")).Take(2));
    }

    [Fact]
    public void Topics_and_words_of_nothing_leave_every_number_finite()
    {
        // Topic 1 is of nothing, topic 2 has no share in the data, and nothing has the last word.
        FactorMatrix templates = Build.Matrix(new double[,] { { 3, 0, 0 }, { 1, 0, 2 }, { 0, 0, 4 }, { 0, 0, 0 } });
        JsonElement data = Save(InsightFixture.Make(templates, ["a", "b", "c", "d"], [2, 5, 0]));
        Assert.Equal([100, 0, 0], Numbers(data.GetProperty("mdsDat").GetProperty("Freq")));
        Assert.Equal(2, data.GetProperty("R").GetInt32());
        Assert.Equal(["Default", "Default", "Topic1", "Topic1", "Topic3", "Topic3"], Bars(data).Select(bar => bar.Category));
        Assert.Equal(["a", "b"], Texts(data.GetProperty("token.table").GetProperty("Term")));
    }

    [Fact]
    public void Topics_of_unknown_prevalence_count_the_same()
    {
        NmfModel old = new MLContext(1).Model.Load(Path.Combine(OldModelTests.Folder, "nmf_beta2.zip"), out _).FindNmf().Model;
        Assert.Throws<InvalidOperationException>(() => old.GetPrevalence());
        AssertNear(Enumerable.Repeat(100.0 / old.Rank, old.Rank), Numbers(Save(old).GetProperty("mdsDat").GetProperty("Freq")));
    }

    [Fact]
    public void A_file_is_replaced_by_a_complete_one_or_left_as_it_is()
    {
        NmfModel model = InsightFixture.Make(Build.Ones(6, 2), null, [1, 1]);
        string path = PathOf("topics.json");
        File.WriteAllText(path, "before");
        Assert.Throws<ArgumentOutOfRangeException>(() => model.SaveLdavisData(path, 0));
        Assert.Equal("before", File.ReadAllText(path));
        model.SaveLdavisData(path);
        Assert.Equal(["topics.json"], _folder.GetFiles().Select(file => file.Name));
        Assert.Equal((byte)'{', File.ReadAllBytes(path)[0]);
        // What cannot be replaced leaves nothing behind.
        Directory.CreateDirectory(PathOf("taken"));
        Assert.ThrowsAny<Exception>(() => model.SaveLdavisData(PathOf("taken")));
        Assert.Equal(["topics.json"], _folder.GetFiles().Select(file => file.Name));
        Assert.Throws<DirectoryNotFoundException>(() => model.SaveLdavisData(Path.Combine(_folder.FullName, "none", "topics.json")));
        Assert.Throws<ArgumentException>(() => model.SaveLdavisData(""));
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private JsonElement Save(TopicSet topics, int most = Most)
    {
        topics.SaveLdavisData(PathOf("topics.json"), most);
        return JsonDocument.Parse(File.ReadAllText(PathOf("topics.json"))).RootElement;
    }

    private static TopicSet[] LayersOf(ITransformer transformer) => transformer switch
    {
        NmfTransformer nmf => [nmf.Model],
        DeepNmfTransformer deep => [.. deep.Model.Layers],
        _ => [.. transformer.FindNeuralNmf().Model.Layers],
    };

    private static IEnumerable<string> Members(JsonElement of) => of.EnumerateObject().Select(member => member.Name);

    private static IEnumerable<int> Integers(JsonElement values) => values.EnumerateArray().Select(value => value.GetInt32());

    private static IEnumerable<double> Numbers(JsonElement values) => values.EnumerateArray().Select(value => value.GetDouble());

    private static string[] Texts(JsonElement values) => [.. values.EnumerateArray().Select(value => value.GetString()!)];

    private static IEnumerable<Row> Bars(JsonElement data)
    {
        JsonElement table = data.GetProperty("tinfo");
        return Enumerable.Range(0, table.GetProperty("Term").GetArrayLength()).Select(i => new Row(table.GetProperty("Term")[i].GetString()!,
            table.GetProperty("Freq")[i].GetDouble(), table.GetProperty("Total")[i].GetDouble(), table.GetProperty("Category")[i].GetString()!,
            table.GetProperty("logprob")[i].GetDouble(), table.GetProperty("loglift")[i].GetDouble()));
    }

    private static void AssertNear(IEnumerable<double> expected, IEnumerable<double> actual)
        => Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) < 1e-5);

    private sealed record Row(string Term, double Freq, double Total, string Category, double Probability, double Lift);

    /// <summary>Sievert and Shirley's relevance and Chuang's saliency by their definitions, from what a set of topics tells.</summary>
    private sealed class NaiveRelevance
    {
        private readonly double[,] _probabilities;
        private readonly double[] _prevalence;

        public NaiveRelevance(TopicSet topics)
        {
            FactorMatrix templates = topics is TopicLayer layer ? layer.EffectiveTemplates : ((NmfModel)topics).Templates;
            Names = topics.FeatureNames is { } names ? [.. names] : [.. Enumerable.Range(0, templates.Rows).Select(word => $"slot {word}")];
            _prevalence = [.. topics.GetPrevalence()];
            _probabilities = new double[templates.Rows, topics.Rank];
            Overall = new double[templates.Rows];
            for (int k = 0; k < topics.Rank; k++)
            {
                double sum = 0;
                for (int word = 0; word < templates.Rows; word++)
                    sum += templates[word, k];
                for (int word = 0; word < templates.Rows; word++)
                {
                    _probabilities[word, k] = templates[word, k] / sum;
                    Overall[word] += _probabilities[word, k] * _prevalence[k];
                }
            }
        }

        public string[] Names { get; }

        public double[] Overall { get; }

        public int WordOf(string name) => Array.IndexOf(Names, name);

        public IEnumerable<int> WordsOf(int topic) => Enumerable.Range(0, Names.Length).Where(word => _probabilities[word, topic] > 0);

        public double Share(int word, int topic) => _probabilities[word, topic] * _prevalence[topic];

        public double Probability(int word, int topic) => Math.Log(_probabilities[word, topic]);

        public double Lift(int word, int topic) => Math.Log(_probabilities[word, topic] / Overall[word]);

        public double Relevance(int word, int topic, double lambda) => lambda * Probability(word, topic) + (1 - lambda) * Lift(word, topic);

        public double Saliency(int word)
        {
            double distinctiveness = 0;
            for (int k = 0; k < _prevalence.Length; k++)
            {
                double topicGivenWord = Overall[word] > 0 ? Share(word, k) / Overall[word] : 0;
                distinctiveness += topicGivenWord > 0 ? topicGivenWord * Math.Log(topicGivenWord / _prevalence[k]) : 0;
            }

            return Overall[word] * distinctiveness;
        }
    }
}
