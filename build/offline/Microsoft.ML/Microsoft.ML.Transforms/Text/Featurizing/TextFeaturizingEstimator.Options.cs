namespace Microsoft.ML.Transforms.Text;

public sealed partial class TextFeaturizingEstimator
{
    public enum Language
    {
        English = 1,
        French = 2,
        German = 3,
        Dutch = 4,
        Italian = 5,
        Spanish = 6,
        Japanese = 7,
    }

    public enum NormFunction
    {
        None = 0,
        L1 = 1,
        L2 = 2,
        Infinity = 3,
    }

    public sealed class Options
    {
        public TextNormalizingEstimator.CaseMode CaseMode = TextNormalizingEstimator.Defaults.Mode;

        public bool KeepDiacritics = TextNormalizingEstimator.Defaults.KeepDiacritics;

        public bool KeepPunctuations = TextNormalizingEstimator.Defaults.KeepPunctuations;

        public bool KeepNumbers = TextNormalizingEstimator.Defaults.KeepNumbers;

        public string OutputTokensColumnName;

        public NormFunction Norm = NormFunction.L2;

        /// <summary>How stop words are removed; null keeps them.</summary>
        public IStopWordsRemoverOptions StopWordsRemoverOptions { get; set; }

        /// <summary>The n-grams of words; null for none.</summary>
        public WordBagEstimator.Options WordFeatureExtractor { get; set; } = new();

        /// <summary>The n-grams of characters; null for none.</summary>
        public WordBagEstimator.Options CharFeatureExtractor { get; set; } = new() { NgramLength = 3, UseAllLengths = false };
    }
}
