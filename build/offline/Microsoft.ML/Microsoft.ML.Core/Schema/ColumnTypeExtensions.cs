namespace Microsoft.ML.Data;

internal static class ColumnTypeExtensions
{
    private static readonly PrimitiveDataViewType[] _standard =
    [
        NumberDataViewType.SByte, NumberDataViewType.Byte, NumberDataViewType.Int16, NumberDataViewType.UInt16, NumberDataViewType.Int32,
        NumberDataViewType.UInt32, NumberDataViewType.Int64, NumberDataViewType.UInt64, NumberDataViewType.Single, NumberDataViewType.Double,
        TextDataViewType.Instance, BooleanDataViewType.Instance, TimeSpanDataViewType.Instance, DateTimeDataViewType.Instance,
        DateTimeOffsetDataViewType.Instance, RowIdDataViewType.Instance,
    ];

    public static bool IsStandardScalar(this DataViewType columnType) => _standard.Contains(columnType);

    public static ulong GetKeyCount(this DataViewType columnType) => (columnType as KeyDataViewType)?.Count ?? 0;

    public static int GetKeyCountAsInt32(this DataViewType columnType, IExceptionContext ectx = null)
    {
        ulong count = columnType.GetKeyCount();
        ectx.Check(count <= int.MaxValue, "KeyDataViewType.Count exceeds int.MaxValue.");
        return (int)count;
    }

    public static DataViewType GetItemType(this DataViewType columnType) => (columnType as VectorDataViewType)?.ItemType ?? columnType;

    /// <summary>The size of a vector; 0 for a scalar, and for a vector of variable size.</summary>
    public static int GetVectorSize(this DataViewType columnType) => (columnType as VectorDataViewType)?.Size ?? 0;

    /// <summary>The number of values in a row: 1 for a scalar, and 0 for a vector of variable size.</summary>
    public static int GetValueCount(this DataViewType columnType) => (columnType as VectorDataViewType)?.Size ?? 1;

    public static bool IsKnownSizeVector(this DataViewType columnType) => columnType.GetVectorSize() > 0;

    public static InternalDataKind GetRawKind(this DataViewType columnType)
    {
        columnType.RawType.TryGetDataKind(out var kind);
        return kind;
    }

    public static bool SameSizeAndItemType(this DataViewType columnType, DataViewType other)
        => other is not null && (columnType.Equals(other)
            || columnType is VectorDataViewType vector && other is VectorDataViewType otherVector
                && vector.ItemType.Equals(otherVector.ItemType) && vector.Size == otherVector.Size);

    public static PrimitiveDataViewType PrimitiveTypeFromType(Type type)
        => type.TryGetDataKind(out var kind) ? PrimitiveTypeFromKind(kind) : throw new InvalidOperationException($"No column type for {type}.");

    public static PrimitiveDataViewType PrimitiveTypeFromKind(InternalDataKind kind)
        => kind is >= InternalDataKind.I1 and <= InternalDataKind.UG
            ? _standard[(int)kind - 1]
            : throw new InvalidOperationException($"No column type for {kind}.");

    public static NumberDataViewType NumberTypeFromType(Type type)
        => PrimitiveTypeFromType(type) as NumberDataViewType ?? throw new InvalidOperationException($"{type} is no number.");
}

internal static class KeyTypeExtensions
{
    public static int GetCountAsInt32(this KeyDataViewType key, IExceptionContext ectx = null) => key.GetKeyCountAsInt32(ectx);
}
