using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Analysis;
using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Benchmarks.Frames;

/// <summary>How long a data frame of activations takes, beside a cursor that reads the same rows.</summary>
internal static class FrameTimes
{
    private const int Rounds = 5;
    private const string Topics = "Topics";
    private const string Label = "Label";

    public static int Run(string[] args)
    {
        int rows = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 60_000;
        int topics = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 50;
        IDataView view = Activations(rows, topics);
        // Once for the compiler.
        Read(view);
        ToFrame(view);
        var cursor = new List<double>();
        var frame = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            cursor.Add(Seconds(() => Read(view)));
            frame.Add(Seconds(() => ToFrame(view)));
        }

        Figures.Say($"{rows:N0} rows of {topics} activations and a label, seconds, the median of {Rounds}");
        Figures.Say($"cursor\t{Figures.Median(cursor):F3}");
        Figures.Say($"data frame\t{Figures.Median(frame):F3}");
        return 0;
    }

    // In memory, so that no transformer is timed.
    private static IDataView Activations(int rows, int topics)
    {
        var random = new Random(1);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        schema[Topics].ColumnType = new VectorDataViewType(NumberDataViewType.Single, topics);
        Row[] made = [.. Enumerable.Range(0, rows).Select(i => new Row { Topics = Some(), Label = $"label {i % 20}" })];
        return new MLContext(1).Data.LoadFromEnumerable(made, schema);

        float[] Some() => [.. Enumerable.Range(0, topics).Select(_ => random.NextSingle())];
    }

    private static void ToFrame(IDataView view)
    {
        DataFrame frame = view.ActivationsToDataFrame(Topics, Label);
        GC.KeepAlive(frame);
    }

    private static void Read(IDataView view)
    {
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema[Topics], view.Schema[Label]]);
        ValueGetter<VBuffer<float>> activations = cursor.GetGetter<VBuffer<float>>(view.Schema[Topics]);
        ValueGetter<ReadOnlyMemory<char>> label = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema[Label]);
        VBuffer<float> values = default;
        ReadOnlyMemory<char> text = default;
        while (cursor.MoveNext())
        {
            activations(ref values);
            label(ref text);
        }
    }

    private static double Seconds(Action action)
    {
        GC.Collect();
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private sealed class Row
    {
        public float[] Topics { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
