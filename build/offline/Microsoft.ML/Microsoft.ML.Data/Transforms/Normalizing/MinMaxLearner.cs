using System.Numerics;
using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Offline;

/// <summary>Learns the range of each slot.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
internal sealed class MinMaxLearner<T>
    where T : struct, IFloatingPointIeee754<T>
{
    private readonly T[] _min;
    private readonly T[] _max;
    private readonly long[] _counts;
    private long _rows;

    public MinMaxLearner(int size)
    {
        _min = Utils.CreateArray(size, T.PositiveInfinity);
        _max = Utils.CreateArray(size, T.NegativeInfinity);
        _counts = new long[size];
    }

    public void Add(in VBuffer<T> row)
    {
        Contracts.Check(row.Length == _min.Length);
        _rows++;
        var values = row.GetValues();
        var indices = row.GetIndices();
        for (int i = 0; i < values.Length; i++)
        {
            int slot = row.IsDense ? i : indices[i];
            _counts[slot]++;
            Extend(slot, values[i]);
        }
    }

    /// <summary>
    /// With zero fixed, the value farthest from it becomes 1 or -1; otherwise the smallest becomes 0 and the largest 1.
    /// A slot of one value only says nothing, and becomes 0.
    /// </summary>
    public AffineScaling<T> Learn(bool fixZero)
    {
        var scale = new T[_min.Length];
        var offset = new T[_min.Length];
        for (int slot = 0; slot < scale.Length; slot++)
        {
            if (_counts[slot] < _rows)
                Extend(slot, T.Zero);
            var (min, max) = (_min[slot], _max[slot]);
            if (!(max > min))
                continue;
            scale[slot] = T.One / (fixZero ? T.Max(T.Abs(max), T.Abs(min)) : max - min);
            offset[slot] = fixZero || scale[slot] == T.Zero ? T.Zero : min;
        }

        return new(scale, Array.TrueForAll(offset, T.IsZero) ? null : offset);
    }

    // Not a number compares with nothing, and so changes nothing.
    private void Extend(int slot, T value)
    {
        if (_min[slot] > value)
            _min[slot] = value;
        if (_max[slot] < value)
            _max[slot] = value;
    }
}
