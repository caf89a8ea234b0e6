using System.Numerics;

namespace Microsoft.ML.Data;

/// <summary>A 128 bit row identifier; the mixing steps are those of MurmurHash3 x64 128.</summary>
public readonly struct DataViewRowId : IComparable<DataViewRowId>, IEquatable<DataViewRowId>
{
    private const ulong LowMultiplier = 0x87c37b91114253d5;
    private const ulong HighMultiplier = 0x4cf5ad432745937f;

    public readonly ulong Low;

    public readonly ulong High;

    public DataViewRowId(ulong low, ulong high)
    {
        Low = low;
        High = high;
    }

    /// <summary>An identifier derived from this one alone.</summary>
    public DataViewRowId Fork()
    {
        var next = Next();
        return new DataViewRowId(next.Low ^ (BitOperations.RotateLeft(LowMultiplier, 31) * HighMultiplier), next.High);
    }

    public DataViewRowId Next() => Mix(Low, 0, High, 0);

    public DataViewRowId Combine(DataViewRowId other)
    {
        other = other.Fork();
        return Mix(
            Low, BitOperations.RotateLeft(other.Low * LowMultiplier, 31) * HighMultiplier,
            High, BitOperations.RotateLeft(other.High * HighMultiplier, 33) * LowMultiplier);
    }

    public int CompareTo(DataViewRowId other) => (High, Low).CompareTo((other.High, other.Low));

    public bool Equals(DataViewRowId other) => (Low, High) == (other.Low, other.High);

    public override bool Equals(object obj) => obj is DataViewRowId other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Low, High);

    public override string ToString() => $"{High:x16}{Low:x16}";

    private static DataViewRowId Mix(ulong low, ulong lowKey, ulong high, ulong highKey)
    {
        low = BitOperations.RotateLeft(low ^ lowKey, 27) + high;
        low = low * 5 + 0x52dce729;
        high = BitOperations.RotateLeft(high ^ highKey, 31) + low;
        high = high * 5 + 0x38495ab5;
        return new DataViewRowId(low, high);
    }
}
