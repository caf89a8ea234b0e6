using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.ML.Nmf;

namespace TopicModel;

/// <summary>What the program is asked to do. Everything that needs no texts to be known was checked.</summary>
public sealed record Request
{
    public FileInfo? Data { get; init; }

    public required string Text { get; init; }

    public required string Label { get; init; }

    public required TopicMethod Method { get; init; }

    public int? MinimumDocuments { get; init; }

    public required string Output { get; init; }

    public string? Report { get; init; }

    public string? Export { get; init; }
}

/// <summary>Two model files to compare.</summary>
/// <param name="First">A file.</param>
/// <param name="Second">Another one.</param>
/// <param name="Layer">The layer of topics, 0 for the finest; null where none was named.</param>
public sealed record ComparisonRequest(string First, string Second, int? Layer);

/// <summary>The options of the program. What cannot work is refused before anything is read or computed.</summary>
public static class TopicCommand
{
    /// <summary>The command.</summary>
    /// <param name="train">Finds topics as asked for.</param>
    /// <param name="compare">Compares model files as asked for.</param>
    public static RootCommand Create(Action<Request> train, Action<ComparisonRequest> compare)
    {
        var data = new Option<FileInfo?>("--data") { Description = "A tab-separated file, .tsv or .tsv.gz; without it, the texts that come with the sample." };
        var text = new Option<string?>("--text") { Description = "The text column, by its name in the header line or by its number from 0." };
        var label = new Option<string?>("--label") { Description = "The label column, by its name in the header line or by its number from 0." };
        var model = new Option<string>("--model")
        {
            Description = "nmf for one layer of topics, deep or neural for several.",
            DefaultValueFactory = _ => "nmf",
        };
        model.AcceptOnlyFromAmong("nmf", "deep", "neural");
        var rank = new Option<int?>("--rank") { Description = "The number of topics, for --model nmf." };
        var ranks = new Option<string?>("--ranks")
        {
            Description = "The numbers of topics of the layers, from the finest, for --model deep or neural: 50,20,8 say.",
        };
        var labelsKnown = new Option<double?>("--labels-known")
        {
            Description = "For --model neural: the share of labels outside the test, above 0 and at most 1, that the topics are guided by; "
                + "without it they are found without labels.",
        };
        var beta = new Option<double>("--beta")
        {
            Description = "Beta of the divergence: 2 Euclidean, 1 Kullback-Leibler, 0 Itakura-Saito, or any other.",
            DefaultValueFactory = _ => 2,
        };
        var iterations = new Option<int>("--iterations")
        {
            Description = "The most iterations of the factorization, for --model deep and neural of all layers together; fewer are made where it converges.",
            DefaultValueFactory = _ => 200,
        };
        var engine = new Option<TrainingEngine>("--engine") { Description = "What trains: Automatic, Managed or Torch." };
        var documents = new Option<int?>("--min-documents") { Description = "In how many texts a word must occur to count." };
        var output = new Option<FileInfo>("--out") { Description = "The model file to write.", DefaultValueFactory = _ => new FileInfo("model.zip") };
        var report = new Option<FileInfo?>("--report")
        {
            Description = "A page of HTML to write, with the topics, what they are in the texts, and how the training went.",
        };
        var export = new Option<FileInfo?>("--export")
        {
            Description = "A table of the topics and their words to write, comma-separated, for Excel or pandas.",
        };
        var pair = new Option<FileInfo[]>("--compare")
        {
            Description = "Two model files, such as --out wrote: prints which of their topics are alike, and trains nothing.",
            HelpName = "first> <second",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
        };
        var layer = new Option<int?>("--layer")
        {
            Description = "For --compare: of models of several layers the one to compare, 0 for the finest, as without it.",
        };
        var command = new RootCommand(
            "Finds the topics of a collection of texts, and classifies the texts by them. Ctrl-C ends the training and keeps the topics so far.")
        {
            data, text, label, model, rank, ranks, labelsKnown, beta, iterations, engine, documents, output, report, export, pair, layer,
        };
        command.SetAction(arguments =>
        {
            int? number = arguments.GetValue(layer);
            if (arguments.GetValue(pair) is { Length: > 0 } files)
            {
                OptionResult? other = arguments.CommandResult.Children.OfType<OptionResult>()
                    .FirstOrDefault(one => !one.Implicit && one.Option != pair && one.Option != layer);
                Refuse(other is not null, $"{other?.Option.Name} is for finding topics, but --compare only reads two models. Leave one of them out.");
                compare(Comparison(files, number));
                return;
            }

            Refuse(number is not null, $"--layer is for --compare. Leave it out.");
            FileInfo? file = arguments.GetValue(data);
            string kind = arguments.GetValue(model)!;
            (int? width, string? widths, double? share) = (arguments.GetValue(rank), arguments.GetValue(ranks), arguments.GetValue(labelsKnown));
            double divergence = arguments.GetValue(beta);
            Refuse(file is { Exists: false },
                $"--data is '{file}', but there is no such file. Name a tab-separated file, or leave --data out for the sample's own texts.");
            Refuse(width is not null && kind != "nmf",
                $"--rank is for --model nmf, but --model is {kind}. Give the layers' numbers of topics with --ranks, such as --ranks 50,20,8.");
            Refuse(widths is not null && kind == "nmf",
                $"--ranks is for --model deep or neural, but --model is nmf. Give the number of topics with --rank, or --model deep.");
            Refuse(share is not null && kind != "neural",
                $"--labels-known is for --model neural, but --model is {kind}. Give --model neural, or leave --labels-known out.");
            Refuse(share is not null and not (> 0 and <= 1), $"--labels-known is {share}, but must be above 0 and at most 1.");
            Refuse(kind == "neural" && divergence != 2,
                $"--beta is {divergence}, but must be 2 with --model neural, whose layers are least-squares problems. Leave --beta out.");
            Refuse(!double.IsFinite(divergence), $"--beta is {divergence}, but must be a finite number.");
            int count = AtLeastOne("--iterations", arguments.GetValue(iterations))!.Value;
            TrainingEngine trainer = arguments.GetValue(engine);
            Refuse(!Enum.IsDefined(trainer), $"--engine is {trainer}, but must be Automatic, Managed or Torch.");
            bool isOwn = file is null;
            TopicMethod method = kind switch
            {
                "deep" => new DeepTopics(Layers(widths ?? (isOwn ? "24,12" : "50,20")), divergence, count) { Engine = trainer },
                "neural" => new NeuralTopics(Layers(widths ?? (isOwn ? "24,12" : "50,20")), share, count) { Engine = trainer },
                _ => new NmfTopics(AtLeastOne("--rank", width) ?? (isOwn ? 12 : 20), divergence, count) { Engine = trainer },
            };
            var request = new Request
            {
                Data = file,
                Text = arguments.GetValue(text) ?? "text",
                Label = arguments.GetValue(label) ?? (isOwn ? "subject" : "label"),
                Method = method,
                MinimumDocuments = AtLeastOne("--min-documents", arguments.GetValue(documents)),
                Output = arguments.GetValue(output)!.FullName,
                Report = arguments.GetValue(report)?.FullName,
                Export = arguments.GetValue(export)?.FullName,
            };
            // Last: it touches the files.
            CheckWritable("--out", request.Output, "model.zip");
            if (request.Report is { } page)
                CheckWritable("--report", page, "topics.html");
            if (request.Export is { } table)
                CheckWritable("--export", table, "topics.csv");
            train(request);
        });
        return command;
    }

