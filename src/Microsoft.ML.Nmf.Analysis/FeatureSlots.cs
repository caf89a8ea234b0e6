using System.Numerics;
using Microsoft.Data.Analysis;
using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Analysis;

/// <summary>A column of a data frame as slots of a vector.</summary>
/// <param name="names">The names of the slots.</param>
internal abstract class FeatureSlots(string[] names)
{
    /// <summary>The names of the slots.</summary>
    public string[] Names { get; } = names;

    /// <summary>Tells the values of a row that are not zero, in the order of the slots; a missing one is NaN.</summary>
    /// <param name="row">The row.</param>
    /// <param name="firstSlot">Which slot of the whole vector the first of these is.</param>
    /// <param name="add">Receives slots and values.</param>
    public abstract void Read(long row, int firstSlot, Action<int, float> add);

    /// <summary>Whether a column is taken when none is named.</summary>
    public static bool IsNumber(DataFrameColumn column) => Find(column) is { Names.Length: 1 } and not VectorSlots<float> and not VectorSlots<double>;

    /// <summary>The slots of a column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Its values are no numbers.</exception>
    public static FeatureSlots Of(DataFrameColumn column)
        => Find(column) ?? throw new ArgumentOutOfRangeException("columnNames", column.Name,
            $"Column '{column.Name}' is of {column.DataType.Name}, which is no number. Leave it out, or make features of it in a pipeline, for instance with "
            + "Text.ProduceTopicWords or Categorical.OneHotEncoding.");

    private static FeatureSlots? Find(DataFrameColumn column) => column switch
    {
        PrimitiveDataFrameColumn<float> values => new NumberSlot<float>(values),
        PrimitiveDataFrameColumn<double> values => new NumberSlot<double>(values),
        PrimitiveDataFrameColumn<int> values => new NumberSlot<int>(values),
        PrimitiveDataFrameColumn<long> values => new NumberSlot<long>(values),
        PrimitiveDataFrameColumn<decimal> values => new NumberSlot<decimal>(values),
        PrimitiveDataFrameColumn<short> values => new NumberSlot<short>(values),
        PrimitiveDataFrameColumn<byte> values => new NumberSlot<byte>(values),
        PrimitiveDataFrameColumn<uint> values => new NumberSlot<uint>(values),
        PrimitiveDataFrameColumn<ulong> values => new NumberSlot<ulong>(values),
        PrimitiveDataFrameColumn<ushort> values => new NumberSlot<ushort>(values),
        PrimitiveDataFrameColumn<sbyte> values => new NumberSlot<sbyte>(values),
        VBufferDataFrameColumn<float> vectors => new VectorSlots<float>(vectors, SizeOf(vectors)),
        VBufferDataFrameColumn<double> vectors => new VectorSlots<double>(vectors, SizeOf(vectors)),
        _ => null,
    };

    private static int SizeOf<T>(VBufferDataFrameColumn<T> vectors)
    {
        if (vectors.Length > 0 && vectors[0].Length > 0)
            return vectors[0].Length;
        string lack = vectors.Length == 0 ? "no rows" : "a vector without values in its first row";
        throw new ArgumentOutOfRangeException("columnNames", vectors.Name, $"Column '{vectors.Name}' has {lack}: how many slots it has is not known.");
    }

    private sealed class NumberSlot<T>(PrimitiveDataFrameColumn<T> column) : FeatureSlots([column.Name])
        where T : unmanaged, INumber<T>
    {
        public override void Read(long row, int firstSlot, Action<int, float> add)
        {
            float value = column[row] is { } number ? float.CreateSaturating(number) : float.NaN;
            if (value != 0)
                add(firstSlot, value);
        }
    }

    private sealed class VectorSlots<T>(VBufferDataFrameColumn<T> column, int size)
        : FeatureSlots([.. Enumerable.Range(0, size).Select(slot => $"{column.Name} {slot}")])
        where T : struct, INumber<T>
    {
        public override void Read(long row, int firstSlot, Action<int, float> add)
        {
            VBuffer<T> vector = column[row];
            if (vector.Length != size)
            {
                throw new InvalidOperationException(
                    $"Column '{column.Name}' has {vector.Length} values in row {row}, but {size} in row 0. Give all its vectors as many values.");
            }

            foreach ((int slot, T number) in vector.Items())
            {
                float value = float.CreateSaturating(number);
                if (value != 0)
                    add(firstSlot + slot, value);
            }
        }
    }
}
