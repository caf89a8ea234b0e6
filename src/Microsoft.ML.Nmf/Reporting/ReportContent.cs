using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Nmf.Topics;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Reporting;

/// <summary>What a report tells, as the JSON that its script reads.</summary>
/// <param name="title">Its title.</param>
/// <param name="summary">The model in a line.</param>
/// <param name="layers">The layers of topics.</param>
/// <param name="tree">The topics as a tree; for one layer, its topics.</param>
/// <param name="phases">The training.</param>
/// <param name="examinations">What topics are in some data, for each layer where that is known.</param>
internal sealed class ReportContent(
    string title,
    string summary,
    IReadOnlyList<TopicSet> layers,
    IReadOnlyList<TopicNode> tree,
    IEnumerable<TrainingPhase> phases,
    IReadOnlyList<TopicExamination> examinations)
{
    // Words of a topic that the slider may bring to the top: so many at each of these relevances.
    private const int WordsOfEach = 40;

    // What a topic takes from a finer one is told from this share on.
    private const double LeastLink = 0.01;

    // An example is to be recognized, not to be read.
    private const int MostCharacters = 400;

    // More iterations than a chart has pixels say no more.
    private const int MostPoints = 1000;

    private static readonly CultureInfo _culture = CultureInfo.InvariantCulture;

    private static readonly double[] _relevances = [1, 0.6, 0.3, 0];

    // The default encoder escapes <, > and &, so that no text can end the script element that holds the content.
    private static readonly JsonWriterOptions _options = new() { Indented = false };

    /// <summary>The content as JSON, which can stand in a script element.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, _options))
        {
            json.WriteStartObject();
            json.WriteString("title", title);
            json.WriteString("summary", summary);
            json.WriteStartArray("layers");
            for (int i = 0; i < layers.Count; i++)
                WriteLayer(json, layers[i], examinations.FirstOrDefault(examined => examined.Layer == i));
            json.WriteEndArray();
            WriteTree(json, "tree", tree);
            json.WriteStartArray("phases");
            foreach (TrainingPhase phase in phases)
                WriteTraining(json, phase);
            json.WriteEndArray();
            if (examinations.FirstOrDefault(examined => examined.LargestResiduals.Count > 0) is { } those)
                WriteRows(json, "residuals", those.LargestResiduals, row => row.Residual);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteLayer(Utf8JsonWriter json, TopicSet layer, TopicExamination? examined)
    {
        (double X, double Y)[] places = TopicMap.Place(layer.GetSimilarity());
        IReadOnlyList<double> sparsity = layer.GetSparsity(), exclusivity = layer.GetExclusivity();
        IReadOnlyList<Topic>[] lists =
            [.. (layer.Moments.Sums.Length > 0 ? _relevances : [1]).Select(relevance => layer.GetTopics(WordsOfEach, relevance))];
        // Where the prevalence of topics is not known, all count the same.
        double[] sums = layer.Moments.Sums.Length > 0 ? layer.Moments.Sums : [.. Enumerable.Repeat(1.0, layer.Rank)];
        double[] overall = WordRelevance.OverallShares(layer.Components, sums);
        json.WriteStartObject();
        json.WriteStartArray("topics");
        foreach (Topic topic in lists[0])
        {
            json.WriteStartObject();
            json.WriteNumber("index", topic.Index);
            json.WriteString("name", topic.IsRenamed ? topic.Name : null);
            WriteNumber(json, "prevalence", topic.Prevalence);
            WriteNumber(json, "x", places[topic.Index].X);
            WriteNumber(json, "y", places[topic.Index].Y);
            WriteNumber(json, "sparsity", sparsity[topic.Index]);
            WriteNumber(json, "exclusivity", exclusivity[topic.Index]);
            if (examined?.Topics[topic.Index] is { } inData)
            {
                WriteNumber(json, "npmi", inData.Npmi);
                WriteNumber(json, "umass", inData.UMass);
                WriteRows(json, "examples", inData.Examples, row => row.Share);
            }

            json.WriteStartArray("words");
            foreach (TopicWord word in lists.SelectMany(list => list[topic.Index].Words).DistinctBy(word => word.Feature).OrderByDescending(word => word.Weight))
            {
                json.WriteStartObject();
                json.WriteString("word", word.Word);
                WriteNumber(json, "share", word.Weight / layer.ComponentSums[topic.Index]);
                WriteNumber(json, "overall", overall[word.Feature]);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("links");
            foreach (TopicLink link in layer is TopicLayer { Index: > 0 } deeper ? deeper.GetLinks(topic.Index).Where(link => link.Share >= LeastLink) : [])
            {
                json.WriteStartObject();
                json.WriteNumber("topic", link.Topic);
                WriteNumber(json, "share", link.Share);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("groups");
        foreach (GroupedTopics column in examined?.Groups ?? [])
            WriteShares(json, column.ColumnName, column.Groups.Select(group => ($"{group.Name ?? "(missing)"} ({group.NumberOfRows.ToString("N0", _culture)})", group.Shares)));
        json.WriteEndArray();
        if (examined is { Periods.Count: > 0 })
        {
            json.WritePropertyName("time");
            WriteShares(json, "period", examined.Periods.Select(period => (period.Start.ToString("yyyy-MM-dd", _culture), period.Shares)));
        }

        json.WriteEndObject();
    }

    private static void WriteShares(Utf8JsonWriter json, string column, IEnumerable<(string Name, IReadOnlyList<double> Shares)> groups)
    {
        json.WriteStartObject();
        json.WriteString("column", column);
        json.WriteStartArray("groups");
        foreach ((string name, _) in groups)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteStartArray("values");
        foreach ((_, IReadOnlyList<double> shares) in groups)
        {
            json.WriteStartArray();
            foreach (double share in shares)
                json.WriteNumberValue(Rounded(share));
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRows(Utf8JsonWriter json, string name, IEnumerable<ExaminedRow> rows, Func<ExaminedRow, double> share)
    {
        json.WriteStartArray(name);
        foreach (ExaminedRow row in rows)
        {
            json.WriteStartObject();
            json.WriteNumber("row", row.Row);
            json.WriteString("text", row.Text is { Length: > MostCharacters } text ? text[..MostCharacters] + "…" : row.Text);
            WriteNumber(json, "share", share(row));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTree(Utf8JsonWriter json, string name, IReadOnlyList<TopicNode> nodes)
    {
        json.WriteStartArray(name);
        foreach (TopicNode node in nodes)
        {
            json.WriteStartObject();
            json.WriteNumber("layer", node.Layer);
            json.WriteNumber("topic", node.Topic.Index);
            WriteNumber(json, "prevalence", node.Prevalence);
            WriteTree(json, "children", node.Children);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTraining(Utf8JsonWriter json, TrainingPhase phase)
    {
        json.WriteStartObject();
        json.WriteString("name", phase.Name);
        json.WriteString("end", TrainingSummary.WordsOf(phase.History.End));
        WriteNumber(json, "seconds", phase.History.Last.Seconds);
        json.WriteNumber("last", phase.History.Last.Number);
        json.WriteStartArray("objective");
        int step = (phase.History.Count + MostPoints - 1) / MostPoints;
        for (int i = 0; i < phase.History.Count; i += step)
            json.WriteNumberValue(Rounded(phase.History[i].Objective));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // JSON has no word for what is not finite.
    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, Rounded(value));
        else
            json.WriteNull(name);
    }

    // Six digits are more than anybody sees, and keep the file small.
    private static double Rounded(double value) => double.Parse(value.ToString("G6", _culture), _culture);
}
