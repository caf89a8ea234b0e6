using System.Buffers.Binary;
using System.IO.Compression;

namespace ModelFuzzer;

/// <summary>
/// A zip file with a model of one transformer. Its entry has ML.NET's header of 256 bytes, then the transformer's own part, then ML.NET's strings.
/// </summary>
internal sealed class SavedModel
{
    private const int HeaderSize = 0x100;
    private const int PartLength = 0x18;
    private const int Version = 0x48;

    // Where the header says where the strings, their characters, the tail, the end and the assembly's name are.
    private static readonly int[] _places = [0x20, 0x30, 0x80, 0x88, 0x90];

    private readonly List<(string Name, byte[] Content)> _others = [];
    private readonly string _name = "";
    private readonly byte[] _entry = [];

    /// <summary>Reads a file.</summary>
    public SavedModel(string path)
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            var content = new MemoryStream();
            using (Stream stream = entry.Open())
                stream.CopyTo(content);
            if (entry.FullName.EndsWith("Model.key", StringComparison.Ordinal))
                (_name, _entry) = (entry.FullName, content.ToArray());
            else
                _others.Add((entry.FullName, content.ToArray()));
        }

        Part = _entry[HeaderSize..(HeaderSize + (int)BitConverter.ToInt64(_entry, PartLength))];
        HasChecksum = BitConverter.ToUInt32(_entry, Version) != 0x00010001;
    }

    /// <summary>The transformer's own part.</summary>
    public byte[] Part { get; }

    /// <summary>Whether it ends with four bytes of checksum.</summary>
    public bool HasChecksum { get; }

    /// <summary>The file with another part of the transformer, everything else valid.</summary>
    public byte[] With(byte[] part)
    {
        byte[] header = _entry[..HeaderSize];
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(PartLength), part.Length);
        foreach (int place in _places)
        {
            long at = BitConverter.ToInt64(header, place);
            if (at != 0)
                BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(place), at + part.Length - Part.Length);
        }

        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in _others)
                Add(archive, name, content);
            Add(archive, _name, [.. header, .. part, .. _entry[(HeaderSize + Part.Length)..]]);
        }

        return file.ToArray();
    }

    /// <summary>Writes the checksum of a part, CRC-32C bit by bit, over its last four bytes.</summary>
    public static void Correct(byte[] part)
    {
        if (part.Length < sizeof(uint))
            return;
        uint remainder = uint.MaxValue;
        foreach (byte value in part.AsSpan(0, part.Length - sizeof(uint)))
        {
            remainder ^= value;
            for (int bit = 0; bit < 8; bit++)
                remainder = (remainder >> 1) ^ ((remainder & 1) * 0x82F63B78);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(part.AsSpan(part.Length - sizeof(uint)), ~remainder);
    }

    private static void Add(ZipArchive archive, string name, byte[] content)
    {
        using Stream stream = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
        stream.Write(content);
    }
}
