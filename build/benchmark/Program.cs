using Benchmark;
using Microsoft.ML;
using TopicModel;

// Benchmark scikit-learn|deep FILE TEXT LABEL [...]: see README.md.
if (args.Length < 4 || args[0] is not ("scikit-learn" or "deep"))
{
    Console.Error.WriteLine("Benchmark scikit-learn FILE TEXT LABEL [RANK [ROUNDS]]");
    Console.Error.WriteLine("Benchmark deep FILE TEXT LABEL [RANKS [BETA [ITERATIONS]]]");
    return 1;
}

Corpus corpus = Corpus.Open(args[1], args[2], args[3]);
var context = new MLContext(1);
IDataView documents = context.Data.LoadFromEnumerable(corpus.Documents);
IDataView features = context.Data.Cache(WordFeatures.Featurizer(context, 5).Fit(documents).Transform(documents), WordFeatures.Words);
return args[0] == "deep" ? DeepComparison.Run(context, features, args[4..]) : ScikitLearnComparison.Run(context, features, args[4..]);
