using System.Collections;
using System.Diagnostics;

namespace Microsoft.ML.Data;

/// <summary>
/// A vector, dense or sparse. The arrays may be longer than what they hold, and are reused through <see cref="VBufferEditor"/>;
/// a sparse vector's indices are in increasing order, and slots without a value hold the default of <typeparamref name="T"/>.
/// </summary>
/// <typeparam name="T">The type of the items.</typeparam>
public readonly struct VBuffer<T> : IEnumerable
{
    private readonly T[] _values;
    private readonly int[] _indices;
    private readonly int _count;

    public readonly int Length;

    public VBuffer(int length, T[] values, int[] indices = null)
    {
        Require(length >= 0, nameof(length));
        Require((values?.Length ?? 0) >= length, nameof(values));
        (Length, _count, _values, _indices) = (length, length, values, indices);
    }

    public VBuffer(int length, int count, T[] values, int[] indices)
    {
        Require(length >= 0, nameof(length));
        Require(0 <= count && count <= length, nameof(count));
        Require((values?.Length ?? 0) >= count, nameof(values));
        Require(count == length || (indices?.Length ?? 0) >= count, nameof(indices));
        (Length, _count, _values, _indices) = (length, count, values, indices);
        AssertOrder();
    }

    public bool IsDense => _count == Length;

    public static void Copy(T[] source, int sourceIndex, ref VBuffer<T> destination, int length)
    {
        int available = source?.Length ?? 0;
        Require(0 <= length && length <= available, nameof(length));
        Require(0 <= sourceIndex && sourceIndex <= available - length, nameof(sourceIndex));
        var editor = VBufferEditor.Create(ref destination, length);
        source.AsSpan(sourceIndex, length).CopyTo(editor.Values);
        destination = editor.Commit();
    }

    public ReadOnlySpan<T> GetValues() => _values.AsSpan(0, _count);

    public ReadOnlySpan<int> GetIndices() => IsDense ? default : _indices.AsSpan(0, _count);

    public void CopyToDense(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length);
        CopyTo(editor.Values);
        destination = editor.Commit();
    }

    public void CopyTo(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length, _count);
        GetValues().CopyTo(editor.Values);
        GetIndices().CopyTo(editor.Indices);
        destination = editor.Commit();
    }

    public void CopyTo(ref VBuffer<T> destination, int sourceIndex, int length)
    {
        Require(0 <= sourceIndex && sourceIndex <= Length, nameof(sourceIndex));
        Require(0 <= length && sourceIndex <= Length - length, nameof(length));
        int first = IsDense ? sourceIndex : LowerBound(sourceIndex);
        int count = IsDense ? length : LowerBound(sourceIndex + length) - first;
        var editor = VBufferEditor.Create(ref destination, length, count);
        _values.AsSpan(first, count).CopyTo(editor.Values);
        for (int i = 0; i < editor.Indices.Length; i++)
            editor.Indices[i] = _indices[first + i] - sourceIndex;
        destination = editor.Commit();
    }

    public void CopyTo(Span<T> destination) => CopyTo(destination, 0);

    public void CopyTo(Span<T> destination, int destinationIndex, T defaultValue = default)
    {
        if (destinationIndex < 0 || destinationIndex > destination.Length - Length)
            throw new ArgumentOutOfRangeException(nameof(destination), "Not large enough to hold these values.");
        destination = destination.Slice(destinationIndex, Length);
        if (IsDense)
        {
            GetValues().CopyTo(destination);
            return;
        }

        // A vector without any explicit value ignores the default.
        destination.Fill(_count == 0 ? default : defaultValue);
        for (int i = 0; i < _count; i++)
            destination[_indices[i]] = _values[i];
    }

    public IEnumerable<KeyValuePair<int, T>> Items(bool all = false)
        => all || IsDense ? AllItems(_values, _indices, _count, Length) : ExplicitItems(_values, _indices, _count);

    public IEnumerable<T> DenseValues()
    {
        foreach (var item in AllItems(_values, _indices, _count, Length))
            yield return item.Value;
    }

    public void GetItemOrDefault(int index, ref T destination) => destination = GetItemOrDefault(index);

    public T GetItemOrDefault(int index)
    {
        Require(0 <= index && index < Length, nameof(index));
        if (IsDense)
            return _values[index];
        int at = LowerBound(index);
        return at < _count && _indices[at] == index ? _values[at] : default;
    }

    public override string ToString()
        => IsDense ? $"Dense vector of size {Length}" : $"Sparse vector of size {Length}, {_count} explicit values";

    public IEnumerator GetEnumerator() => _values.GetEnumerator();

    internal VBufferEditor<T> GetEditor() => GetEditor(Length, _count);

    internal VBufferEditor<T> GetEditor(int newLogicalLength, int? valuesCount, int? maxValuesCapacity = null,
        bool keepOldOnResize = false, bool requireIndicesOnDense = false)
    {
        int count = valuesCount ?? newLogicalLength;
        Require(newLogicalLength >= 0, nameof(newLogicalLength));
        Require(0 <= count && count <= newLogicalLength, nameof(valuesCount));

        int capacity = Math.Min(maxValuesCapacity ?? Array.MaxLength, Array.MaxLength);
        var values = _values;
        var indices = _indices;
        bool newValues = Grow(ref values, count, capacity, keepOldOnResize);
        bool newIndices = (count < newLogicalLength || requireIndicesOnDense) && Grow(ref indices, count, capacity, keepOldOnResize);
        return new VBufferEditor<T>(newLogicalLength, count, values, indices, requireIndicesOnDense, newValues, newIndices);
    }

    private static bool Grow<TItem>(ref TItem[] array, int size, int capacity, bool keep)
    {
        int current = array?.Length ?? 0;
        if (current >= size)
            return false;
        Require(size <= capacity, "min");
        var larger = new TItem[Math.Min(capacity, Math.Max(size, (int)Math.Min(2L * current, capacity)))];
        if (keep && current > 0)
            array.CopyTo(larger, 0);
        array = larger;
        return true;
    }

    private static IEnumerable<KeyValuePair<int, T>> ExplicitItems(T[] values, int[] indices, int count)
    {
        for (int i = 0; i < count; i++)
            yield return new(indices[i], values[i]);
    }

    private static IEnumerable<KeyValuePair<int, T>> AllItems(T[] values, int[] indices, int count, int length)
    {
        for (int slot = 0, next = 0; slot < length; slot++)
        {
            bool isExplicit = count == length || next < count && indices[next] == slot;
            yield return new(slot, isExplicit ? values[next++] : default);
        }
    }

    private static void Require(bool holds, string parameter)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(parameter);
    }

    private int LowerBound(int slot)
    {
        if (_count == 0)
            return 0;
        int at = Array.BinarySearch(_indices, 0, _count, slot);
        return at < 0 ? ~at : at;
    }

    [Conditional("DEBUG")]
    private void AssertOrder()
    {
        var indices = GetIndices();
        for (int i = 0; i < indices.Length; i++)
            Debug.Assert(indices[i] > (i == 0 ? -1 : indices[i - 1]) && indices[i] < Length, "The indices of a sparse vector must increase.");
    }
}
