using Microsoft.ML.Internal.Utilities.Offline;

namespace Microsoft.ML.Data.Offline;

/// <summary>Getters of constant values, which users may give as strings and arrays.</summary>
internal static class AnnotationValue
{
    public static Delegate GetterOf<T>(T value, DataViewType type)
    {
        var itemType = TypedMembers.ItemType(typeof(T), out bool isVector);
        Contracts.Check(isVector == type is VectorDataViewType, "An annotation's value and its type must both be vectors, or neither.");
        if (itemType != type.GetItemType().RawType)
            throw Contracts.Except("Value inputted is supposed to have Type {0}, but type of Annotationinfo has {1}", itemType, type.GetItemType().RawType);
        return value switch
        {
            string text => Constant(text.AsMemory()),
            string[] texts => Vector<ReadOnlyMemory<char>>(Array.ConvertAll(texts, text => text.AsMemory())),
            Array items => Generic.Call(Vector<int>, itemType, items),
            _ => isVector ? Generic.Call(Copy<int>, itemType, (object)value) : Constant(value),
        };
    }

    private static Delegate Constant<T>(T value) => (ValueGetter<T>)((ref T destination) => destination = value);

    private static Delegate Vector<T>(Array items) => Copy<T>(new VBuffer<T>(items.Length, (T[])items.Clone()));

    private static Delegate Copy<T>(object boxed)
    {
        var value = (VBuffer<T>)boxed;
        return (ValueGetter<VBuffer<T>>)((ref VBuffer<T> destination) => value.CopyTo(ref destination));
    }
}
