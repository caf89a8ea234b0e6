using System.Text;
using Microsoft.ML.Internal.Utilities;

namespace Microsoft.ML.Offline;

/// <summary>
/// What stands around a component's own bytes: a header of 256 bytes before them, and after them the table of strings,
/// the name of the assembly that loads the component, and a signature that tells a whole file from a cut one.
/// </summary>
internal struct ModelFrame
{
    public const int HeaderSize = 0x100;
    public const int MaxLoaderSignature = 24;

    private const ulong HeadSignature = 0x4C45444F4D004C4D;
    private const ulong TailSignature = 0x4D4C004D4F44454C;
    private const uint Version = 0x00010002;
    private const uint OldestVersion = 0x00010001;

    private long _modelLength;
    private long _tablePosition;
    private long _tableLength;
    private long _charsPosition;
    private long _charsLength;
    private long _tailPosition;
    private long _endPosition;
    private long _assemblyPosition;
    private uint _assemblyLength;

    public ulong ModelSignature { get; private set; }

    public uint ModelVersion { get; private set; }

    public uint ModelReadableVersion { get; private set; }

    public string LoaderSignature { get; private set; }

    public string LoaderSignatureAlt { get; private set; }

    public void SetVersion(VersionInfo version)
    {
        Contracts.Check(IsValidSignature(version.LoaderSignature) && IsValidSignature(version.LoaderSignatureAlt));
        (ModelSignature, ModelVersion, ModelReadableVersion) = (version.ModelSignature, version.VerWrittenCur, version.VerReadableCur);
        (LoaderSignature, LoaderSignatureAlt) = (version.LoaderSignature, version.LoaderSignatureAlt);
    }

    public readonly void CheckVersion(VersionInfo version)
    {
        Contracts.CheckDecode(ModelSignature == version.ModelSignature, "Unknown file type");
        Contracts.CheckDecode(ModelReadableVersion <= ModelVersion, "Corrupt file header");
        bool isTooNew = ModelReadableVersion > version.VerWrittenCur;
        if (isTooNew || ModelVersion < version.VerWeCanReadBack)
        {
            throw Contracts.ExceptDecode("Component '{0}' of the model is too {1} to be read: it has version {2:x8}, and this is version {3:x8}.",
                version.LoaderSignature, isTooNew ? "new" : "old", ModelVersion, version.VerWrittenCur);
        }
    }

    /// <summary>Writes the strings, the assembly name and the tail, then the header before them.</summary>
    public void EndWrite(BinaryWriter writer, long start, NormStr.Pool strings, string loaderAssemblyName)
    {
        _modelLength = writer.FpCur() - start - HeaderSize;
        if (strings.Count > 0)
        {
            _tablePosition = writer.FpCur() - start;
            _tableLength = (long)strings.Count * sizeof(long);
            foreach (var text in strings)
                writer.Write(_charsLength += (long)text.Value.Length * sizeof(char));
            _charsPosition = writer.FpCur() - start;
            foreach (var text in strings)
                writer.Write(Encoding.Unicode.GetBytes(text.Value.ToString()));
        }

        if (!string.IsNullOrEmpty(loaderAssemblyName))
        {
            _assemblyPosition = writer.FpCur() - start;
            _assemblyLength = (uint)loaderAssemblyName.Length * sizeof(char);
            writer.Write(Encoding.Unicode.GetBytes(loaderAssemblyName));
        }

        _tailPosition = writer.FpCur() - start;
        writer.Write(TailSignature);
        _endPosition = writer.FpCur() - start;
        writer.Seek(start);
        WriteHeader(writer);
        writer.Seek(start + _endPosition);
    }

    /// <summary>Reads all but the component's own bytes, and stops before these.</summary>
    public static ModelFrame Read(BinaryReader reader, out string[] strings, out string loaderAssemblyName)
    {
        long start = reader.FpCur();
        Contracts.CheckDecode(reader.BaseStream.Length - start >= HeaderSize);
        var frame = ReadHeader(reader);
        Contracts.CheckDecode(frame._endPosition == frame._tailPosition + sizeof(ulong) && frame._endPosition <= reader.BaseStream.Length - start);
        strings = frame.ReadStrings(reader, start);
        loaderAssemblyName = frame._assemblyPosition == 0 ? null : ReadText(reader, start + frame._assemblyPosition, (int)frame._assemblyLength);
        reader.Seek(start + frame._tailPosition);
        Contracts.CheckDecode(reader.ReadUInt64() == TailSignature, "Corrupt model file tail");
        reader.Seek(start + HeaderSize);
        return frame;
    }

