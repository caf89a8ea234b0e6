using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Reporting;

namespace Microsoft.ML.Nmf;

/// <summary>Topics for the page of LDAvis and pyLDAvis.</summary>
public static class LdavisExtensions
{
    /// <summary>
    /// Writes topics as the JSON that the page of LDAvis (R) and pyLDAvis (Python) is drawn from, for those who have that page: its script shows the file by
    /// <c>new LDAvis("#place", "topics.json")</c>. <see cref="NmfModel.SaveReport"/> and its like write a page that needs nothing else.
    /// </summary>
    /// <remarks>
    /// A model of one layer is a set of topics, and so is each of <see cref="LayeredModel.Layers"/>. The page numbers topics from 1 on, in the order of the
    /// model: its topic 1 has <see cref="Topic.Index"/> 0. Frequencies are parts per million of what the topics say about the training data, whatever its unit,
    /// because the page's axes begin at 1. The map is made of <see cref="TopicSet.GetSimilarity"/>. Words that share a name, or have none, show their slot.
    /// In a model that an earlier version saved without the prevalence of its topics, all count the same.
    /// </remarks>
    /// <param name="topics">A model of one layer, or a layer.</param>
    /// <param name="path">The file to write. One that is there is replaced, once the data is complete.</param>
    /// <param name="wordsPerTopic">
    /// The most words of a topic to show at once, at least 1; 30 unless given, which is also the most that the page shows. All that are among them at any
    /// position of its slider are written.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="topics"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="wordsPerTopic"/> is below 1.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SaveLdavisData(this TopicSet topics, string path, int wordsPerTopic = 30)
    {
        ArgumentNullException.ThrowIfNull(topics);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(wordsPerTopic, 1);
        WholeFile.Write(path, new LdavisData(topics, wordsPerTopic).ToJson());
    }
}
