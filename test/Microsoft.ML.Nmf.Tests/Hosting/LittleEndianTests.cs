using System.Buffers.Binary;
using System.Text.RegularExpressions;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Tests.Architecture;

namespace Microsoft.ML.Nmf.Tests.Hosting;

/// <summary>Files are the same on every machine.</summary>
public partial class LittleEndianTests
{
    [Fact]
    public void Turned_numbers_are_those_that_the_runtime_turns()
    {
        int[] integers = [0x01020304, -2, 7];
        LittleEndian.Turn<int>(integers);
        Assert.Equal([BinaryPrimitives.ReverseEndianness(0x01020304), BinaryPrimitives.ReverseEndianness(-2), BinaryPrimitives.ReverseEndianness(7)], integers);
        double[] doubles = [Math.PI, -0.0];
        LittleEndian.Turn<double>(doubles);
        Assert.Equal(Math.PI, BinaryPrimitives.ReadDoubleBigEndian(BitConverter.GetBytes(doubles[0])));
        byte[] bytes = [1, 2, 3];
        LittleEndian.Turn<byte>(bytes);
        Assert.Equal<byte>([1, 2, 3], bytes);
        LittleEndian.Turn<float>([]);
    }

    [Fact]
    public void The_bytes_of_numbers_are_those_of_a_file_and_are_read_back()
    {
        float[] values = [1.5f, -3, float.Epsilon];
        byte[] expected = new byte[12];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(expected.AsSpan(4 * i), values[i]);
        Assert.Equal(expected, LittleEndian.BytesOf<float>(values).ToArray());
        float[] read = new float[3];
        expected.CopyTo(LittleEndian.Place<float>(read));
        LittleEndian.Read<float>(read);
        Assert.Equal(values, read);
    }

    // Torch's tensors are in memory and no file.
    [Fact]
    public void Nothing_else_takes_the_bytes_of_numbers_as_this_machine_has_them()
    {
        string[] sources = [.. Directory.EnumerateFiles(Rooms.Sources, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Intersect(["obj", "bin", "Microsoft.ML.Nmf.Torch"]).Any())];
        Assert.Contains(sources, path => Path.GetFileName(path) == "LittleEndian.cs" && AsBytes().IsMatch(File.ReadAllText(path)));
        Assert.Equal(["LittleEndian.cs"], sources.Where(path => AsBytes().IsMatch(File.ReadAllText(path))).Select(path => Path.GetFileName(path)));
    }

    [GeneratedRegex(@"MemoryMarshal\.(AsBytes|Cast<byte|Cast<.*byte>)|BitConverter\.(GetBytes|To[A-Z])|TryWriteBytes")]
    private static partial Regex AsBytes();
}
