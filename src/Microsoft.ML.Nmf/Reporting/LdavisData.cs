using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Topics;

namespace Microsoft.ML.Nmf.Reporting;

/// <summary>A set of topics as the page of LDAvis and pyLDAvis takes it.</summary>
internal sealed class LdavisData
{
    // The positions of the slider for λ are 0, 1/100, …, 1.
    private const int Positions = 100;

    // Frequencies of all words together.
    private const double Million = 1e6;

    // A circle of a smaller part of a word is not seen.
    private const double LeastShare = 0.001;

    private readonly int _rank;
    private readonly FactorMatrix _components;
    private readonly double[,] _similarity;
    private readonly double[] _componentSums;
    private readonly double[] _prevalence;
    private readonly double[] _overall;
    private readonly string[] _words;
    private readonly WordRelevance _probability;
    private readonly WordRelevance _lift;
    private readonly int[] _salient;
    private readonly int[][] _relevant;

    /// <summary>What is to be told of topics.</summary>
    /// <param name="topics">The topics.</param>
    /// <param name="wordsPerTopic">The most words of a topic to show at once, at least 1.</param>
    public LdavisData(TopicSet topics, int wordsPerTopic)
    {
        _rank = topics.Rank;
        _components = topics.Components;
        _similarity = topics.GetSimilarity();
        _componentSums = topics.ComponentSums;
        // Where the prevalence of topics is not known, all count the same.
        double[] sums = topics.Moments.Sums.Length > 0 ? topics.Moments.Sums : [.. _componentSums.Select(sum => sum > 0 ? 1 / sum : 0)];
        _prevalence = Proportions.Of([.. _componentSums.Zip(sums, (template, activation) => template * activation)]);
        _overall = WordRelevance.OverallShares(_components, sums);
        _words = UniqueNames.Of(topics.FeatureNames ?? [.. Enumerable.Repeat("", _components.Rows)], "slot");
        _probability = new WordRelevance(_components, 1, sums);
        _lift = new WordRelevance(_components, 0, sums);
        _salient =
        [
            .. Enumerable.Range(0, _components.Rows).Where(word => _overall[word] > 0).OrderByDescending(SaliencyOf).ThenBy(word => word).Take(wordsPerTopic),
        ];
        _relevant = [.. Enumerable.Range(0, _rank).Select(topic => RelevantWords(topic, wordsPerTopic))];
    }

    // *** Format, that of pyLDAvis' PreparedData.to_dict ***
    // mdsDat, lists with an entry for each topic: x and y, its place on the map; topics, its number from 1 on; cluster, always 1; Freq, its share in per cent
    // tinfo, lists with an entry for each bar that may be shown: Term; Freq, the word's frequency in the topic; Total, that in all topics; Category,
    //     "Topic3", or "Default" for the R most salient words, which come first and are shown while no topic is chosen; logprob, log φ_kw; loglift,
    //     log(φ_kw / p_w). A word of Default has the same Freq and Total, and R, R − 1, …, 1 for the other two.
    // token.table, lists with an entry for each topic that a word of tinfo is in: Topic; Freq, the topic's share in the word; Term
    // R: how many words are shown at once; lambda.step: the step of the slider; plot.opts: xlab and ylab, the names of the map's axes
    // topic.order: the numbers of the topics; the page takes the first for the least, so that they ascend

    /// <summary>The data as JSON.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteTopics(json);
            WriteBars(json);
            WriteCircles(json);
            json.WriteNumber("R", _salient.Length);
            json.WriteNumber("lambda.step", 1.0 / Positions);
            json.WriteStartObject("plot.opts");
            json.WriteString("xlab", "PC1");
            json.WriteString("ylab", "PC2");
            json.WriteEndObject();
            WriteNumbers(json, "topic.order", Numbers());
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void WriteTopics(Utf8JsonWriter json)
    {
        (double X, double Y)[] places = TopicMap.Place(_similarity);
        json.WriteStartObject("mdsDat");
        WriteNumbers(json, "x", places.Select(place => Math.Round(place.X, 6)));
        WriteNumbers(json, "y", places.Select(place => Math.Round(place.Y, 6)));
        WriteNumbers(json, "topics", Numbers());
        WriteNumbers(json, "cluster", Enumerable.Repeat(1.0, _rank));
        WriteNumbers(json, "Freq", _prevalence.Select(share => Math.Round(100 * share, 6)));
        json.WriteEndObject();
    }

