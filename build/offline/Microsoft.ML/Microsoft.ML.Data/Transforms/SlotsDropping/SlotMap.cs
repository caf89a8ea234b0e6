using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Offline;

/// <summary>Where each slot of a vector goes when ranges of slots are dropped.</summary>
internal sealed class SlotMap
{
    private const int Dropped = -1;

    private readonly int[] _targets;

    public SlotMap(int size, int[] min, int[] max)
    {
        _targets = new int[size];
        for (int i = 0; i < min.Length; i++)
        {
            for (int slot = min[i]; slot <= Math.Min(max[i], size - 1); slot++)
                _targets[slot] = Dropped;
        }

        for (int slot = 0; slot < size; slot++)
        {
            if (_targets[slot] != Dropped)
                _targets[slot] = Size++;
        }
    }

    /// <summary>How many slots stay.</summary>
    public int Size { get; }

    public void Apply<T>(in VBuffer<T> source, ref VBuffer<T> target)
    {
        Contracts.Check(source.Length == _targets.Length);
        var values = source.GetValues();
        var indices = source.GetIndices();
        var editor = VBufferEditor.Create(ref target, Size, source.IsDense ? Size : Math.Min(values.Length, Size), requireIndicesOnDense: !source.IsDense);
        int kept = 0;
        for (int i = 0; i < values.Length; i++)
        {
            int slot = _targets[source.IsDense ? i : indices[i]];
            if (slot == Dropped)
                continue;
            if (!source.IsDense)
                editor.Indices[kept] = slot;
            editor.Values[kept++] = values[i];
        }

        target = editor.CommitTruncated(kept);
    }

    /// <summary>Ranges of slots, as pairs of the first and the last, of the slots that stay; empty ones go.</summary>
    public int[] Ranges(int[] ranges)
    {
        var kept = new List<int>();
        for (int i = 0; i + 1 < ranges.Length; i += 2)
        {
            var targets = _targets[ranges[i]..(ranges[i + 1] + 1)].Where(slot => slot != Dropped).ToArray();
            if (targets.Length > 0)
                kept.AddRange([targets[0], targets[^1]]);
        }

        return [.. kept];
    }
}
