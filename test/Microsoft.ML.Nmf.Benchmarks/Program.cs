using Microsoft.ML;
using Microsoft.ML.Nmf.Benchmarks;
using TopicModel;

// See README.md.
const string Usage = """
    Benchmark scikit-learn FILE TEXT LABEL [RANK [ROUNDS]]
    Benchmark deep FILE TEXT LABEL [RANKS [BETA [ITERATIONS]]]
    Benchmark neural FILE TEXT LABEL [RANKS [EPOCHS]]
    Benchmark few-labels FILE TEXT LABEL [SEEDS [FRACTIONS]]
    """;
if (args.Length < 4)
{
    Console.Error.WriteLine(Usage);
    return 1;
}

string[] rest = args[4..];
switch (args[0])
{
    case "scikit-learn":
        return ScikitLearnComparison.Run(new MLContext(1), Features(), rest);
    case "deep":
        return DeepComparison.Run(new MLContext(1), Features(), rest);
    case "neural":
        return NeuralCost.Run(Features(), rest);
    case "few-labels":
        return FewLabelsComparison.Run(Texts(), rest);
    default:
        Console.Error.WriteLine(Usage);
        return 1;
}

Corpus Texts() => Corpus.Open(args[1], args[2], args[3]);

IDataView Features()
{
    var context = new MLContext(1);
    IDataView documents = context.Data.LoadFromEnumerable(Texts().Documents);
    return context.Data.Cache(WordFeatures.Featurizer(context, 5).Fit(documents).Transform(documents), WordFeatures.Words);
}
