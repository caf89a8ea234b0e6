using System.Buffers.Binary;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>Damages bytes in many ways and has them read.</summary>
internal static class DamagedStreams
{
    private const int Count = 2000;
    private const int TimesLength = 50;

    /// <summary>What is read is refused with a <see cref="FormatException"/> or passes a check, and allocates no more than a small multiple of its length.</summary>
    /// <param name="intact">What was written.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="check">Looks at what was read.</param>
    public static void Check<T>(byte[] intact, Func<Stream, T> read, Action<T> check)
    {
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < Count; i++)
        {
            byte[] damaged = Damage(intact, random);
            T? result = default;
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                result = read(new MemoryStream(damaged));
            }
            catch (FormatException)
            {
                refused++;
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, TimesLength * intact.Length);
            if (result is not null)
                check(result);
        }

        Assert.InRange(refused, Count / 20, Count);
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        byte[] damaged = [.. bytes];
        // The header and the sizes are at the front.
        int place = random.Next(2) == 0 ? random.Next(Math.Min(120, bytes.Length - sizeof(int))) : random.Next(bytes.Length - sizeof(int));
        switch (random.Next(4))
        {
            case 0:
                damaged[place] ^= (byte)(1 << random.Next(8));
                return damaged;
            case 1:
                return damaged[..place];
            case 2:
                return [.. damaged[..place], .. new byte[random.Next(1, 17)], .. damaged[place..]];
            default:
                int[] words = [0, -1, int.MaxValue, 1 << 28, 0x7FF00000];
                BinaryPrimitives.WriteInt32LittleEndian(damaged.AsSpan(place), words[random.Next(words.Length)]);
                return damaged;
        }
    }
}
