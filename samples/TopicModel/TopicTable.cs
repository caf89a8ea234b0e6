using System.Text;
using Microsoft.ML.Nmf;

namespace TopicModel;

/// <summary>
/// Topics as comma-separated values for Excel, pandas and their like, one row for each topic and word: quoted as in RFC 4180, numbers with a point, and UTF-8
/// with a byte order mark, without which Excel takes it for something else.
/// </summary>
public static class TopicTable
{
    private const string Header = "layer,topic,name,share,word,weight,weight_rank,relevance,relevance_rank";
    private const int WordsPerTopic = 50;

    // Sievert and Shirley's choice for words that are both heavy in a topic and rare in others.
    private const double Lambda = 0.6;

    /// <summary>Writes the words of each topic that are among its first 50 by weight or by relevance, as a whole or not at all.</summary>
    /// <param name="path">The file. One that is there is replaced once the table is complete.</param>
    /// <param name="layers">The layers of topics, the finest first.</param>
    public static void Save(string path, IReadOnlyList<TopicSet> layers)
    {
        string unfinished = path + ".unfinished";
        try
        {
            using (var writer = new StreamWriter(unfinished, append: false, Encoding.UTF8) { NewLine = "\r\n" })
            {
                writer.WriteLine(Header);
                for (int layer = 0; layer < layers.Count; layer++)
                    Write(writer, layer, layers[layer]);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            // Is there no more when all went well.
            File.Delete(unfinished);
        }
    }

    private static void Write(StreamWriter writer, int layer, TopicSet topics)
    {
        IReadOnlyList<Topic> byWeight = topics.GetTopics(int.MaxValue), byRelevance = topics.GetTopics(int.MaxValue, Lambda);
        foreach (Topic topic in byWeight)
        {
            Dictionary<int, (int Rank, double Value)> relevance
                = byRelevance[topic.Index].Words.Index().ToDictionary(one => one.Item.Feature, one => (one.Index + 1, one.Item.Relevance));
            foreach ((int i, TopicWord word) in topic.Words.Index())
            {
                (int rank, double value) = relevance[word.Feature];
                if (i < WordsPerTopic || rank <= WordsPerTopic)
                {
                    writer.WriteLine(FormattableString.Invariant(
                        $"{layer},{topic.Index},{Field(topic.Name)},{topic.Prevalence},{Field(word.Word)},{word.Weight},{i + 1},{value},{rank}"));
                }
            }
        }
    }

    // A spreadsheet computes what begins like a formula, and anybody may have written the texts. An apostrophe before it makes it text.
    private static string Field(string text)
    {
        string harmless = text.Length > 0 && "=+-@＝＋－＠\t\r\n".Contains(text[0]) ? $"'{text}" : text;
        return harmless.AsSpan().IndexOfAny(",\"\r\n") < 0 ? harmless : $"\"{harmless.Replace("\"", "\"\"")}\"";
    }
}
