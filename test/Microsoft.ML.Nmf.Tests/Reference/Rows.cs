using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>Views over plain matrices, as users would make them.</summary>
internal static class Rows
{
    public const int Size = 12;

    public sealed class Single
    {
        [VectorType(Size)]
        public float[] Features { get; set; } = [];

        public string Label { get; set; } = "";
    }

    public sealed class Sparse
    {
        [VectorType(Size)]
        public VBuffer<float> Features { get; set; }
    }

    public sealed class Double
    {
        [VectorType(Size)]
        public double[] Features { get; set; } = [];
    }

    public sealed class Activated
    {
        public float[] Topics { get; set; } = [];
    }

    /// <summary>Three groups of rows, each on features of its own, with a little of everything else.</summary>
    public static float[][] Values(int count = 90, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, Size)
            .Select(j => j / 4 == i % 3 ? 1 + random.NextSingle() : random.Next(4) == 0 ? 0.2f * random.NextSingle() : 0).ToArray())];
    }

    public static IDataView View(MLContext context, IEnumerable<float[]> rows)
        => context.Data.LoadFromEnumerable(rows.Select((r, i) => new Single { Features = r, Label = "group " + i % 3 }));

    /// <summary>The same with slot names.</summary>
    public static IDataView NamedView(MLContext context, IEnumerable<float[]> rows)
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Single));
        ReadOnlyMemory<char>[] names = [.. Enumerable.Range(0, Size).Select(j => $"word{j}".AsMemory())];
        schema[nameof(Single.Features)].AddAnnotation("SlotNames", new VBuffer<ReadOnlyMemory<char>>(Size, names), new VectorDataViewType(TextDataViewType.Instance, Size));
        return context.Data.LoadFromEnumerable(rows.Select((r, i) => new Single { Features = r, Label = "group " + i % 3 }), schema);
    }

    public static IDataView SparseView(MLContext context, IEnumerable<float[]> rows)
        => context.Data.LoadFromEnumerable(rows.Select(r =>
        {
            int[] indices = [.. Enumerable.Range(0, r.Length).Where(j => r[j] != 0)];
            return new Sparse { Features = new VBuffer<float>(r.Length, indices.Length, [.. indices.Select(j => r[j])], indices) };
        }));

    public static IDataView DoubleView(MLContext context, IEnumerable<float[]> rows)
        => context.Data.LoadFromEnumerable(rows.Select(r => new Double { Features = [.. r.Select(v => (double)v)] }));

    public static float[][] Topics(IDataView view, string column = "Topics") => [.. view.GetColumn<float[]>(column)];
}
