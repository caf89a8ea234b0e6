using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>Rows that a few topics explain but for some noise, and views over them.</summary>
internal static class PlantedRows
{
    /// <summary>The features of a row.</summary>
    public const int Size = 30;

    /// <summary>The topics that are planted.</summary>
    public const int Rank = 4;

    public sealed class Row
    {
        public float[] Features { get; set; } = [];

        public float Weight { get; set; } = 1;

        public string Label { get; set; } = "";
    }

    /// <summary>Rows of the same topics for any seed.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Of the rows.</param>
    /// <param name="zeros">The share of values that are zero.</param>
    /// <param name="size">The number of features.</param>
    public static float[][] Of(int count, int seed = 1, double zeros = 0, int size = Size)
    {
        var ofTopics = new Random(17);
        double[,] topics = new double[size, Rank];
        for (int j = 0; j < size; j++)
        {
            for (int k = 0; k < Rank; k++)
                topics[j, k] = j % Rank == k ? 1 + ofTopics.NextDouble() : 0.1 * ofTopics.NextDouble();
        }

        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double[] parts = [.. Enumerable.Range(0, Rank).Select(_ => 3 * Math.Pow(random.NextDouble(), 3) + 0.02)];
            return Enumerable.Range(0, size).Select(j => random.NextDouble() < zeros ? 0 : (float)((0.8 + 0.4 * random.NextDouble())
                * Enumerable.Range(0, Rank).Sum(k => parts[k] * topics[j, k]))).ToArray();
        })];
    }

    /// <summary>A view that cannot shuffle, as a file cannot.</summary>
    /// <param name="context">The context.</param>
    /// <param name="rows">The rows, of one size.</param>
    /// <param name="names">The slot names, or null.</param>
    /// <param name="weight">The weight of each row; null for 1.</param>
    public static IDataView View(MLContext context, IReadOnlyList<float[]> rows, string[]? names = null, Func<int, float>? weight = null)
        => context.Data.LoadFromEnumerable(Made(rows, weight), SchemaOf(rows.Count == 0 ? Size : rows[0].Length, names));

    /// <summary>A view that can, as one in memory.</summary>
    public static IDataView ShuffledView(MLContext context, IReadOnlyList<float[]> rows, string[]? names = null, Func<int, float>? weight = null)
        => context.Data.Cache(View(context, rows, names, weight));

    /// <summary>Names of features.</summary>
    public static string[] Names(int count, int first = 0) => [.. Enumerable.Range(first, count).Select(j => $"word{j}")];

    private static IEnumerable<Row> Made(IReadOnlyList<float[]> rows, Func<int, float>? weight)
        => rows.Select((row, i) => new Row { Features = row, Weight = weight?.Invoke(i) ?? 1, Label = $"group {i % 3}" });

    private static SchemaDefinition SchemaOf(int size, string[]? names)
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, size);
        if (names is not null)
        {
            var values = new VBuffer<ReadOnlyMemory<char>>(size, [.. names.Select(name => name.AsMemory())]);
            schema[nameof(Row.Features)].AddAnnotation("SlotNames", values, new VectorDataViewType(TextDataViewType.Instance, size));
        }

        return schema;
    }
}
