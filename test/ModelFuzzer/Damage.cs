using System.Buffers.Binary;

namespace ModelFuzzer;

/// <summary>Ways to damage bytes.</summary>
internal static class Damage
{
    private static readonly int[] _words = [0, -1, int.MaxValue, 1 << 28];

    /// <summary>Damages a copy of the bytes once to three times.</summary>
    public static byte[] Of(byte[] bytes, Random random)
    {
        byte[] damaged = [.. bytes];
        for (int times = random.Next(3); times >= 0 && damaged.Length > sizeof(int); times--)
            damaged = Once(damaged, random);
        return damaged;
    }

    private static byte[] Once(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length), word = random.Next(bytes.Length - sizeof(int) + 1);
        switch (random.Next(7))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
                return bytes[..at];
            case 3:
                var inserted = new byte[random.Next(1, 17)];
                random.NextBytes(inserted);
                return [.. bytes[..at], .. inserted, .. bytes[at..]];
            case 4:
                int length = random.Next(1, 1 + Math.Min(32, bytes.Length / 2));
                int first = random.Next(bytes.Length - length), second = random.Next(bytes.Length - length);
                byte[] kept = bytes[first..(first + length)];
                Array.Copy(bytes, second, bytes, first, length);
                kept.CopyTo(bytes, second);
                return bytes;
            default:
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(word), _words[random.Next(_words.Length)]);
                return bytes;
        }
    }
}
