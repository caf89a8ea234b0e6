using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TopicModel;

namespace Microsoft.ML.Nmf.Benchmarks.Onnx;

/// <summary>What a batch of texts costs in ONNX Runtime beside the transformer, how far the activations are apart, and how many labels of texts are the
/// same.</summary>
internal static class OnnxTimes
{
    private const int Rounds = 5;
    private const int Iterations = 40;
    private const string Topics = "Topics";
    private const string Key = "Key";

    // β = 1 and β = 0.5 once as they are by default, and once with rows that are solved so exactly that the difference is that of the file.
    private static readonly (string Model, int[] Ranks, double Beta, float Tolerance)[] _works =
    [
        ("Nmf", [20], 2, 1e-4f), ("Nmf", [50], 2, 1e-4f), ("Nmf", [20], 1, 1e-4f), ("Nmf", [20], 1, 1e-7f), ("Nmf", [50], 1, 1e-7f),
        ("Nmf", [20], 0.5, 1e-4f), ("Nmf", [20], 0.5, 1e-6f),
        ("DeepNmf", [30, 8], 2, 1e-4f), ("DeepNmf", [30, 8], 1, 1e-7f), ("DeepNmf", [30, 8], 0.5, 1e-6f), ("NeuralNmf", [30, 8], 2, 1e-4f),
    ];

    public static int Run(IReadOnlyList<Document> documents, string[] args)
    {
        int count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1000;
        int training = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 6000;
        var context = new MLContext(1);
        Document[] texts = [.. documents];
        new Random(1).Shuffle(texts);
        IDataView data = context.Data.LoadFromEnumerable(texts.Take(training));
        IDataView labelled = context.Transforms.Conversion.MapValueToKey(Key, nameof(Document.Label)).Fit(data).Transform(data);
        ITransformer words = Words(context).Fit(labelled);
        IDataView features = context.Data.Cache(words.Transform(labelled), WordFeatures.Words, Key);
        // Those that were not trained on, if there are so many.
        Document[] tested = texts.Length >= training + count ? texts[training..(training + count)] : texts[..Math.Min(count, texts.Length)];
        IDataView read = words.Transform(context.Data.LoadFromEnumerable(tested));
        FeatureRow[] rows = [.. read.GetColumn<VBuffer<float>>(WordFeatures.Words).Select(FeatureRow.Of)];
        SchemaDefinition schema = SchemaDefinition.Create(typeof(FeatureRow));
        schema[nameof(FeatureRow.Words)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Words.Length);
        IDataView view = context.Data.LoadFromEnumerable(rows, schema);
        int most = rows.Max(row => row.Words.GetValues().Length);
        Figures.Say($"{rows.Length:N0} texts of {rows[0].Words.Length:N0} words, at most {most} in a text; times are medians of {Rounds}, in turn");
        Console.WriteLine("model\tbeta\ttolerance\tfile, MB\tconvert, s\tload, s\tONNX, ms\ttransformer, ms\tworst\t99 %\tmedian");
        foreach ((string model, int[] ranks, double beta, float tolerance) in _works)
            Compare(context, $"{model} {string.Join(", ", ranks)}", beta, tolerance, Estimator(context, model, ranks, beta, tolerance).Fit(features), view);
        Labels(context, labelled, tested);
        return 0;
    }

    private static TopicWordsEstimator Words(MLContext context) => context.Transforms.Text.ProduceTopicWords(new TopicWordsEstimator.Options
    {
        OutputColumnName = WordFeatures.Words,
        InputColumnName = nameof(Document.Text),
        CanBeSavedAsOnnx = true,
    });

    private static IEstimator<ITransformer> Estimator(MLContext context, string model, int[] ranks, double beta, float tolerance) => model switch
    {
        "Nmf" => context.Transforms.Nmf(new NmfEstimator.Options
        {
            OutputColumnName = Topics,
            InputColumnName = WordFeatures.Words,
            Rank = ranks[0],
            Beta = beta,
            TransformTolerance = tolerance,
            MaximumNumberOfIterations = Iterations,
        }),
        "DeepNmf" => (IEstimator<ITransformer>)context.Transforms.DeepNmf(new DeepNmfEstimator.Options
        {
            OutputColumnName = Topics,
            InputColumnName = WordFeatures.Words,
            Ranks = ranks,
            Beta = beta,
            TransformTolerance = tolerance,
            MaximumNumberOfIterations = Iterations,
        }),
        _ => context.Transforms.NeuralNmf(new NeuralNmfEstimator.Options
        {
            OutputColumnName = Topics,
            InputColumnName = WordFeatures.Words,
            Ranks = ranks,
            LabelColumnName = Key,
            MaximumNumberOfIterations = Iterations,
        }),
    };

