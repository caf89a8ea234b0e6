using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Input;

namespace Microsoft.ML.Nmf.Internals;

/// <summary>What a column that a transformer adds holds: a vector of Single, or a key.</summary>
/// <param name="Size">The slots of the vector; 0 for a key.</param>
/// <param name="SlotNames">Their names, or null.</param>
/// <param name="Keys">The classes that the key stands for; null for a vector.</param>
internal sealed record OutputColumn(int Size, IReadOnlyList<string>? SlotNames, ClassKeys? Keys)
{
    /// <summary>A vector of Single.</summary>
    public static OutputColumn Vector(int size, IReadOnlyList<string>? slotNames) => new(size, slotNames, null);

    /// <summary>A key.</summary>
    public static OutputColumn Key(ClassKeys keys) => new(0, null, keys);

    /// <summary>The column under a name.</summary>
    public DataViewSchema.DetachedColumn Detach(string name)
    {
        if (Keys is not null)
        {
            var values = new DataViewSchema.Annotations.Builder();
            Keys.Annotate(values);
            return new(name, new KeyDataViewType(typeof(uint), Keys.Count), values.ToAnnotations());
        }

        var type = new VectorDataViewType(NumberDataViewType.Single, Size);
        if (SlotNames is null)
            return new(name, type);
        var names = new VBuffer<ReadOnlyMemory<char>>(SlotNames.Count, [.. SlotNames.Select(n => n.AsMemory())]);
        var builder = new DataViewSchema.Annotations.Builder();
        builder.AddSlotNames(SlotNames.Count, (ref VBuffer<ReadOnlyMemory<char>> destination) => names.CopyTo(ref destination));
        return new(name, type, builder.ToAnnotations());
    }
}
