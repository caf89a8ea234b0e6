using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.Transforms.Support;

/// <summary>Reads whole columns out of a view, by cursors.</summary>
internal static class Reading
{
    public static IReadOnlyList<T> Values<T>(this IDataView view, string column)
    {
        var values = new List<T>();
        view.ForEach<T>(column, (in T value) => values.Add(value));
        return values;
    }

    public static IReadOnlyList<string> Texts(this IDataView view, string column)
        => [.. view.Values<ReadOnlyMemory<char>>(column).Select(text => text.ToString())];

    public static IReadOnlyList<string[]> TextVectors(this IDataView view, string column)
        => view.Vectors(column, (in VBuffer<ReadOnlyMemory<char>> vector) => vector.DenseValues().Select(text => text.ToString()).ToArray());

    public static IReadOnlyList<float[]> Floats(this IDataView view, string column)
        => view.Vectors(column, (in VBuffer<float> vector) => vector.DenseValues().ToArray());

    public static string[] SlotNames(this IDataView view, string column)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        view.Schema[column].GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    public static string[] KeyValues(this IDataView view, string column)
    {
        VBuffer<ReadOnlyMemory<char>> values = default;
        view.Schema[column].GetKeyValues(ref values);
        return [.. values.DenseValues().Select(value => value.ToString())];
    }

    private delegate void Taker<T>(in T value);

    private delegate TResult Reader<T, TResult>(in VBuffer<T> vector);

    private static List<TResult> Vectors<T, TResult>(this IDataView view, string column, Reader<T, TResult> read)
    {
        var rows = new List<TResult>();
        view.ForEach<VBuffer<T>>(column, (in VBuffer<T> vector) => rows.Add(read(in vector)));
        return rows;
    }

    private static void ForEach<T>(this IDataView view, string column, Taker<T> take)
    {
        using var cursor = view.GetRowCursor([view.Schema[column]]);
        var getter = cursor.GetGetter<T>(view.Schema[column]);
        while (cursor.MoveNext())
        {
            T value = default!;
            getter(ref value);
            take(in value);
        }
    }
}
