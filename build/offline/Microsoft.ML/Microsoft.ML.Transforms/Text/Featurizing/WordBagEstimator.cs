namespace Microsoft.ML.Transforms.Text;

/// <summary>Counts the words of texts, or their n-grams: tokens, keys, n-grams, in this order.</summary>
public sealed class WordBagEstimator : IEstimator<ITransformer>
{
    private readonly IHost _host;
    private readonly IEstimator<ITransformer> _estimator;

    internal WordBagEstimator(IHostEnvironment env, string outputColumnName, string inputColumnName = null, int ngramLength = 1, int skipLength = 0,
        bool useAllLengths = true, int maximumNgramsCount = 10000000, NgramExtractingEstimator.WeightingCriteria weighting = NgramExtractingEstimator.WeightingCriteria.Tf,
        char termSeparator = default, char freqSeparator = default)
        : this(env, outputColumnName, [inputColumnName ?? outputColumnName], ngramLength, skipLength, useAllLengths, maximumNgramsCount, weighting, termSeparator, freqSeparator)
    {
    }

    internal WordBagEstimator(IHostEnvironment env, string outputColumnName, string[] inputColumnNames, int ngramLength = 1, int skipLength = 0,
        bool useAllLengths = true, int maximumNgramsCount = 10000000, NgramExtractingEstimator.WeightingCriteria weighting = NgramExtractingEstimator.WeightingCriteria.Tf,
        char termSeparator = default, char freqSeparator = default)
    {
        Contracts.CheckValue(env, nameof(env));
        _host = env.Register(nameof(WordBagEstimator));
        _host.CheckUserArg(Utils.Size(inputColumnNames) > 0, "columns");
        _host.CheckNonWhiteSpace(outputColumnName, "columns");
        if (termSeparator != default || freqSeparator != default)
            throw _host.ExceptNotSupp("This stand-in knows no separators of terms and frequencies.");

        var chain = new EstimatorChain<ITransformer>();
        if (inputColumnNames.Length > 1)
            chain = chain.Append<ITransformer>(new ColumnConcatenatingEstimator(env, outputColumnName, inputColumnNames));
        _estimator = chain
            .Append<ITransformer>(new WordTokenizingEstimator(env, outputColumnName, inputColumnNames.Length > 1 ? outputColumnName : inputColumnNames[0]))
            .Append<ITransformer>(new ValueToKeyMappingEstimator(env, outputColumnName, maximumNumberOfKeys: maximumNgramsCount))
            .Append<ITransformer>(new NgramExtractingEstimator(env, outputColumnName, outputColumnName, ngramLength, skipLength, useAllLengths, maximumNgramsCount, weighting));
    }

    public ITransformer Fit(IDataView input) => _estimator.Fit(input);

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        return _estimator.GetOutputSchema(inputSchema);
    }

    public class Options
    {
        public int NgramLength;

        public int SkipLength;

        public bool UseAllLengths;

        public int[] MaximumNgramsCount;

        public NgramExtractingEstimator.WeightingCriteria Weighting;

        public Options()
        {
            NgramLength = NgramExtractingEstimator.Defaults.NgramLength;
            SkipLength = NgramExtractingEstimator.Defaults.SkipLength;
            UseAllLengths = NgramExtractingEstimator.Defaults.UseAllLengths;
            MaximumNgramsCount = [NgramExtractingEstimator.Defaults.MaximumNgramsCount];
            Weighting = NgramExtractingEstimator.Defaults.Weighting;
        }
    }
}