    private void WriteBars(Utf8JsonWriter json)
    {
        Bar[] bars =
        [
            .. _salient.Select((word, i) => new Bar(word, _overall[word], "Default", _salient.Length - i, _salient.Length - i)),
            .. _relevant.SelectMany((words, topic) => words.Select(word => BarOf(word, topic))),
        ];
        json.WriteStartObject("tinfo");
        WriteTexts(json, "Term", bars.Select(bar => _words[bar.Word]));
        WriteNumbers(json, "Freq", bars.Select(bar => FrequencyOf(bar.Share)));
        WriteNumbers(json, "Total", bars.Select(bar => FrequencyOf(_overall[bar.Word])));
        WriteTexts(json, "Category", bars.Select(bar => bar.Category));
        WriteNumbers(json, "logprob", bars.Select(bar => Math.Round(bar.Probability, 6)));
        WriteNumbers(json, "loglift", bars.Select(bar => Math.Round(bar.Lift, 6)));
        json.WriteEndObject();
    }

    private void WriteCircles(Utf8JsonWriter json)
    {
        (int Word, int Topic, double Share)[] circles =
        [
            .. from word in _relevant.SelectMany(words => words).Concat(_salient).Distinct().OrderBy(word => _words[word], StringComparer.Ordinal)
               where _overall[word] > 0
               from topic in Enumerable.Range(0, _rank)
               let share = ShareOf(word, topic) / _overall[word]
               where share >= LeastShare
               select (word, topic, share),
        ];
        json.WriteStartObject("token.table");
        WriteNumbers(json, "Topic", circles.Select(circle => circle.Topic + 1.0));
        WriteNumbers(json, "Freq", circles.Select(circle => Math.Round(circle.Share, 6)));
        WriteTexts(json, "Term", circles.Select(circle => _words[circle.Word]));
        json.WriteEndObject();
    }

    private IEnumerable<double> Numbers() => Enumerable.Range(1, _rank).Select(number => (double)number);

    private Bar BarOf(int word, int topic)
    {
        string category = string.Create(CultureInfo.InvariantCulture, $"Topic{topic + 1}");
        return new(word, ShareOf(word, topic), category, _probability.Of(word, topic), _lift.Of(word, topic));
    }

    // The share in everything of a word as a topic says it, φ_kw times the prevalence of the topic.
    private double ShareOf(int word, int topic)
        => _componentSums[topic] > 0 ? _components[word, topic] / _componentSums[topic] * _prevalence[topic] : 0;

    // Saliency of Chuang, Manning and Heer (2012, https://doi.org/10.1145/2254556.2254572): p_w Σ_k p(k|w) log(p(k|w) / p(k)), where the ratio is φ_kw / p_w.
    private double SaliencyOf(int word)
        => Enumerable.Range(0, _rank).Sum(topic => ShareOf(word, topic) is > 0 and var share ? share * _lift.Of(word, topic) : 0);

    // The words that are among the most relevant of a topic at any position of the slider, as Topic.Words has them, the heaviest first.
    private int[] RelevantWords(int topic, int wordsPerTopic)
    {
        int[] words = [.. Enumerable.Range(0, _components.Rows).Where(word => _components[word, topic] > 0)];
        double[] probabilities = [.. words.Select(word => _probability.Of(word, topic))], lifts = [.. words.Select(word => _lift.Of(word, topic))];
        var found = new HashSet<int>();
        var best = new PriorityQueue<int, (double Relevance, float Weight, int Reverse)>();
        for (int position = 0; position <= Positions; position++)
        {
            double lambda = (double)position / Positions;
            for (int i = 0; i < words.Length; i++)
            {
                double relevance = lambda * probabilities[i] + (1 - lambda) * lifts[i];
                // Most words are none of the best, which one comparison tells.
                if (best.Count == wordsPerTopic && best.TryPeek(out _, out (double Relevance, float, int) least) && relevance < least.Relevance)
                    continue;
                best.Enqueue(words[i], (relevance, _components[words[i], topic], -words[i]));
                if (best.Count > wordsPerTopic)
                    best.Dequeue();
            }

            found.UnionWith(best.UnorderedItems.Select(item => item.Element));
            best.Clear();
        }

        return [.. found.OrderByDescending(word => _components[word, topic]).ThenBy(word => word)];
    }

    private static double FrequencyOf(double share) => Math.Round(Million * share, 3);

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<double> values)
    {
        json.WriteStartArray(name);
        foreach (double value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    // A bar of the chart, and the two parts of the word's relevance.
    private sealed record Bar(int Word, double Share, string Category, double Probability, double Lift);
}
