using System.Diagnostics;
using System.Globalization;
using TopicModel;

namespace Microsoft.ML.Nmf.Benchmarks.Reproductions;

/// <summary>Prints the tables of docs/reproductions.md.</summary>
internal static class ReproduceCommand
{
    private const string Hierarchy = "--hierarchy";
    private const string Texts = "--texts";
    private const string Tables = "--tables";
    private const string Output = "--output";

    private const string Introduction = """
        # Reproductions

        Tables of papers and of introductions of other programs beside ours, as one command prints them:

        ```
        dotnet run --project test/Microsoft.ML.Nmf.Benchmarks -c Release -- reproduce debian-packages.tsv.gz 3 1 --hierarchy neural-nmf-demo.json
        ```

        The files are not part of the repository. Any file of labelled texts will do; [performance.md](performance.md) says what that of the figures holds.
        What the other is, test/Microsoft.ML.Nmf.Benchmarks/README.md says.
        """;

    private static readonly string[] _ofTexts = ["lda", "stability", "losses"];
    private static readonly string[] _ofHierarchy = ["hierarchy", "starts"];
    private static readonly string[] _all = [.. _ofHierarchy, "torchnmf", .. _ofTexts];

    public static int Run(Func<Corpus> corpus, string[] args)
    {
        string? hierarchy = null, output = null;
        string[] tables = _all;
        int texts = 4000;
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{args[i]} has no value.");
            switch (args[i])
            {
                case Hierarchy:
                    hierarchy = value;
                    break;
                case Texts:
                    texts = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case Tables:
                    tables = value.Split(',');
                    break;
                case Output:
                    output = value;
                    break;
                default:
                    throw new ArgumentException($"There is no option {args[i]}; there are {Hierarchy}, {Texts}, {Tables} and {Output}.");
            }
        }

        if (tables.Except(_all).FirstOrDefault() is { } unknown)
            throw new ArgumentException($"There is no table {unknown}; there are {string.Join(", ", _all)}.");
        if (output is null)
        {
            Print(corpus, hierarchy, texts, tables);
            return 0;
        }

        // LDA's native code prints to the console by itself.
        TextWriter console = Console.Out;
        using var file = new StreamWriter(output);
        Console.SetOut(file);
        Print(corpus, hierarchy, texts, tables);
        Console.SetOut(console);
        return 0;
    }

    private static void Print(Func<Corpus> corpus, string? hierarchy, int texts, string[] tables)
    {
        var clock = Stopwatch.StartNew();
        Console.WriteLine(Introduction);
        if (tables.Intersect(_ofHierarchy).Any())
            PrintOfHierarchy(hierarchy, tables);
        if (tables.Contains("torchnmf"))
        {
            Head("torchnmf's introduction", """
                Random values between 0 and 1, 1024 × 64, as two factors and as a chain of four, β = 1, 200 iterations of multiplicative updates, on the
                processor. Plain PyTorch is the updates written with tensors of libtorch, through TorchSharp; both start from the same factors. The order of
                the updates differs for two factors. Medians of seven runs, in turn.
                """);
            TorchIntroduction.Print();
        }

        if (tables.Intersect(_ofTexts).Any())
            PrintOfTexts(corpus(), texts, tables);
        Console.WriteLine();
        Figures.Say($"All of this took {clock.Elapsed.TotalSeconds:F0} s on {Environment.ProcessorCount} processor cores, which other work may have shared.");
    }

    private static void PrintOfHierarchy(string? file, string[] tables)
    {
        if (file is null)
        {
            Console.Error.WriteLine($"The synthetic hierarchy is left out: {Hierarchy} names the file of its data.");
            return;
        }

        SyntheticHierarchy hierarchy = SyntheticHierarchy.Read(file);
        if (tables.Contains("hierarchy"))
        {
            Head("A synthetic hierarchy", """
                The data of the Neural NMF reference implementation (the repository `jvendrow/NeuralNMF`, MIT licence): 90 examples of 87 features, nine
                topics in four groups in two. Ranks 9; 9, 4; and 9, 4, 2. The error is ‖X − X̂‖ / ‖X‖ with X̂ from the deepest activations, the accuracy
                that of all examples, whether their labels were known or not. The published figures are what its notebooks recorded, after 10,000 epochs
                each, of Neural NMF and of hierarchical semi-supervised NMF; 0.2816 and 0.4676 are what a singular value decomposition reaches too. Here 300
                epochs at most, with default options.
                """);
            HierarchyTable.Print(hierarchy);
        }

        if (tables.Contains("starts"))
        {
            Head("The energy from other starts", """
                The same data: the energy (with labels also their loss) after 300 epochs from the default start, beside twenty runs of 2,000 epochs from
                random templates. The columns of all have the same norms, without which energies cannot be compared.
                """);
            HierarchyTable.PrintStarts(hierarchy);
        }
    }

    private static void PrintOfTexts(Corpus corpus, int texts, string[] tables)
    {
        var context = new MLContext(1);
        var sample = new TextSample(context, corpus, texts);
        string size = string.Create(CultureInfo.InvariantCulture, $"{sample.Documents.Count:N0} texts of {corpus.Name} with {sample.NumberOfWords:N0} words");
        Console.WriteLine();
        Console.WriteLine($"The tables below are of {size}, drawn from the {TextSample.Classes} labels that most texts have.");
        if (tables.Contains("lda"))
        {
            Head("Topics and time beside LDA", """
                `LatentDirichletAllocation` of ML.NET and `Nmf`, both with default options. NPMI is the mean over topics and pairs of their first ten words,
                from -1 for words that never meet to 1 for words that only occur together; "different words" is their share among the first ten of all
                topics.
                """);
            CoherenceTable.Print(context, sample);
        }

        if (tables.Contains("stability"))
        {
            Head("The same topics from other seeds", """
                Five seeds: the mean cosine of matched topics over the ten pairs of models (`TopicComparison`), and the least of any pair of topics. 1 is
                the same topics.
                """);
            StabilityTable.Print(context, sample);
        }

        if (tables.Contains("losses"))
        {
            Head("The two losses of NeuralNmf", """
                Ranks 30 and 12. "Nearest" is the mean over fine topics of the cosine with the most similar other one. Accuracy in per cent on a fifth of
                the texts, which is held out, where 1 %, 5 % and all of the others have labels: of a linear classifier on the activations of both layers,
                trained without labels, and of the scores of the deepest topics alone, trained with them.
                """);
            LossTable.Print(context, sample);
        }
    }

    private static void Head(string title, string text)
    {
        Console.WriteLine();
        Console.WriteLine($"## {title}");
        Console.WriteLine();
        Console.WriteLine(text);
        Console.WriteLine();
        Console.Error.WriteLine(title);
    }
}
