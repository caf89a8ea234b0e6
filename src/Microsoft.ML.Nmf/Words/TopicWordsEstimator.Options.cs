using System.Globalization;
using Microsoft.ML.Transforms.Text;

namespace Microsoft.ML.Nmf;

/// <summary>What a word of a text weighs.</summary>
public enum TopicWordsWeighting
{
    /// <summary>
    /// How often it occurs in the text times the natural logarithm of the number of all training texts over those it occurs in, each text scaled to length 1.
    /// For β = 2.
    /// </summary>
    TfIdf,

    /// <summary>How often it occurs in the text. For β = 1.</summary>
    Counts,
}

public sealed partial class TopicWordsEstimator
{
    /// <summary>Which words topics are made of, and what they weigh. Every setter validates its value.</summary>
    public sealed class Options
    {
        private string _outputColumnName = "Words";
        private string? _inputColumnName;
        private StopWordsRemovingEstimator.Language? _language = StopWordsRemovingEstimator.Language.English;
        private IReadOnlyList<string> _stopWords = [];
        private int _minimumDocuments = Defaults.MinimumDocuments;
        private double _maximumDocumentShare = Defaults.MaximumDocumentShare;
        private int? _maximumNumberOfWords;
        private TopicWordsWeighting _weighting;

        /// <summary>The name of the column of words to make. Not empty. "Words" unless set.</summary>
        /// <exception cref="ArgumentException">The name is null or empty.</exception>
        public string OutputColumnName
        {
            get => _outputColumnName;
            set
            {
                ArgumentException.ThrowIfNullOrEmpty(value, nameof(OutputColumnName));
                _outputColumnName = value;
            }
        }

        /// <summary>
        /// The name of the column of texts: Text, or a vector of Text, such as title and body, which counts as one text; null means
        /// <see cref="OutputColumnName"/>.
        /// </summary>
        /// <exception cref="ArgumentException">The name is empty.</exception>
        public string? InputColumnName
        {
            get => _inputColumnName;
            set
            {
                if (value is not null)
                    ArgumentException.ThrowIfNullOrEmpty(value, nameof(InputColumnName));
                _inputColumnName = value;
            }
        }

        /// <summary>
        /// The language whose stop words are left out: those that <c>RemoveDefaultStopWords</c> of ML.NET knows, for English the pronouns and verbs that its
        /// list lacks, and what splitting leaves of words with an apostrophe, of addresses and of markup, such as "don", "http" and "nbsp". Null leaves out
        /// none. English unless set.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is none of the named ones.</exception>
        public StopWordsRemovingEstimator.Language? Language
        {
            get => _language;
            set => _language = value is { } language ? Named(language, nameof(Language)) : null;
        }

        /// <summary>More words to leave out, in lower or upper case, split as the texts are. None unless set.</summary>
        /// <exception cref="ArgumentException">The list or a word of it is null.</exception>
        public IReadOnlyList<string> StopWords
        {
            get => _stopWords;
            set
            {
                ArgumentNullException.ThrowIfNull(value, nameof(StopWords));
                if (value.Contains(null!))
                    throw new ArgumentException($"{nameof(StopWords)} has a null among its words. Leave it out.", nameof(StopWords));
                _stopWords = [.. value];
            }
        }

        /// <summary>
        /// In how many of the texts a word must occur: a word of one text says nothing about others. At least 1. 3 unless set; for many texts 5 or 10 make
        /// fewer and better features.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
        public int MinimumDocuments
        {
            get => _minimumDocuments;
            set => _minimumDocuments = value >= 1 ? value : throw Refuse(nameof(MinimumDocuments), value, "at least 1");
        }

        /// <summary>In what share of the texts a word may occur at most. Above 0 and at most 1. 0.5 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is 0 or less, above 1, or not a number.</exception>
        public double MaximumDocumentShare
        {
            get => _maximumDocumentShare;
            set => _maximumDocumentShare = value is > 0 and <= 1 ? value : throw Refuse(nameof(MaximumDocumentShare), value, "above 0 and at most 1");
        }

        /// <summary>
        /// The most words, at least 1. Those that occur in the most texts are kept; of equal ones those that come first by their character codes. Null, the
        /// default, keeps all.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
        public int? MaximumNumberOfWords
        {
            get => _maximumNumberOfWords;
            set => _maximumNumberOfWords = value is null or >= 1 ? value : throw Refuse(nameof(MaximumNumberOfWords), value, "at least 1");
        }

        /// <summary>What a word of a text weighs. <see cref="TopicWordsWeighting.TfIdf"/> unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is none of the named ones.</exception>
        public TopicWordsWeighting Weighting
        {
            get => _weighting;
            set => _weighting = Named(value, nameof(Weighting));
        }

        /// <summary>
        /// Whether the fitted words can be saved as ONNX. Then the texts are split by a transformer of this library, which a program that loads the model
        /// needs; the words are the same. False unless set: all transformers are ML.NET's own, of which the one that splits texts writes a file that ONNX
        /// Runtime refuses.
        /// </summary>
        public bool CanBeSavedAsOnnx { get; set; }

        /// <summary>A copy, so that an estimator does not change with the options it was made from.</summary>
        internal Options Copy() => (Options)MemberwiseClone();

        private static T Named<T>(T value, string option)
            where T : struct, Enum
            => Enum.IsDefined(value) ? value : throw Refuse(option, value, $"one of {string.Join(", ", Enum.GetNames<T>())}");

        private static ArgumentOutOfRangeException Refuse(string option, object value, string range)
            => new(option, value, string.Create(CultureInfo.InvariantCulture, $"{option} is {value}, but must be {range}."));
    }

    /// <summary>The defaults that the short call shares with the options.</summary>
    internal static class Defaults
    {
        /// <summary>Texts.</summary>
        public const int MinimumDocuments = 3;

        /// <summary>Half of the texts.</summary>
        public const double MaximumDocumentShare = 0.5;
    }
}
