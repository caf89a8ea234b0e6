using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Training;

/// <summary>Files that numpy.load reads, and numpy.save writes: one array each.</summary>
internal static partial class NumpyFile
{
    private const int BytesAtOnce = 1 << 24;
    private const int Alignment = 64;
    private const string Matrix = "<f4";
    private const string Integers = "<i4";

    // *** Binary format of .npy, version 1.0 ***
    // bytes: 0x93 and "NUMPY"
    // byte × 2: the version, 1 and 0
    // ushort: the length of the header
    // the header in ASCII: {'descr': '<f4', 'fortran_order': False, 'shape': (ROWS, COLUMNS), }, spaces and a line end, such that what follows starts at a multiple of 64
    // the values, row after row; float32 (<f4) or int32 (<i4), the least significant byte first
    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    /// <summary>Writes a matrix.</summary>
    public static void Write(string path, FactorMatrix matrix)
        => Write(path, Matrix, string.Create(CultureInfo.InvariantCulture, $"({matrix.Rows}, {matrix.Columns})"), matrix.Values);

    /// <summary>Writes integers.</summary>
    public static void Write(string path, int[] values) => Write<int>(path, Integers, string.Create(CultureInfo.InvariantCulture, $"({values.Length},)"), values);

    /// <summary>Reads a matrix of float32.</summary>
    /// <exception cref="FormatException">The file is not one.</exception>
    public static FactorMatrix ReadMatrix(string path)
    {
        using FileStream stream = Open(path, Matrix, 2, out int[] shape);
        var values = new float[ArraySize.Of(shape[0], shape[1], $"The matrix in '{path}'")];
        Read<float>(path, stream, values);
        return FactorMatrix.TakeOver(values, shape[0], shape[1]);
    }

    /// <summary>Reads integers.</summary>
    /// <exception cref="FormatException">The file does not hold a list of them.</exception>
    public static int[] ReadIntegers(string path)
    {
        using FileStream stream = Open(path, Integers, 1, out int[] shape);
        int[] values = new int[shape[0]];
        Read<int>(path, stream, values);
        return values;
    }

    private static void Write<T>(string path, string type, string shape, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}";
        int before = Magic.Length + sizeof(ushort), length = (before + header.Length + 1 + Alignment - 1) / Alignment * Alignment - before;
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        Span<byte> size = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(size, (ushort)length);
        stream.Write(Magic);
        stream.Write(size);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n"));
        for (int at = 0, step = BytesAtOnce / Marshal.SizeOf<T>(); at < values.Length; at += step)
            stream.Write(LittleEndian.BytesOf(values[at..Math.Min(at + step, values.Length)]));
    }

    private static FileStream Open(string path, string type, int dimensions, out int[] shape)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            Span<byte> start = stackalloc byte[Magic.Length + sizeof(ushort)];
            if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !start[..Magic.Length].SequenceEqual(Magic))
                throw Refuse(path);
            byte[] header = new byte[BinaryPrimitives.ReadUInt16LittleEndian(start[Magic.Length..])];
            if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
                throw Refuse(path);
            Match match = Header().Match(Encoding.ASCII.GetString(header));
            string[] sizes = match.Groups[2].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            shape = [.. sizes.Select(size => int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : throw Refuse(path))];
            if (match.Groups[1].Value != type || shape.Length != dimensions)
                throw Refuse(path);
            // Four bytes a value, of either type: memory is allocated for what is there alone.
            if (shape.Aggregate((Int128)sizeof(float), (product, size) => product * size) != stream.Length - stream.Position)
                throw Refuse(path);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private static void Read<T>(string path, FileStream stream, Span<T> values)
        where T : unmanaged
    {
        for (int at = 0, step = BytesAtOnce / Marshal.SizeOf<T>(); at < values.Length; at += step)
        {
            Span<T> part = values[at..Math.Min(at + step, values.Length)];
            Span<byte> bytes = LittleEndian.Place(part);
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
                throw Refuse(path);
            LittleEndian.Read(part);
        }
    }

    private static FormatException Refuse(string path) => new($"'{path}' is not a file that a Recorder writes: a .npy file of the expected type and shape, whole.");

    [GeneratedRegex(@"^\{'descr': '([^']+)', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n$")]
    private static partial Regex Header();
}
