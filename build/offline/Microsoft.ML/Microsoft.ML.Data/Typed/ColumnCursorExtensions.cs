using Microsoft.ML.Internal.Utilities.Offline;

namespace Microsoft.ML.Data;

/// <summary>Reads one column.</summary>
public static class ColumnCursorExtensions
{
    public static IEnumerable<T> GetColumn<T>(this IDataView data, string columnName) => GetColumn<T>(data, data.Schema[columnName]);

    public static IEnumerable<T> GetColumn<T>(this IDataView data, DataViewSchema.Column column)
    {
        Contracts.CheckValue(data, nameof(data));
        Contracts.CheckNonEmpty(column.Name, nameof(column));
        if (data.Schema[column.Index].Name != column.Name || data.Schema[column.Index].Type != column.Type)
        {
            throw Contracts.ExceptParam(nameof(column),
                string.Format("column with name {0}, type {1}, and index {2} cannot be found in {3}", column.Name, column.Type, column.Index, nameof(data)));
        }

        if (column.Type.RawType == typeof(T))
            return Values<T, T>(data, column, value => value);
        if (typeof(T) == typeof(string) && column.Type is TextDataViewType)
            return (IEnumerable<T>)Values<ReadOnlyMemory<char>, string>(data, column, text => text.ToString());
        if (typeof(T).IsArray)
        {
            if (column.Type is not VectorDataViewType vector)
            {
                throw Contracts.ExceptParam(nameof(column),
                    string.Format("Cannot load vector type, {0}, specified in {1} to the user-defined type, {2}.", column.Type, nameof(column), typeof(T)));
            }

            if (typeof(T).GetElementType() == vector.ItemType.RawType)
                return (IEnumerable<T>)Generic.Call(Arrays<int>, [vector.ItemType.RawType], data, column);
            if (typeof(T) == typeof(string[]) && vector.ItemType is TextDataViewType)
                return (IEnumerable<T>)Values<VBuffer<ReadOnlyMemory<char>>, string[]>(data, column, Texts);
        }

        throw Contracts.ExceptParam(nameof(column),
            string.Format("Cannot map column (name: {0}, type: {1}) in {2} to the user-defined type, {3}.", column.Name, column.Type, nameof(data), typeof(T)));
    }

    private static IEnumerable<TResult> Values<TValue, TResult>(IDataView data, DataViewSchema.Column column, Func<TValue, TResult> convert)
    {
        using var cursor = data.GetRowCursor(column);
        var get = cursor.GetGetter<TValue>(column);
        TValue value = default;
        while (cursor.MoveNext())
        {
            get(ref value);
            yield return convert(value);
        }
    }

    private static IEnumerable<T[]> Arrays<T>(IDataView data, DataViewSchema.Column column)
        => Values<VBuffer<T>, T[]>(data, column, vector =>
        {
            var items = new T[vector.Length];
            vector.CopyTo(items);
            return items;
        });

    // Slots without a value stay null.
    private static string[] Texts(VBuffer<ReadOnlyMemory<char>> vector)
    {
        var texts = new string[vector.Length];
        foreach (var (slot, text) in vector.Items())
            texts[slot] = text.ToString();
        return texts;
    }
}