    private static void Refuse(bool isWrong, FormattableString problem)
    {
        if (isWrong)
            throw new ArgumentException(FormattableString.Invariant(problem));
    }

    private static int? AtLeastOne(string option, int? value)
    {
        Refuse(value < 1, $"{option} is {value}, but must be at least 1.");
        return value;
    }

    private static ComparisonRequest Comparison(FileInfo[] files, int? layer)
    {
        Refuse(files.Length != 2, $"--compare needs two model files, such as --out wrote, but {files.Length} were named.");
        foreach (FileInfo file in files)
            Refuse(!file.Exists, $"--compare names '{file}', but there is no such file. Name two model files, such as --out wrote.");
        Refuse(layer < 0, $"--layer is {layer}, but must be at least 0, for the finest topics.");
        return new ComparisonRequest(files[0].ToString(), files[1].ToString(), layer);
    }

    private static int[] Layers(string list)
    {
        var numbers = new List<int>();
        foreach (string part in list.Split(','))
        {
            Refuse(!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1,
                $"--ranks is '{list}', but must be numbers from 1 with commas between, such as 50,20,8.");
            Refuse(numbers.Count > 0 && number > numbers[^1],
                $"--ranks is '{list}', but {number} is more than the number before it. Give the most topics first, the fewest last.");
            numbers.Add(number);
        }

        return [.. numbers];
    }

    private static void CheckWritable(string option, string path, string example)
    {
        string folder = Path.GetDirectoryName(path) ?? path;
        Refuse(Directory.Exists(path), $"{option} is '{path}', but that is a folder. Name a file in it, such as '{Path.Combine(path, example)}'.");
        Refuse(!Directory.Exists(folder), $"{option} is '{path}', but there is no folder '{folder}'. Make it first, or name a file in another one.");
        bool isNew = !File.Exists(path);
        try
        {
            using (File.Open(path, FileMode.OpenOrCreate, FileAccess.Write))
            {
            }

            if (isNew)
                File.Delete(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Refuse(true, $"{option} is '{path}', but it cannot be written ({problem.Message.TrimEnd('.')}). Name another file.");
        }
    }
}
