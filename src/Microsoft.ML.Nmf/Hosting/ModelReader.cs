using System.Text;

namespace Microsoft.ML.Nmf.Hosting;

/// <summary>
/// Reads what a transformer wrote into a model file, little-endian. Every size is held against the bytes that are left before anything is allocated for
/// it, so a damaged file never asks for more memory than a small multiple of its own length.
/// </summary>
/// <param name="stream">Where to read. ML.NET unpacks an entry of its zip file into memory or a temporary file, so it can seek and knows its length.</param>
/// <param name="end">The position after the last byte that may be read.</param>
/// <param name="version">The version that was written, as the header has it.</param>
internal sealed class ModelReader(Stream stream, long end, uint version)
{
    /// <summary>The version that files had at first, without a checksum. <see cref="FileHeader"/> says what the later ones are.</summary>
    public const uint FirstVersion = 0x00010001;

    /// <summary>The first version of a model file that says how activations are scaled.</summary>
    public const uint FirstWithNormalization = 0x00010004;

    /// <summary>The first version of a model file that has the names that topics were given.</summary>
    public const uint FirstWithTopicNames = 0x00010004;

    /// <summary>
    /// The first version of a model file of NMF or deep NMF that says how values are read, and may have columns which explain rows; that of neural NMF is one
    /// later.
    /// </summary>
    public const uint FirstWithReading = 0x00010005;

    private const int BytesAtOnce = 1 << 16;

    /// <summary>How texts are in a file: a text that is not Unicode is refused and never changed.</summary>
    public static UTF8Encoding StrictUtf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The version that was written.</summary>
    public uint Version { get; } = version;

    /// <summary>How many bytes are left to read.</summary>
    public long BytesLeft { get; private set; } = Math.Min(end, stream.Length) - stream.Position;

    /// <summary>Refuses a file that cannot have been written by this library.</summary>
    /// <exception cref="FormatException">The condition does not hold.</exception>
    public static void Check(bool condition, string problem)
    {
        if (!condition)
            throw new FormatException($"The model file is damaged or was not written by this library: {problem}.");
    }

    /// <summary>Compares the checksum, the last four bytes, with that of all bytes before it, and takes it off <see cref="BytesLeft"/>.</summary>
    /// <exception cref="FormatException">They differ.</exception>
    public void VerifyChecksum()
    {
        long start = stream.Position, left = BytesLeft - sizeof(uint);
        CheckLeft(1, sizeof(uint));
        var checksum = new Checksum();
        var buffer = new byte[Math.Min(left, BytesAtOnce)];
        while (BytesLeft > sizeof(uint))
        {
            Span<byte> bytes = buffer.AsSpan(0, (int)Math.Min(buffer.Length, BytesLeft - sizeof(uint)));
            ReadExactly(bytes);
            checksum.Append(bytes);
        }

        Check(Read<uint>() == checksum.Value, "its checksum is wrong");
        stream.Position = start;
        BytesLeft = left;
    }

    /// <summary>Refuses a file that goes on where it should end, and goes past the checksum, as ML.NET expects.</summary>
    /// <exception cref="FormatException">Bytes are left.</exception>
    public void Close()
    {
        Check(BytesLeft == 0, "it does not end where it should");
        stream.Position = end;
    }

    /// <summary>Reads a number.</summary>
    /// <exception cref="FormatException">The file ends before.</exception>
    public T Read<T>()
        where T : unmanaged
    {
        T value = default;
        ReadInto(new Span<T>(ref value));
        return value;
    }

    /// <summary>Reads a yes or no.</summary>
    /// <exception cref="FormatException">It is neither, or the file ends before.</exception>
    public bool ReadBoolean()
    {
        byte value = Read<byte>();
        Check(value <= 1, "a yes or no is neither");
        return value == 1;
    }

    /// <summary>Reads a value of an enumeration, stored as an int.</summary>
    /// <param name="what">What it is, for the message.</param>
    /// <exception cref="FormatException">The enumeration does not name it, or the file ends before.</exception>
    public T ReadNamed<T>(string what)
        where T : struct, Enum
    {
        var value = (T)(object)Read<int>();
        Check(Enum.IsDefined(value), $"{what} is not known");
        return value;
    }

    /// <summary>Reads how many of something follow.</summary>
    /// <param name="least">The fewest there may be.</param>
    /// <param name="most">The most there may be.</param>
    /// <param name="bytesEach">The fewest bytes that each takes.</param>
    /// <param name="what">What they are, for the message.</param>
    /// <exception cref="FormatException">The number is out of range, or so many cannot follow.</exception>
    public int ReadCount(int least, int most, int bytesEach, string what)
    {
        int count = Read<int>();
        Check(count >= least && count <= most, $"the number of {what} is not possible");
        CheckLeft(count, bytesEach);
        return count;
    }

    /// <summary>Reads numbers. Allocates nothing.</summary>
    /// <exception cref="FormatException">The file ends before.</exception>
    public void ReadInto<T>(Span<T> values)
        where T : unmanaged
    {
        ReadExactly(LittleEndian.Place(values));
        LittleEndian.Read(values);
    }

    /// <summary>Reads a text: the number of its bytes in UTF-8, seven bits a byte from the lowest on, then these bytes.</summary>
    /// <exception cref="FormatException">It is not UTF-8, or the file ends before.</exception>
    public string ReadString()
    {
        long length = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = Read<byte>();
            length |= (long)(part & 0x7F) << shift;
            if (part <= 0x7F)
                break;
            Check(shift < 28, "the length of a text is not possible");
        }

        CheckLeft(length, 1);
        Span<byte> bytes = length <= 256 ? stackalloc byte[(int)length] : new byte[length];
        ReadExactly(bytes);
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException("The model file is damaged or was not written by this library: a text is not UTF-8.");
        }
    }

    /// <summary>Refuses to go on to something that is longer than the rest of the file.</summary>
    /// <exception cref="FormatException">It is.</exception>
    public void CheckLeft(long count, int bytesEach) => Check(count <= BytesLeft / bytesEach, "it ends early");

    private void ReadExactly(Span<byte> bytes)
    {
        CheckLeft(bytes.Length, 1);
        stream.ReadExactly(bytes);
        BytesLeft -= bytes.Length;
    }
}
