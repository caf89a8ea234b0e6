using System.Globalization;
using System.IO.Compression;
using System.Runtime.ExceptionServices;
using Microsoft.Data.Analysis;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Transforming;

/// <summary>
/// What is learned, written, read and said is the same under every culture; under Turkish, "I" has another small letter, and under German, 1.5 is "1,5".
/// </summary>
public sealed class CultureTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("culture");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void A_training_learns_the_same_and_records_the_same_bytes(string culture)
        => Assert.Equal(Under("", () => Train("invariant")), Under(culture, () => Train(culture)));

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void A_model_file_is_read_transformed_described_and_written_the_same(string culture)
    {
        foreach (string name in new[] { "nmf_version4", "deep_nmf_version4", "neural_nmf_version5" })
            Assert.Equal(Under("", () => Describe(name, "invariant")), Under(culture, () => Describe(name, culture)));
    }

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void Messages_and_data_frames_are_the_same(string culture)
        => Assert.Equal(Under("", Say), Under(culture, Say));

    // Words with both letters I, numbers as words, and labels that are numbers.
    private string[] Train(string name)
    {
        var context = new MLContext(1);
        string[] kinds = ["TITLE INDEX PIXEL Island", "Istanbul İzmir ırmak iskele", "number größer STRASSE Idee"];
        var random = new Random(3);
        Text[] texts = [.. Enumerable.Range(0, 60).Select(i => new Text
        {
            Words = string.Join(' ', Enumerable.Range(0, 12).Select(_ => kinds[random.Next(6) == 0 ? random.Next(3) : i % 3].Split(' ')[random.Next(4)])),
            Label = i % 4 == 3 ? float.NaN : i % 3 + 0.5f,
        })];
        IDataView data = context.Data.LoadFromEnumerable(texts);
        string folder = Path.Combine(_folder.FullName, name);
        IDataView words = context.Transforms.Text.ProduceTopicWords("Features", nameof(Text.Words)).Fit(data).Transform(data);
        NmfTransformer nmf = context.Transforms.Nmf(new NmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            Rank = 3,
            Beta = 1.5,
            Seed = 1,
            MaximumNumberOfIterations = 10,
            Recorder = new TrainingRecorder { Folder = folder, Parts = RecordedParts.Templates | RecordedParts.GradientNorms },
        }).Fit(words);
        NeuralNmfEstimator.Options options = NeuralRows.Options(new NeuralNmfEstimator.Options { MaximumNumberOfIterations = 5 });
        NeuralNmfTransformer neural = context.Transforms.NeuralNmf(options).Fit(words);
        string[] recorded = [.. Directory.GetFiles(folder, "*.npy").Order(StringComparer.Ordinal).Select(path => Hex(File.ReadAllBytes(path)))];
        Assert.NotEmpty(recorded);
        // The column of the seconds, which differ from run to run, is left out.
        string[] table = [.. File.ReadAllLines(Path.Combine(folder, "snapshots.tsv"))
            .Select(line => string.Join('\t', line.Split('\t').Where((_, at) => at != 4)))];
        TrainingSnapshot last = TrainingRecorder.Open(folder).Snapshots[^1];
        return
        [
            .. nmf.Model.FeatureNames!,
            .. Topics(nmf),
            .. Topics(neural),
            .. neural.Model.Classifier!.ClassNames!.Select(name => $"{name}"),
            .. recorded,
            .. table,
            $"{BitConverter.DoubleToInt64Bits(last.Iteration.Objective)}",
        ];
    }

    private string[] Describe(string name, string culture)
    {
        var context = new MLContext(1);
        ITransformer model = context.Model.Load(Path.Combine(OldModelTests.Folder, name + ".zip"), out DataViewSchema schema);
        string file = Path.Combine(_folder.FullName, $"{name}-{culture}.zip"), report = Path.Combine(_folder.FullName, $"{name}-{culture}.html");
        context.Model.Save(model, schema, file);
        IDataView data = Rows.NamedView(context, Rows.Values(20));
        ITransformer single = SavedModels.Single(model);
        string glance, examined;
        switch (single)
        {
            case NmfTransformer nmf:
                nmf.Model.SaveReport(report);
                (glance, examined) = ($"{nmf} {nmf.Model.History} {nmf.Model.History[1]}", Glance(nmf.Examine(data)));
                break;
            case DeepNmfTransformer deep:
                deep.Model.SaveReport(report);
                (glance, examined) = ($"{deep} {string.Join(' ', deep.Model.Phases)}", Glance(deep.Examine(data)));
                break;
            default:
                var neural = (NeuralNmfTransformer)single;
                neural.Model.SaveReport(report);
                (glance, examined) = ($"{neural} {string.Join(' ', neural.Model.Epochs)} {neural.Model.Classifier}", Glance(neural.Examine(data)));
                break;
        }

        string[] activations = NewProcess.Bits(model.Transform(data).GetColumn<float[]>("Topics"));
        return [Hex(Entry(file)), File.ReadAllText(report), glance, examined, .. Topics(single), .. activations];

        static string Glance(TopicExamination examination) => $"{examination} {string.Join(' ', examination.Topics)}";
    }

    private static string[] Say()
    {
        var context = new MLContext(1);
        float[] row = new float[Rows.Size];
        row[0] = -1.5f;
        IDataView negative = Rows.View(context, [row]);
        IDataView named = Rows.NamedView(context, Rows.Values(20));
        NmfTransformer nmf = context.Transforms.Nmf("Topics", "Features", rank: 2, seed: 1, maximumNumberOfIterations: 5).Fit(named);
        DataFrame frame = nmf.Model.TopicsToDataFrame();
        Action[] wrong =
        [
            () => context.Transforms.Nmf("Topics", "Features", rank: 2).Fit(negative),
            () => context.Transforms.Nmf(new NmfEstimator.Options { OutputColumnName = "Topics", Beta = 0.5, Solver = NmfSolver.CoordinateDescent }),
            () => _ = new NmfEstimator.Options { Tolerance = 1.5 },
            () => _ = new NmfEstimator.Options { ActivationsL1Regularization = -1.5f },
            () => _ = new TopicWordsEstimator.Options { MaximumDocumentShare = 1.5 },
            () => NeuralNmfOptimizer.ProjectedGradient(0.5, decay: 1.5),
            () => nmf.Model.GetTopics(3, relevance: 1.5),
        ];
        // The runtime itself adds the value, as the culture has it, in a line of its own.
        IEnumerable<string> messages = wrong.Select(action => Assert.ThrowsAny<Exception>(action).Message.Split('\n')[0]);
        return [.. messages, string.Join(' ', frame.Columns.Select(column => column.Name))];
    }

    private static IEnumerable<string> Topics(ITransformer model)
        => SavedModels.Topics(model).SelectMany(set => set.GetTopics(5).Select(topic => $"{topic} {string.Join(' ', topic.Words)}"));

    // The transformer's own entry: that of ML.NET's version is beside it.
    private static byte[] Entry(string file)
    {
        using ZipArchive archive = ZipFile.OpenRead(file);
        using Stream entry = archive.Entries.First(e => e.Name == "Model.key" && e.Length > 500).Open();
        var content = new MemoryStream();
        entry.CopyTo(content);
        return content.ToArray();
    }

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes);

    // On a thread of its own, whose culture ends with it.
    private static string[] Under(string name, Func<string[]> action)
    {
        var culture = CultureInfo.GetCultureInfo(name);
        Assert.Equal(name == "" ? "1.5" : "1,5", 1.5.ToString(culture));
        Assert.Equal(name == "tr-TR" ? "ı" : "i", "I".ToLower(culture));
        string[] result = [];
        ExceptionDispatchInfo? problem = null;
        var thread = new Thread(() =>
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = culture;
            try
            {
                result = action();
            }
            catch (Exception exception)
            {
                problem = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        problem?.Throw();
        Assert.NotEmpty(result);
        return result;
    }

    private sealed class Text
    {
        public string Words { get; set; } = "";

        public float Label { get; set; }
    }
}
