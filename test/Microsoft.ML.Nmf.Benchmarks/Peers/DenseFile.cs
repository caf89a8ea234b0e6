using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Benchmarks.Peers;

/// <summary>
/// A dense matrix in a file that Python and R read too: rows, columns and −1 as int32, then the values as float32, row after row, little-endian. The −1 stands
/// where a sparse matrix has the number of its entries.
/// </summary>
internal static class DenseFile
{
    private const int NoEntries = -1;

    /// <summary>Writes data in its own unit.</summary>
    public static void Write(DenseExamples examples, string path)
    {
        using BinaryWriter writer = Open(path, examples.Rows, examples.Columns);
        for (int block = 0; block < RowBlocks.Count(examples.Rows); block++)
            WriteValues(writer, examples.CopyOfBlock(block), examples.Unit);
    }

    public static void Write(FactorMatrix matrix, string path)
    {
        using BinaryWriter writer = Open(path, matrix.Rows, matrix.Columns);
        WriteValues(writer, matrix.Values, 1);
    }

    public static ExampleMatrix Read(string path)
    {
        FactorMatrix matrix = ReadFactor(path);
        var builder = new ExampleMatrixBuilder(matrix.Columns);
        int[] features = [.. Enumerable.Range(0, matrix.Columns)];
        for (int i = 0; i < matrix.Rows; i++)
            builder.Add(features, matrix.Row(i));
        return builder.BuildInUnit();
    }

    public static FactorMatrix ReadFactor(string path)
    {
        using var reader = new BinaryReader(File.OpenRead(path));
        int rows = reader.ReadInt32(), columns = reader.ReadInt32();
        if (reader.ReadInt32() != NoEntries)
            throw new InvalidDataException($"{path} is not a file of a dense matrix.");
        return FactorMatrix.TakeOver([.. Enumerable.Range(0, rows * columns).Select(_ => reader.ReadSingle())], rows, columns);
    }

    private static BinaryWriter Open(string path, int rows, int columns)
    {
        var writer = new BinaryWriter(new BufferedStream(File.Create(path), 1 << 16));
        writer.Write(rows);
        writer.Write(columns);
        writer.Write(NoEntries);
        return writer;
    }

    // A unit is a power of 2, so that nothing is rounded.
    private static void WriteValues(BinaryWriter writer, ReadOnlySpan<float> values, double unit)
    {
        foreach (float value in values)
            writer.Write((float)(value * unit));
    }
}
