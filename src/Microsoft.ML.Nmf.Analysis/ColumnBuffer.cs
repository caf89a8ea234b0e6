using System.Runtime.CompilerServices;
using Microsoft.Data.Analysis;

namespace Microsoft.ML.Nmf.Analysis;

/// <summary>The values of a column on their way into a data frame, in the bytes that it will keep.</summary>
/// <typeparam name="T">The type of the values, one that data frames have columns of.</typeparam>
/// <param name="capacity">How many values there will be, if it is known; more find room too.</param>
internal sealed class ColumnBuffer<T>(int capacity = 0)
    where T : unmanaged
{
    private byte[] _values = new byte[checked(capacity * Unsafe.SizeOf<T>())];
    // A bit for each value, set where there is one; null while none is missing.
    private byte[]? _present;
    private int _missing;

    /// <summary>How many values there are, missing ones among them.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a value.</summary>
    public void Add(T value)
    {
        if ((long)(Count + 1) * Unsafe.SizeOf<T>() > _values.Length)
            Array.Resize(ref _values, (int)Math.Min(Math.Max(2L * _values.Length, 1024), Array.MaxLength));
        Unsafe.WriteUnaligned(ref _values[Count * Unsafe.SizeOf<T>()], value);
        if (_present is not null)
            Mark(Count);
        Count++;
    }

    /// <summary>Adds a value, or a missing one.</summary>
    public void Add(T? value)
    {
        if (value is { } present)
            Add(present);
        else
            AddMissing();
    }

    /// <summary>Adds a missing value.</summary>
    public void AddMissing()
    {
        if (_present is null)
        {
            _present = new byte[Math.Max((_values.Length / Unsafe.SizeOf<T>() + 7) / 8, 1)];
            for (int i = 0; i < Count; i++)
                Mark(i);
        }

        byte[] present = _present;
        _present = null;
        Add(default(T));
        _present = present;
        _missing++;
    }

    /// <summary>The column, which takes the values over.</summary>
    public DataFrameColumn ToColumn(string name)
    {
        ReadOnlyMemory<byte> values = _values.AsMemory(0, Count * Unsafe.SizeOf<T>()), present = default;
        if (_present is not null)
        {
            Array.Resize(ref _present, (Count + 7) / 8);
            present = _present;
        }

        return default(T) switch
        {
            float => new SingleDataFrameColumn(name, values, present, Count, _missing),
            double => new DoubleDataFrameColumn(name, values, present, Count, _missing),
            int => new Int32DataFrameColumn(name, values, present, Count, _missing),
            bool => new BooleanDataFrameColumn(name, values, present, Count, _missing),
            uint => new UInt32DataFrameColumn(name, values, present, Count, _missing),
            long => new Int64DataFrameColumn(name, values, present, Count, _missing),
            ulong => new UInt64DataFrameColumn(name, values, present, Count, _missing),
            short => new Int16DataFrameColumn(name, values, present, Count, _missing),
            ushort => new UInt16DataFrameColumn(name, values, present, Count, _missing),
            byte => new ByteDataFrameColumn(name, values, present, Count, _missing),
            sbyte => new SByteDataFrameColumn(name, values, present, Count, _missing),
            DateTime => new DateTimeDataFrameColumn(name, values, present, Count, _missing),
            _ => throw new NotSupportedException($"A data frame has no column of {typeof(T)}."),
        };
    }

    private void Mark(int index)
    {
        if (index / 8 >= _present!.Length)
            Array.Resize(ref _present, Math.Max(2 * _present.Length, index / 8 + 1));
        _present[index / 8] |= (byte)(1 << (index % 8));
    }
}
