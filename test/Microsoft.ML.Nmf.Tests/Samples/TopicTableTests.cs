using System.Globalization;
using System.Text;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.VisualBasic.FileIO;
using TopicModel;

namespace Microsoft.ML.Nmf.Tests.Samples;

/// <summary>The table of topics is read by others as it was meant.</summary>
public sealed class TopicTableTests : IDisposable
{
    private const string Header = "layer,topic,name,share,word,weight,weight_rank,relevance,relevance_rank";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nmf-tests-");

    private string Table => Path.Combine(_folder.FullName, "topics.csv");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory, InlineData("Nmf, β = 2"), InlineData("DeepNmf"), InlineData("NeuralNmf, text")]
    public void Another_reader_finds_every_word_of_every_topic_to_the_last_digit(string kind)
    {
        TopicSet[] layers = SavedModels.Topics(SavedModels.Train(kind).Model);
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            TopicTable.Save(Table, layers);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        List<string[]> rows = Read();
        Assert.Equal(layers.Sum(layer => layer.GetTopics(100).Sum(topic => topic.Words.Count)), rows.Count);
        int at = 0;
        for (int layer = 0; layer < layers.Length; layer++)
        {
            IReadOnlyList<Topic> relevant = layers[layer].GetTopics(100, 0.6);
            foreach (Topic topic in layers[layer].GetTopics(100))
            {
                for (int i = 0; i < topic.Words.Count; i++)
                {
                    string[] row = rows[at++];
                    TopicWord word = topic.Words[i], same = relevant[topic.Index].Words[int.Parse(row[8], CultureInfo.InvariantCulture) - 1];
                    Assert.Equal([$"{layer}", $"{topic.Index}", topic.Name, word.Word, $"{i + 1}"], [row[0], row[1], row[2], row[4], row[6]]);
                    Assert.Equal(topic.Prevalence, double.Parse(row[3], CultureInfo.InvariantCulture));
                    Assert.Equal(word.Weight, float.Parse(row[5], CultureInfo.InvariantCulture));
                    Assert.Equal((word.Feature, double.Parse(row[7], CultureInfo.InvariantCulture)), (same.Feature, same.Relevance));
                }
            }
        }
    }

    [Fact]
    public void Words_of_any_characters_are_read_as_they_are_but_for_formulas()
    {
        string[] words = ["a,b", "say \"x\"", "two\r\nlines", "größe 😀", " spaces ", "\"", "null", "=1+1", "+x", "-y", "@z", "\ttab", "＝2", "=\",\"\n"];
        var templates = new float[words.Length, 1];
        for (int j = 0; j < words.Length; j++)
            templates[j, 0] = words.Length - j;
        TopicTable.Save(Table, [InsightFixture.Make(new FactorMatrix(templates), words, [1])]);
        Assert.Equal(words.Select((word, j) => j < 7 ? word : $"'{word}"), Read().Select(row => row[4]));
    }

    [Fact]
    public void It_is_UTF_8_that_says_so_with_line_ends_of_the_format_and_the_first_words_of_large_topics()
    {
        // Every word is in both topics, heavy in one of them: the words of the other are of no relevance to it.
        const int Size = 300;
        var templates = new float[Size, 2];
        for (int j = 0; j < Size; j++)
            (templates[j, 0], templates[j, 1]) = (Size - j, 1 + j * j);
        TopicTable.Save(Table, [InsightFixture.Make(new FactorMatrix(templates), [.. Enumerable.Range(0, Size).Select(j => $"w{j}")], [1, 1])]);
        byte[] bytes = File.ReadAllBytes(Table);
        Assert.Equal(Encoding.UTF8.GetPreamble(), bytes[..3]);
        string text = Encoding.UTF8.GetString(bytes.AsSpan(3));
        Assert.StartsWith(Header + "\r\n", text);
        Assert.EndsWith("\r\n", text);
        Assert.Equal(text.Count(c => c == '\n'), text.Split("\r\n").Length - 1);
        List<string[]> rows = Read();
        foreach (string topic in (string[])["0", "1"])
        {
            IEnumerable<(int Weight, int Relevance)> ranks = rows.Where(row => row[1] == topic)
                .Select(row => (int.Parse(row[6], CultureInfo.InvariantCulture), int.Parse(row[8], CultureInfo.InvariantCulture))).ToList();
            Assert.All(ranks, rank => Assert.True(Math.Min(rank.Weight, rank.Relevance) <= 50));
            Assert.Equal(Enumerable.Range(1, 50), ranks.Select(rank => rank.Weight).Where(rank => rank <= 50).Order());
            Assert.Equal(Enumerable.Range(1, 50), ranks.Select(rank => rank.Relevance).Where(rank => rank <= 50).Order());
        }
    }

    [Fact]
    public void What_cannot_be_finished_leaves_the_older_table_and_nothing_else()
    {
        File.WriteAllText(Table, "an older table");
        Assert.Throws<NullReferenceException>(() => TopicTable.Save(Table, [SavedModels.Topics(SavedModels.Train("Nmf, β = 2").Model)[0], null!]));
        Assert.Equal("an older table", File.ReadAllText(Table));
        Assert.Single(_folder.EnumerateFileSystemInfos());
    }

    // The rows after the header.
    private List<string[]> Read()
    {
        using var parser = new TextFieldParser(Table) { Delimiters = [","], HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = false };
        Assert.Equal(Header.Split(','), parser.ReadFields());
        var rows = new List<string[]>();
        while (!parser.EndOfData)
            rows.Add(parser.ReadFields()!);
        return rows;
    }
}
