using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Transforms.Text;

namespace Microsoft.ML.Nmf.Words;

/// <summary>
/// Knows the words that say nothing: those of ML.NET's list of a language, what splitting leaves of them and of addresses, and those that a user names.
/// </summary>
internal sealed class StopWordFilter(ComponentHost host, StopWordsRemovingEstimator.Language? language, IReadOnlyList<string> more)
{
    // What splitting leaves of addresses and of markup, in any language.
    private const string OfAddresses = "http https www ftp mailto href org com html htm nbsp amp quot";

    // What ML.NET's lists lack: pronouns and verbs, and what splitting at an apostrophe leaves of their words, as "don't" leaves "don".
    private static readonly Dictionary<StopWordsRemovingEstimator.Language, string> _missing = new()
    {
        [StopWordsRemovingEstimator.Language.English] = "you your yours yourself yourselves theirs did does doing having just let "
            + "ain aren couldn didn doesn don hadn hasn haven isn mightn mustn needn shan shouldn wasn weren won wouldn ll ve",
        [StopWordsRemovingEstimator.Language.French] = "aujourd hui jusqu lorsqu presqu puisqu quelqu quoiqu",
        [StopWordsRemovingEstimator.Language.Italian] = "all anch coll com cos dall dell dov gl nell nient po quell quest sull tutt",
    };

    private readonly HashSet<string> _more = [.. Split(language is { } l ? [.. more, OfAddresses, _missing.GetValueOrDefault(l, "")] : more)];

    /// <summary>Those of some words in lower case that are no stop words, in their order.</summary>
    public List<WordDocuments> Remove(IEnumerable<WordDocuments> words)
    {
        List<WordDocuments> some = [.. words.Where(word => !_more.Contains(word.Word))];
        if (language is null || some.Count == 0)
            return some;

        // A list may have a word with its apostrophe, such as the French "qu'".
        var asked = new WordList { Words = [.. some.Select(word => word.Word), .. some.Select(word => $"{word.Word}'")] };
        IDataView data = host.Data.LoadFromEnumerable([asked]);
        IDataView left = host.Transforms.Text.RemoveDefaultStopWords(nameof(WordList.Words), language: language.Value).Fit(data).Transform(data);
        HashSet<string> kept = [.. left.GetColumn<string[]>(nameof(WordList.Words)).Single()];
        return some.FindAll(word => kept.Contains(word.Word) && kept.Contains($"{word.Word}'"));
    }

    // As the texts are.
    private static IEnumerable<string> Split(IEnumerable<string> lines)
    {
        var characters = new TextCharacters();
        foreach (string line in lines)
        {
            var words = new List<string>();
            ReadOnlySpan<char> rest = line.ToLowerInvariant();
            while (characters.Next(ref rest, out ReadOnlySpan<char> word))
                words.Add(word.ToString());
            foreach (string word in words)
                yield return word;
        }
    }

    private sealed class WordList
    {
        public string[] Words { get; set; } = [];
    }
}
