using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Reading;

namespace Microsoft.ML.Nmf.Benchmarks.Loading;

/// <summary>How long <c>mlContext.Model.Load</c> takes for a large model, beside reading its file and unpacking it alone.</summary>
internal static class LoadTimes
{
    private const int Rounds = 9;

    // Of texts, nine templates in ten are zeros; of dense data none is.
    private static readonly double[] _densities = [0.1, 1];

    public static int Run(string[] args)
    {
        int features = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
        int topics = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100;
        string path = Path.Combine(Path.GetTempPath(), $"load-{Environment.ProcessId}.zip");
        try
        {
            Figures.Say($"{features:N0} named features × {topics} topics; milliseconds, the median of {Rounds}, and the least");
            Figures.Say($"templates that are not zero\tfile, MB\tModel.Load\tleast\tunpacking alone\tleast\tfirst row");
            foreach (double density in _densities)
            {
                Save(path, features, topics, density);
                Measure(path, features, density);
            }
        }
        finally
        {
            File.Delete(path);
        }

        return 0;
    }

    private static void Measure(string path, int features, double density)
    {
        var load = new List<double>();
        var unpack = new List<double>();
        var first = new List<double>();
        // Once for the compiler.
        Load(path);
        Unpack(path);
        for (int round = 0; round < Rounds; round++)
        {
            GC.Collect();
            load.Add(Milliseconds(() => Load(path)));
            unpack.Add(Milliseconds(() => Unpack(path)));
            (MLContext context, ITransformer model) = Load(path);
            first.Add(Milliseconds(() => TransformOne(context, model, features)));
        }

        string times = FormattableString.Invariant(
            $"{Figures.Median(load):F0}\t{load.Min():F0}\t{Figures.Median(unpack):F0}\t{unpack.Min():F0}\t{Figures.Median(first):F0}");
        Figures.Say($"{100 * density:F0} %\t{new FileInfo(path).Length / 1e6:F1}\t{times}");
    }

    private static (MLContext Context, ITransformer Model) Load(string path)
    {
        var context = new MLContext(1);
        return (context, context.Model.Load(path, out _));
    }

    // What any reader of the file has to do: inflate every entry.
    private static void Unpack(string path)
    {
        using var file = ZipFile.OpenRead(path);
        foreach (ZipArchiveEntry entry in file.Entries)
        {
            using Stream stream = entry.Open();
            stream.CopyTo(Stream.Null);
        }
    }

    private static void TransformOne(MLContext context, ITransformer model, int features)
    {
        IDataView row = View(context, features, [new Row { Words = new VBuffer<float>(features, 3, [1, 2, 1], [1, features / 2, features - 1]) }]);
        GC.KeepAlive(model.Transform(row).GetColumn<float[]>("Topics").Single());
    }

    private static void Save(string path, int features, int topics, double density)
    {
        var random = new Random(1);
        var context = new MLContext(1);
        var values = new float[features * topics];
        foreach (ref float value in values.AsSpan())
            value = random.NextDouble() < density ? random.NextSingle() : 0;
        string[] names = [.. Enumerable.Range(0, features).Select(j => $"word{j}")];
        double[] ones = [.. Enumerable.Repeat(1.0, topics)];
        var history = new TrainingHistory([new TrainingIteration { Number = 0, Objective = 1, Divergence = 1, Seconds = 1 }], TrainingEnd.Converged);
        var model = new NmfModel(
            FactorMatrix.TakeOver(values, features, topics), names, 2, 1, new ActivationMoments(ones, ones), ActivationNormalization.UnitMeanSquare, history);
        var transformer = new NmfTransformer(
            ComponentHost.Register(context.Transforms, "load"), new ColumnNames("Words", ["Topics"]), model, new ActivationSettings(2, 0, 0, 500, 1e-5f), new ReadingSettings());
        context.Model.Save(transformer, View(context, features, []).Schema, path);
    }

    private static IDataView View(MLContext context, int features, Row[] rows)
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Words)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features);
        return context.Data.LoadFromEnumerable(rows, schema);
    }

    private static double Milliseconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private sealed class Row
    {
        public VBuffer<float> Words { get; set; }
    }
}
