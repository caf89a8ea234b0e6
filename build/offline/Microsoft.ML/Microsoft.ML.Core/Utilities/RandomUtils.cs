using Microsoft.ML.Internal.Utilities;

namespace Microsoft.ML;

internal static class RandomUtils
{
    public static TauswortheHybrid Create() => new(new Random());

    public static TauswortheHybrid Create(int? seed) => seed is int known ? Create(known) : Create();

    public static TauswortheHybrid Create(int seed) => Create((uint)seed);

    public static TauswortheHybrid Create(uint? seed) => seed is uint known ? Create(known) : Create();

    public static TauswortheHybrid Create(uint seed) => new(new TauswortheHybrid.State(seed));

    public static TauswortheHybrid Create(Random seed) => new(seed);

    public static float NextSingle(this Random random)
    {
        if (random is TauswortheHybrid hybrid)
            return hybrid.NextSingle();
        float next;
        do
            next = (float)random.NextDouble();
        while (next >= 1);
        return next;
    }

    public static int NextSigned(this Random random)
        => random is TauswortheHybrid hybrid ? hybrid.NextSigned() : random.Next(int.MinValue, int.MaxValue);
}

/// <summary>Three Tausworthe generators and a linear congruential one: small, fast, and the same on every platform.</summary>
internal sealed class TauswortheHybrid : Random
{
    private uint _z1;
    private uint _z2;
    private uint _z3;
    private uint _z4;

    public TauswortheHybrid(State state) => (_z1, _z2, _z3, _z4) = (state.U1, state.U2, state.U3, state.U4);

    public TauswortheHybrid(Random rng)
    {
        (_z1, _z2, _z3) = (Large(rng), Large(rng), Large(rng));
        _z4 = Any(rng);
    }

    public State GetState() => new(_z1, _z2, _z3, _z4);

    public new float NextSingle() => (NextUInt() >> 9) * (1f / (1 << 23));

    public override double NextDouble() => NextUInt() * (1.0 / 4294967296.0);

    public override int Next()
    {
        uint next = NextUInt();
        return (int)(next + (next & 0x80000000));
    }

    public override int Next(int maxValue)
    {
        Contracts.CheckParam(maxValue >= 0, nameof(maxValue), "maxValue must be non-negative");
        return (int)(((ulong)NextUInt() * (ulong)maxValue) >> 32);
    }

    public override int Next(int minValue, int maxValue)
    {
        Contracts.CheckParam(minValue <= maxValue, nameof(minValue), "minValue must be less than or equal to maxValue.");
        return (int)((long)(NextDouble() * ((long)maxValue - minValue)) + minValue);
    }

    public override void NextBytes(byte[] buffer)
    {
        Contracts.CheckValue(buffer, nameof(buffer));
        for (int i = 0; i < buffer.Length; i++)
            buffer[i] = (byte)Next();
    }

    public int NextSigned() => (int)NextUInt();

    private static uint Any(Random rng) => ((uint)rng.Next(0x10000) << 16) | (uint)rng.Next(0x10000);

    // A Tausworthe generator is stuck at a state with none of its high bits set.
    private static uint Large(Random rng)
    {
        uint value;
        do
            value = Any(rng);
        while (value < 128);
        return value;
    }

    private static uint Step(uint z, int left, int right, int keep, uint mask) => ((z & mask) << keep) ^ (((z << left) ^ z) >> right);

    private uint NextUInt()
    {
        _z1 = Step(_z1, 13, 19, 12, 0xFFFFFFFE);
        _z2 = Step(_z2, 2, 25, 4, 0xFFFFFFF8);
        _z3 = Step(_z3, 3, 11, 17, 0xFFFFFFF0);
        _z4 = 1664525 * _z4 + 1013904223;
        return _z1 ^ _z2 ^ _z3 ^ _z4;
    }

    public readonly struct State
    {
        public readonly uint U1;

        public readonly uint U2;

        public readonly uint U3;

        public readonly uint U4;

        public State(uint seed)
        {
            U1 = seed;
            U2 = Hashing.MurmurRound(U1, U1);
            U3 = Hashing.MurmurRound(U2, U1);
            U4 = Hashing.MurmurRound(U3, U1);
        }

        public State(uint u1, uint u2, uint u3, uint u4) => (U1, U2, U3, U4) = (u1, u2, u3, u4);

        public static State Load(BinaryReader reader) => new(reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32());

        public void Save(BinaryWriter writer)
        {
            writer.Write(U1);
            writer.Write(U2);
            writer.Write(U3);
            writer.Write(U4);
        }
    }
}
