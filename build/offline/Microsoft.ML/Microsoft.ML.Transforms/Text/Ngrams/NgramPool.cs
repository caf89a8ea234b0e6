namespace Microsoft.ML.Transforms.Text.Offline;

/// <summary>Numbers sequences of keys in the order of their coming: a hash table with open addressing over one array of keys.</summary>
internal sealed class NgramPool
{
    private uint[] _keys = new uint[64];
    private int[] _starts = new int[32];
    private int[] _slots = new int[64];

    public NgramPool()
    {
    }

    public NgramPool(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        var starts = reader.ReadIntArray();
        var keys = reader.ReadUIntArray() ?? [];
        Contracts.CheckDecode(count >= 0 && Utils.Size(starts) == count + 1 && starts[count] == keys.Length);
        for (int i = 0; i < count; i++)
            Contracts.CheckDecode(TryAdd(keys.AsSpan(starts[i]..starts[i + 1]), out _));
    }

    public int Count { get; private set; }

    public ReadOnlySpan<uint> this[int id] => _keys.AsSpan(_starts[id].._starts[id + 1]);

    public void Save(BinaryWriter writer)
    {
        writer.Write(Count);
        writer.WriteIntArray(_starts.AsSpan(0, Count + 1));
        writer.WriteUIntArray(_keys.AsSpan(0, _starts[Count]));
    }

    /// <summary>The number of a sequence, or -1 if it has none.</summary>
    public int Find(ReadOnlySpan<uint> ngram) => _slots[SlotOf(ngram)] - 1;

    public bool TryAdd(ReadOnlySpan<uint> ngram, out int id)
    {
        int slot = SlotOf(ngram);
        id = _slots[slot] - 1;
        if (id >= 0)
            return false;

        id = Count++;
        _slots[slot] = Count;
        int end = _starts[id] + ngram.Length;
        Utils.EnsureSize(ref _starts, Count + 1);
        Utils.EnsureSize(ref _keys, end);
        _starts[Count] = end;
        ngram.CopyTo(_keys.AsSpan(_starts[id]));
        if (2 * Count > _slots.Length)
            Grow();
        return true;
    }

    // The place in the table where a sequence is, or would be: places hold numbers from 1, and 0 where they are free.
    private int SlotOf(ReadOnlySpan<uint> ngram)
    {
        int mask = _slots.Length - 1;
        int slot = Hash(ngram) & mask;
        while (_slots[slot] is var number and not 0 && !this[number - 1].SequenceEqual(ngram))
            slot = (slot + 1) & mask;
        return slot;
    }

    private void Grow()
    {
        _slots = new int[2 * _slots.Length];
        for (int id = 0; id < Count; id++)
            _slots[SlotOf(this[id])] = id + 1;
    }

    private static int Hash(ReadOnlySpan<uint> ngram)
    {
        uint hash = (uint)ngram.Length;
        foreach (uint key in ngram)
            hash = Hashing.MurmurRound(hash, key);
        return (int)Hashing.MixHash(hash);
    }
}
