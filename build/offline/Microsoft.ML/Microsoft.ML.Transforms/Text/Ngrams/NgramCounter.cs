namespace Microsoft.ML.Transforms.Text.Offline;

/// <summary>Counts the known n-grams of documents, and weighs them.</summary>
internal sealed class NgramCounter(NgramModel model) : NgramWalker(model.NgramLength, model.SkipLength)
{
    private int[] _slots = [];
    private int _count;

    public void Count(in VBuffer<uint> document, uint keyCount, ref VBuffer<float> vector)
    {
        _count = 0;
        if (model.Pool.Count > 0)
            Walk(in document, keyCount);
        var slots = _slots.AsSpan(0, _count);
        slots.Sort();

        int length = model.Pool.Count;
        int distinct = Distinct(slots);
        bool isDense = distinct > 0 && distinct >= length / 2;
        var editor = VBufferEditor.Create(ref vector, length, isDense ? length : distinct);
        if (isDense)
            editor.Values.Clear();
        for (int i = 0, at = 0; i < slots.Length; at++)
        {
            int slot = slots[i];
            int next = i + 1;
            while (next < slots.Length && slots[next] == slot)
                next++;
            if (!isDense && distinct < length)
                editor.Indices[at] = slot;
            editor.Values[isDense ? slot : at] = model.Weigh(slot, next - i);
            i = next;
        }

        vector = editor.Commit();
    }

    protected override void Visit(ReadOnlySpan<uint> ngram)
    {
        int slot = model.NonEmptyLengths[ngram.Length - 1] ? model.Pool.Find(ngram) : -1;
        if (slot < 0)
            return;
        Utils.EnsureSize(ref _slots, _count + 1);
        _slots[_count++] = slot;
    }

    private static int Distinct(ReadOnlySpan<int> sorted)
    {
        int distinct = 0;
        for (int i = 0; i < sorted.Length; i++)
            distinct += i == 0 || sorted[i] != sorted[i - 1] ? 1 : 0;
        return distinct;
    }
}