    private static void Compare(MLContext context, string name, double beta, float tolerance, ITransformer model, IDataView view)
    {
        long start = Stopwatch.GetTimestamp();
        byte[] file = Convert(context, model, view);
        double convert = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        using var session = new InferenceSession(file);
        double load = Stopwatch.GetElapsedTime(start).TotalSeconds;
        NamedOnnxValue input = NamedOnnxValue.CreateFromTensor(WordFeatures.Words, Dense(view));
        float[][] expected = [], actual = [];
        List<double> theirs = [], ours = [];
        // One round more than counts, for the compiler.
        for (int round = 0; round <= Rounds; round++)
        {
            start = Stopwatch.GetTimestamp();
            using (IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = session.Run([input], [$"{Topics}.output"]))
                actual = [.. outputs[0].AsEnumerable<float>().Chunk(outputs[0].AsTensor<float>().Dimensions[1])];
            theirs.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            start = Stopwatch.GetTimestamp();
            expected = [.. model.Transform(view).GetColumn<float[]>(Topics)];
            ours.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        double[] errors = [.. expected.Zip(actual, Difference).Order()];
        double worst = errors[^1], nearlyWorst = errors[errors.Length * 99 / 100], median = errors[errors.Length / 2];
        double theirTime = Figures.Median(theirs.Skip(1)), ourTime = Figures.Median(ours.Skip(1)), size = file.Length / 1e6;
        Figures.Say(
            $"{name}\t{beta}\t{tolerance:G1}\t{size:F2}\t{convert:F2}\t{load:F2}\t{theirTime:F0}\t{ourTime:F0}\t{worst:E1}\t{nearlyWorst:E1}\t{median:E1}");
    }

    // The largest difference of an activation, as a share of the largest activation.
    private static double Difference(float[] expected, float[] actual)
    {
        double difference = expected.Zip(actual, (one, other) => Math.Abs((double)one - other)).Max();
        return difference == 0 ? 0 : difference / expected.Max();
    }

    private static void Labels(MLContext context, IDataView labelled, Document[] tested)
    {
        ITransformer model = Words(context).Append(context.Transforms.Nmf(Topics, WordFeatures.Words, rank: 20))
            .Append(context.MulticlassClassification.Trainers.LbfgsMaximumEntropy(Key, Topics, l1Regularization: 0, l2Regularization: 1e-3f)).Fit(labelled);
        IDataView texts = context.Data.LoadFromEnumerable(tested.Select(document => new TextRow { Text = document.Text }));
        using var session = new InferenceSession(Convert(context, model, texts));
        uint[] expected = [.. model.Transform(texts).GetColumn<uint>("PredictedLabel")];
        var actual = new uint[tested.Length];
        for (int i = 0; i < actual.Length; i++)
        {
            NamedOnnxValue text = NamedOnnxValue.CreateFromTensor(nameof(TextRow.Text), new DenseTensor<string>(new[] { tested[i].Text }, [1, 1]));
            using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = session.Run([text], ["PredictedLabel.output"]);
            actual[i] = outputs[0].AsEnumerable<uint>().First();
        }

        int same = expected.Zip(actual).Count(pair => pair.First == pair.Second);
        Figures.Say($"labels of a pipeline from the text on: {same:N0} of {actual.Length:N0} the same");
    }

    private static byte[] Convert(MLContext context, ITransformer model, IDataView view)
    {
        using var stream = new MemoryStream();
        context.Model.ConvertToOnnx(model, view, stream);
        return stream.ToArray();
    }

    private static DenseTensor<float> Dense(IDataView view)
    {
        float[][] rows = [.. view.GetColumn<float[]>(WordFeatures.Words)];
        return new DenseTensor<float>(rows.SelectMany(row => row).ToArray(), [rows.Length, rows[0].Length]);
    }

    private sealed class FeatureRow
    {
        public VBuffer<float> Words { get; set; }

        // A buffer that a cursor fills is filled again with the next row.
        public static FeatureRow Of(VBuffer<float> words)
        {
            VBuffer<float> copy = default;
            words.CopyTo(ref copy);
            return new FeatureRow { Words = copy };
        }
    }

    private sealed class TextRow
    {
        public string Text { get; set; } = "";
    }
}
