using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.GpuCheck.Data;

/// <summary>
/// A sparse matrix in a file that Python reads too: rows, columns and the number of entries, then the row starts and the columns as int32 and the values as
/// float32, little-endian. The values are in the unit of the data, not in that which they are stored in (<see cref="ExampleMatrix.Unit"/>).
/// </summary>
internal static class MatrixFile
{
    public static void Write(SparseExamples examples, string path)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write(examples.Rows);
        writer.Write(examples.Columns);
        writer.Write(checked((int)examples.NonZeros));
        int start = 0;
        writer.Write(start);
        foreach (CompressedBlock block in examples.Data.Blocks)
        {
            for (int i = 0; i < block.Rows; i++)
                writer.Write(start += block.Starts[i + 1] - block.Starts[i]);
        }

        foreach (CompressedBlock block in examples.Data.Blocks)
            Array.ForEach(block.Columns, writer.Write);
        foreach (CompressedBlock block in examples.Data.Blocks)
            Array.ForEach(block.Values, value => writer.Write((float)(value * examples.Unit)));
    }

    public static SparseExamples Read(string path)
    {
        using var reader = new BinaryReader(File.OpenRead(path));
        int rows = reader.ReadInt32(), columns = reader.ReadInt32(), entries = reader.ReadInt32();
        if (reader.BaseStream.Length != sizeof(int) * (3L + rows + 1 + 2L * entries))
            throw new InvalidDataException($"{path} is not a matrix file.");
        int[] starts = [.. Enumerable.Range(0, rows + 1).Select(_ => reader.ReadInt32())];
        int[] features = [.. Enumerable.Range(0, entries).Select(_ => reader.ReadInt32())];
        float[] values = [.. Enumerable.Range(0, entries).Select(_ => reader.ReadSingle())];
        var builder = new ExampleMatrixBuilder(columns);
        for (int i = 0; i < rows; i++)
            builder.Add(features.AsSpan(starts[i]..starts[i + 1]), values.AsSpan(starts[i]..starts[i + 1]));
        return builder.Build() as SparseExamples ?? throw new InvalidDataException($"{path} is not sparse: a quarter of its entries or more are not zero.");
    }
}