    public readonly void EndRead(BinaryReader reader, long start)
    {
        Contracts.CheckDecode(reader.FpCur() - start == HeaderSize + _modelLength);
        reader.Seek(start + _endPosition);
    }

    private static bool IsValidSignature(string signature)
        => signature is null || signature.Length <= MaxLoaderSignature && signature.All(c => c <= 0xFF);

    private static void WriteSignature(BinaryWriter writer, string signature)
    {
        var bytes = new byte[MaxLoaderSignature];
        Encoding.Latin1.GetBytes(signature ?? "", bytes);
        writer.Write(bytes);
    }

    private static string ReadSignature(BinaryReader reader)
        => Encoding.Latin1.GetString(reader.ReadBytes(MaxLoaderSignature)).TrimEnd('\0');

    private static string ReadText(BinaryReader reader, long position, int length)
    {
        reader.Seek(position);
        var bytes = reader.ReadBytes(length);
        Contracts.CheckDecode(bytes.Length == length && length % sizeof(char) == 0);
        return Encoding.Unicode.GetString(bytes);
    }

    private static ModelFrame ReadHeader(BinaryReader reader)
    {
        Contracts.CheckDecode(reader.ReadUInt64() == HeadSignature, "Wrong file type");
        uint written = reader.ReadUInt32();
        uint readable = reader.ReadUInt32();
        Contracts.CheckDecode(readable <= written, "Corrupt file header");
        Contracts.CheckDecode(readable <= Version, "File is too new");
        Contracts.CheckDecode(written >= OldestVersion, "File is too old");
        Contracts.CheckDecode(reader.ReadInt64() == HeaderSize);
        var frame = new ModelFrame
        {
            _modelLength = reader.ReadInt64(),
            _tablePosition = reader.ReadInt64(),
            _tableLength = reader.ReadInt64(),
            _charsPosition = reader.ReadInt64(),
            _charsLength = reader.ReadInt64(),
            ModelSignature = reader.ReadUInt64(),
            ModelVersion = reader.ReadUInt32(),
            ModelReadableVersion = reader.ReadUInt32(),
            LoaderSignature = ReadSignature(reader),
            LoaderSignatureAlt = ReadSignature(reader),
            _tailPosition = reader.ReadInt64(),
            _endPosition = reader.ReadInt64(),
        };
        if (written > OldestVersion)
            (frame._assemblyPosition, frame._assemblyLength) = (reader.ReadInt64(), reader.ReadUInt32());
        return frame;
    }

    private readonly void WriteHeader(BinaryWriter writer)
    {
        long start = writer.FpCur();
        writer.Write(HeadSignature);
        writer.Write(Version);
        writer.Write(Version);
        foreach (long value in new[] { HeaderSize, _modelLength, _tablePosition, _tableLength, _charsPosition, _charsLength })
            writer.Write(value);
        writer.Write(ModelSignature);
        writer.Write(ModelVersion);
        writer.Write(ModelReadableVersion);
        WriteSignature(writer, LoaderSignature);
        WriteSignature(writer, LoaderSignatureAlt);
        writer.Write(_tailPosition);
        writer.Write(_endPosition);
        writer.Write(_assemblyPosition);
        writer.Write(_assemblyLength);
        Contracts.Check(writer.FpCur() - start <= HeaderSize);
    }

    private readonly string[] ReadStrings(BinaryReader reader, long start)
    {
        if (_tablePosition == 0)
            return null;
        var strings = new string[_tableLength / sizeof(long)];
        long position = start + _charsPosition;
        for (int i = 0; i < strings.Length; i++)
        {
            reader.Seek(start + _tablePosition + (long)i * sizeof(long));
            long end = start + _charsPosition + reader.ReadInt64();
            Contracts.CheckDecode(position <= end && end <= start + _charsPosition + _charsLength);
            strings[i] = ReadText(reader, position, checked((int)(end - position)));
            position = end;
        }

        return strings;
    }
}
