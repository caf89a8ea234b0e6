using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.Data.Support;

/// <summary>Small data, and readers of it.</summary>
internal static class Samples
{
    public static IDataView Pixels(this MLContext ml, int rows = 4)
        => ml.Data.LoadFromEnumerable(Enumerable.Range(0, rows).Select(i => new Pixel { Id = i, Values = [i, 1, 2 * i], Name = $"row {i}", Weight = i / 2f }));

    public static IReadOnlyList<T> Read<T>(this IDataView view, string column)
    {
        var values = new List<T>();
        using var cursor = view.GetRowCursor([view.Schema[column]]);
        var get = cursor.GetGetter<T>(view.Schema[column]);
        while (cursor.MoveNext())
        {
            T value = default!;
            get(ref value);
            values.Add(value);
        }

        return values;
    }

    public static int[] Ids(this IDataView view) => [.. view.Read<int>(nameof(Pixel.Id))];

    public static float[][] Floats(this IDataView view, string column) => [.. view.Read<VBuffer<float>>(column).Select(vector => vector.DenseValues().ToArray())];

    public static string[] Texts(this VBuffer<ReadOnlyMemory<char>> vector) => [.. vector.DenseValues().Select(text => text.ToString())];

    public static string[] SlotNames(this DataViewSchema.Column column)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetSlotNames(ref names);
        return names.Texts();
    }

    public static string[] KeyValues(this DataViewSchema.Column column)
    {
        VBuffer<ReadOnlyMemory<char>> values = default;
        column.GetKeyValues(ref values);
        return values.Texts();
    }

    public static ITransformer Reload(this MLContext ml, ITransformer model, IDataView data) => ml.Reload(model, data.Schema, out _);

    public static ITransformer Reload(this MLContext ml, ITransformer model, DataViewSchema schema, out DataViewSchema loaded)
    {
        using var stream = new MemoryStream();
        ml.Model.Save(model, schema, stream);
        stream.Position = 0;
        return new MLContext().Model.Load(stream, out loaded);
    }
}

internal sealed class Pixel
{
    public int Id { get; set; }

    [VectorType(3)]
    public float[] Values { get; set; } = [];

    public string? Name { get; set; }

    public float Weight { get; set; }
}
