using Microsoft.ML.Nmf.Benchmarks.Children;
using Microsoft.ML.Nmf.Benchmarks.Comparisons;
using Microsoft.ML.Nmf.Benchmarks.FewLabels;
using Microsoft.ML.Nmf.Benchmarks.Frames;
using Microsoft.ML.Nmf.Benchmarks.Growth;
using Microsoft.ML.Nmf.Benchmarks.Holes;
using Microsoft.ML.Nmf.Benchmarks.Iterations;
using Microsoft.ML.Nmf.Benchmarks.Loading;
using Microsoft.ML.Nmf.Benchmarks.Onnx;
using Microsoft.ML.Nmf.Benchmarks.Peers;
using Microsoft.ML.Nmf.Benchmarks.Primitives;
using Microsoft.ML.Nmf.Benchmarks.Ranks;
using Microsoft.ML.Nmf.Benchmarks.Reproductions;
using Microsoft.ML.Nmf.Benchmarks.Seeds;
using Microsoft.ML.Nmf.Benchmarks.Streaming;
using Microsoft.ML.Nmf.Benchmarks.Trainers;
using Microsoft.ML.Nmf.Engine;
using TopicModel;

namespace Microsoft.ML.Nmf.Benchmarks;

/// <summary>See README.md.</summary>
internal static class Program
{
    private const string Usage = """
        primitives [OPTIONS OF BENCHMARKDOTNET]
        iterations [--data LIST] [--algorithms LIST] [--ranks LIST] [--rounds N] [--seconds N]
        peers FILE TEXT LABEL [--works LIST] [--rounds N] [--python PATH] [--rscript PATH] [--chart FILE.svg]
        growth [FILE TEXT LABEL] [--rows LIST] [--ranks LIST] [--threads LIST] [--iterations N] [--chart FILE.svg]
        deep FILE TEXT LABEL [RANKS [BETA [ITERATIONS]]]
        neural FILE TEXT LABEL [RANKS [EPOCHS]]
        few-labels FILE TEXT LABEL [SEEDS [FRACTIONS]]
        trainers FILE TEXT LABEL
        reproduce FILE TEXT LABEL [--hierarchy FILE.json] [--texts N] [--tables LIST] [--output FILE.md]
        frames [ROWS [TOPICS]]
        onnx FILE TEXT LABEL [TEXTS [TRAINED]]
        load [FEATURES [TOPICS]]
        ranks [SETS]
        ranks FILE TEXT LABEL [RANKS [SEEDS]]
        seeds FILE TEXT LABEL [RANK [BETAS [STRENGTHS]]]
        holes [ROWS [COLUMNS [RATINGS-OF-A-ROW [RANK [ROUNDS [THREADS]]]]]]
        streaming source [ROWS [BETAS]]
        streaming peers FILE TEXT LABEL [--side peers|here|both] [--cache FILE.json] [--betas LIST] [--passes LIST] [--rounds N] [--python PATH]
        streaming passes FILE TEXT LABEL [PASSES [MODEL]]
        streaming days FILE TEXT LABEL [PASSES [MODEL]]
        """;

    private static int Main(string[] args)
    {
        switch (args)
        {
            case ["primitives", .. string[] rest]:
                return PrimitivesCommand.Run(rest);
            case ["iterations", .. string[] rest]:
                return IterationTimes.Main(rest);
            case ["peers", string file, string text, string label, .. string[] rest]:
                return PeersCommand.Run(() => Features(file, text, label), rest);
            case ["growth", string file, string text, string label, .. string[] rest] when !file.StartsWith('-'):
                return GrowthCommand.Run(() => Matrix(file, text, label), rest);
            case ["growth", .. string[] rest]:
                return GrowthCommand.Run(null, rest);
            case ["deep", string file, string text, string label, .. string[] rest]:
                return DeepComparison.Run(new MLContext(1), Features(file, text, label), rest);
            case ["neural", string file, string text, string label, .. string[] rest]:
                return NeuralCost.Run(Features(file, text, label), rest);
            case ["few-labels", string file, string text, string label, .. string[] rest]:
                return FewLabelsComparison.Run(Corpus.Open(file, text, label), rest);
            case ["trainers", string file, string text, string label]:
                return DefaultTrainers.Run(Corpus.Open(file, text, label));
            case ["reproduce", string file, string text, string label, .. string[] rest]:
                return ReproduceCommand.Run(() => Corpus.Open(file, text, label), rest);
            case ["frames", .. string[] rest]:
                return FrameTimes.Run(rest);
            case ["onnx", string file, string text, string label, .. string[] rest]:
                return OnnxTimes.Run(Corpus.Open(file, text, label).Documents, rest);
            case ["load", .. string[] rest]:
                return LoadTimes.Run(rest);
            case ["ranks", string file, string text, string label, .. string[] rest]:
                return PlantedRanks.Run(() => Features(file, text, label), rest);
            case ["ranks", .. string[] rest]:
                return PlantedRanks.Run(null, rest);
            case ["seeds", string file, string text, string label, .. string[] rest]:
                return SeededTopics.Run(Features(file, text, label), rest);
            case ["holes", .. string[] rest]:
                return HoleTimes.Run(rest);
            case ["streaming", "source", .. string[] rest]:
                return SourceComparison.Run(rest);
            case ["streaming", "peers", string file, string text, string label, .. string[] rest]:
                return StreamedPeers.Run(() => Matrix(file, text, label), rest);
            case ["streaming", "passes", string file, string text, string label, .. string[] rest]:
                return PassesComparison.Run(Features(file, text, label), rest);
            case ["streaming", "days", string file, string text, string label, .. string[] rest]:
                return DaysComparison.Run(Matrix(file, text, label), rest);
            case [ChildProgram.Command, .. string[] rest]:
                return ChildProgram.Run(rest);
            default:
                Console.Error.WriteLine(Usage);
                return 1;
        }
    }

    private static ExampleMatrix Matrix(string file, string text, string label) => WordFeatures.Matrix(Features(file, text, label));

    private static IDataView Features(string file, string text, string label)
    {
        var context = new MLContext(1);
        IDataView documents = context.Data.LoadFromEnumerable(Corpus.Open(file, text, label).Documents);
        return context.Data.Cache(WordFeatures.Featurizer(context, 5).Fit(documents).Transform(documents), WordFeatures.Words);
    }
}
