using Microsoft.ML.Internal.Utilities.Offline;

namespace Microsoft.ML.Data.Offline;

/// <summary>Writes a schema, hidden columns and annotations included, and reads it back.</summary>
internal static class SchemaCodec
{
    private const uint Signature = 0x4D454853;

    public static void Write(BinaryWriter writer, DataViewSchema schema)
    {
        writer.Write(Signature);
        writer.Write(schema.Count);
        foreach (var column in schema)
        {
            WriteColumn(writer, column);
            writer.Write(column.Annotations.Schema.Count);
            foreach (var annotation in column.Annotations.Schema)
            {
                WriteColumn(writer, annotation);
                Generic.Call(WriteValue<int>, annotation.Type.RawType, writer, column.Annotations, annotation);
            }
        }
    }

    public static DataViewSchema Read(BinaryReader reader)
    {
        Contracts.CheckDecode(reader.ReadUInt32() == Signature, "Wrong schema header");
        var schema = new DataViewSchema.Builder();
        for (int columns = reader.ReadInt32(); columns > 0; columns--)
        {
            string name = reader.ReadString();
            var type = TypeCodec.Read(reader);
            var annotations = new DataViewSchema.Annotations.Builder();
            for (int kinds = reader.ReadInt32(); kinds > 0; kinds--)
            {
                string kind = reader.ReadString();
                var annotationType = TypeCodec.Read(reader);
                annotations.Add(kind, annotationType, Generic.Call(ReadValue<int>, annotationType.RawType, reader));
            }

            schema.AddColumn(name, type, annotations.ToAnnotations());
        }

        return schema.ToSchema();
    }

    private static void WriteColumn(BinaryWriter writer, DataViewSchema.Column column)
    {
        writer.Write(column.Name);
        TypeCodec.Write(writer, column.Type);
    }

    private static bool WriteValue<T>(BinaryWriter writer, DataViewSchema.Annotations annotations, DataViewSchema.Column annotation)
    {
        T value = default;
        annotations.GetGetter<T>(annotation)(ref value);
        ValueCodec<T>.Instance.Write(writer, value);
        return true;
    }

    private static Delegate ReadValue<T>(BinaryReader reader)
    {
        var value = ValueCodec<T>.Instance.Read(reader);
        return (ValueGetter<T>)((ref T destination) => ValueCodec<T>.Instance.Copy(value, ref destination));
    }
}
