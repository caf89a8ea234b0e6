namespace Microsoft.ML.Data.Offline;

/// <summary>Writes the type of a column, and reads it back.</summary>
internal static class TypeCodec
{
    private enum Kind : byte
    {
        Standard,
        Key,
        Vector,
    }

    public static void Write(BinaryWriter writer, DataViewType type)
    {
        switch (type)
        {
            case VectorDataViewType vector:
                writer.Write((byte)Kind.Vector);
                writer.WriteIntArray(vector.Dimensions.AsSpan());
                Write(writer, vector.ItemType);
                break;
            case KeyDataViewType key:
                writer.Write((byte)Kind.Key);
                writer.Write((byte)key.GetRawKind());
                writer.Write(key.Count);
                break;
            default:
                writer.Write((byte)Kind.Standard);
                writer.Write((byte)type.GetRawKind());
                break;
        }
    }

    public static DataViewType Read(BinaryReader reader) => (Kind)reader.ReadByte() switch
    {
        Kind.Vector => ReadVector(reader),
        Kind.Key => new KeyDataViewType(((InternalDataKind)reader.ReadByte()).ToType(), reader.ReadUInt64()),
        Kind.Standard => ColumnTypeExtensions.PrimitiveTypeFromKind((InternalDataKind)reader.ReadByte()),
        _ => throw Contracts.ExceptDecode("Unknown type"),
    };

    private static VectorDataViewType ReadVector(BinaryReader reader)
    {
        var dimensions = reader.ReadIntArray();
        return new VectorDataViewType((PrimitiveDataViewType)Read(reader), dimensions);
    }
}
