using System.Collections;
using System.Text;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf;

/// <summary>
/// Topics that are wanted, each with a name and a few words: <c>SeedWords = { { "space", "orbit", "moon" }, { "food", "bread", "oven" } }</c>, or
/// <c>SeedWords.Add("space", "orbit", "moon")</c>.
/// </summary>
public sealed class TopicSeeds : IReadOnlyCollection<KeyValuePair<string, IReadOnlyList<string>>>
{
    private readonly List<KeyValuePair<string, IReadOnlyList<string>>> _topics;

    internal TopicSeeds(IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> topics) => _topics = [.. topics];

    /// <summary>The number of topics.</summary>
    public int Count => _topics.Count;

    /// <summary>Adds a topic, after those that are there.</summary>
    /// <param name="topicName">What it is to be called: not blank, and different from the others.</param>
    /// <param name="words">
    /// At least one word, as the slots of the features name it, or in another case; of several words, as in a phrase, with blanks between them. A word may be
    /// in several topics.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="words"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// The name is blank, that of another topic, or has half of a surrogate pair, which no model file can hold; or there is no word, or one is blank.
    /// </exception>
    public void Add(string topicName, params string[] words)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (string.IsNullOrWhiteSpace(topicName))
            throw new ArgumentException($"The name of seeded topic {Count} is blank. Give it one that can be read.", nameof(topicName));
        if (_topics.Exists(topic => topic.Key == topicName))
            throw new ArgumentException($"There is a seeded topic '{topicName}' already. Give its words in one call, or another name.", nameof(topicName));
        try
        {
            ModelReader.StrictUtf8.GetByteCount(topicName);
        }
        catch (EncoderFallbackException)
        {
            throw new ArgumentException($"The name of seeded topic {Count} has half of a surrogate pair, which a model file cannot hold.", nameof(topicName));
        }

        if (words.Length == 0 || Array.Exists(words, string.IsNullOrWhiteSpace))
        {
            throw new ArgumentException(words.Length == 0
                ? $"Topic '{topicName}' has no seed words. Give it at least one."
                : $"Topic '{topicName}' has a seed word that is blank. Leave it out.", nameof(words));
        }

        _topics.Add(new(topicName, [.. words]));
    }

    /// <summary>The topics with their words, in the order they were added.</summary>
    public IEnumerator<KeyValuePair<string, IReadOnlyList<string>>> GetEnumerator() => _topics.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
