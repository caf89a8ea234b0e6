using System.Numerics;
using Microsoft.ML.Internal.Utilities.Offline;

namespace Microsoft.ML.Data.Offline;

/// <summary>Getters that read the members of an object.</summary>
/// <typeparam name="TRow">The class of the object.</typeparam>
internal static class TypedGetters<TRow>
    where TRow : class
{
    /// <param name="column">The column to read.</param>
    /// <param name="current">The object to read from, at the time of the call.</param>
    public static Delegate Create(TypedColumn column, Func<TRow> current)
    {
        var type = column.MemberType;
        if (type == typeof(string))
            return Text(column, current);
        if (type == typeof(string[]))
            return Texts(column, current);
        if (type.IsArray)
            return Generic.Call(Array<int>, type.GetElementType(), column, current);
        if (column.Type is VectorDataViewType vector)
            return Generic.Call(Vector<int>, vector.ItemType.RawType, column, current);
        return column.Type is KeyDataViewType ? Generic.Call(Key<int>, type, column, current) : Generic.Call(Scalar<int>, type, column, current);
    }

    private static Delegate Text(TypedColumn column, Func<TRow> current)
    {
        var get = column.Getter<TRow, string>();
        return (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> destination) => destination = get(current()).AsMemory());
    }

    private static Delegate Texts(TypedColumn column, Func<TRow> current)
    {
        var get = column.Getter<TRow, string[]>();
        return (ValueGetter<VBuffer<ReadOnlyMemory<char>>>)((ref VBuffer<ReadOnlyMemory<char>> destination) =>
        {
            var items = get(current()) ?? [];
            var editor = VBufferEditor.Create(ref destination, items.Length);
            for (int i = 0; i < items.Length; i++)
                editor.Values[i] = items[i].AsMemory();
            destination = editor.Commit();
        });
    }

    private static Delegate Array<T>(TypedColumn column, Func<TRow> current)
    {
        var get = column.Getter<TRow, T[]>();
        return (ValueGetter<VBuffer<T>>)((ref VBuffer<T> destination) =>
        {
            var items = get(current()) ?? [];
            VBuffer<T>.Copy(items, 0, ref destination, items.Length);
        });
    }

    private static Delegate Vector<T>(TypedColumn column, Func<TRow> current)
    {
        var get = column.Getter<TRow, VBuffer<T>>();
        return (ValueGetter<VBuffer<T>>)((ref VBuffer<T> destination) => get(current()).CopyTo(ref destination));
    }

    private static Delegate Scalar<T>(TypedColumn column, Func<TRow> current)
    {
        var get = column.Getter<TRow, T>();
        return (ValueGetter<T>)((ref T destination) => destination = get(current()));
    }

    // In an object a key counts from 0, and one out of range is missing.
    private static Delegate Key<T>(TypedColumn column, Func<TRow> current)
        where T : INumber<T>
    {
        Contracts.Check(typeof(T) != typeof(ushort));
        var get = column.Getter<TRow, T>();
        ulong count = column.Type.GetKeyCount();
        return (ValueGetter<T>)((ref T destination) =>
        {
            ulong key = ulong.CreateTruncating(get(current()));
            destination = key < count ? T.CreateTruncating(key + 1) : T.Zero;
        });
    }
}
