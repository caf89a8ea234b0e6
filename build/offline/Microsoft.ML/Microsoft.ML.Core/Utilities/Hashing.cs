using System.Numerics;

namespace Microsoft.ML.Internal.Utilities;

/// <summary>MurmurHash3, 32 bit.</summary>
internal static class Hashing
{
    public static uint CombineHash(uint u1, uint u2) => BitOperations.RotateLeft(u1, 7) ^ u2;

    public static int CombineHash(int n1, int n2) => (int)CombineHash((uint)n1, (uint)n2);

    public static uint MurmurRound(uint hash, uint chunk)
    {
        hash ^= BitOperations.RotateLeft(chunk * 0xCC9E2D51, 15) * 0x1B873593;
        return BitOperations.RotateLeft(hash, 13) * 5 + 0xE6546B64;
    }

    public static uint MixHash(uint hash)
    {
        hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
        return hash ^ (hash >> 16);
    }
}
