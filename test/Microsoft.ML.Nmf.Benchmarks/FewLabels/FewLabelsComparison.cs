using System.Diagnostics;
using System.Globalization;
using TopicModel;

namespace Microsoft.ML.Nmf.Benchmarks.FewLabels;

/// <summary>
/// How many held-out texts are classified rightly when few of the others have labels: by words, by topics, and by topics that labels have guided.
/// </summary>
internal static class FewLabelsComparison
{
    // The classes that the figures are for: large ones, told apart by their words more than by the names of their packages.
    private static readonly string[] _classes =
        ["python", "perl", "haskell", "net", "golang", "rust", "java", "javascript", "science", "ruby", "gnu-r", "games"];

    private static readonly double[] _fractions = [0.002, 0.01, 0.05, 1];

    public static int Run(Corpus corpus, string[] args)
    {
        int seeds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
        double[] fractions = args.Length > 1 ? [.. args[1].Split(',').Select(f => double.Parse(f, CultureInfo.InvariantCulture))] : _fractions;
        Document[] documents = DocumentsOf(corpus);
        var table = new FewLabelsTable(fractions);
        for (int seed = 1; seed <= seeds; seed++)
            Run(documents, seed, fractions, table);
        Figures.Say($"{documents.Length:N0} texts of {_classes.Length} classes, {table.Features} words; a fifth held out.");
        Figures.Say($"Mean accuracy on it ± standard deviation over {seeds} seeds:");
        table.Print();
        return 0;
    }

    /// <summary>The texts of the classes that the figures are for.</summary>
    public static Document[] DocumentsOf(Corpus corpus)
    {
        Document[] documents = [.. corpus.Documents.Where(d => _classes.Contains(d.Label))];
        return documents.Length > 0 ? documents : throw new ArgumentException($"{corpus.Name} has no text of any of the classes {string.Join(", ", _classes)}.");
    }

    private static void Run(Document[] documents, int seed, double[] fractions, FewLabelsTable table)
    {
        var context = new MLContext(seed);
        var split = new FewLabelsSplit(context, documents, seed);
        var models = new FewLabelsModels(context, seed);
        table.Features = split.Features;

        // Without labels, models do not depend on how many there are.
        IDataView unlabelled = split.Training(labels: 0);
        string ranks = string.Join(", ", FewLabelsModels.Ranks);
        int rank = FewLabelsModels.Ranks[0];
        (string Name, Representation Fitted, bool IsLight)[] fitted =
        [
            Fit("`FeaturizeText`", models.FeaturizedText, isLight: true),
            Fit($"`LatentDirichletAllocation` {rank}", models.DirichletAllocation, isLight: true),
            Fit($"`ProjectToPrincipalComponents` {rank}", models.PrincipalComponents, isLight: true),
            Fit($"`Nmf` {rank}", models.Nmf),
            Fit($"words and `Nmf` {rank}", models.WordsAndTopics, isLight: true),
            Fit($"`NeuralNmf` {ranks} without labels", view => models.Layers(models.Neural(view, withLabels: false), view)),
        ];
        foreach (double fraction in fractions)
        {
            int labels = Math.Max((int)Math.Round(fraction * split.TrainingCount), 1);
            IDataView labelled = split.Labelled(labels);
            IDataView training = split.Training(labels);
            NeuralNmfTransformer guided = models.Neural(training, withLabels: true);

            Add("words (TF-IDF), linear", Linear(FewLabelsModels.Words(labels)));
            foreach ((string name, Representation representation, bool isLight) in fitted)
                Add($"{name}, linear", Linear(isLight ? representation with { L2 = FewLabelsModels.PenaltyOfWords(labels) } : representation));
            Add($"`NeuralNmf` {ranks} with labels, linear", Linear(models.Layers(guided, training)));
            Add($"`NeuralNmf` {ranks} with labels, own scores", models.OwnAccuracy(guided, split.Test));

            double Linear(Representation representation) => representation.Accuracy(context, labelled, split.Test);
            void Add(string method, double accuracy) => table.Add(method, fraction, labels, accuracy);
            Console.Error.WriteLine($"seed {seed}, {labels} labels: done");
        }

        // Light are the penalties of what the defaults of trainers are too heavy for: small values, and many features.
        (string, Representation, bool) Fit(string name, Func<IDataView, Representation> fit, bool isLight = false)
        {
            var clock = Stopwatch.StartNew();
            Representation representation = fit(unlabelled);
            double seconds = clock.Elapsed.TotalSeconds;
            table.AddCost(name, seconds, split.Test.GetRowCount()!.Value / representation.SecondsToRead(split.Test));
            return (name, representation, isLight);
        }
    }
}
