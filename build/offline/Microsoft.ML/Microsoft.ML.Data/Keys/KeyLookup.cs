namespace Microsoft.ML.Data.Offline;

/// <typeparam name="T">The type of the values.</typeparam>
internal static class KeyLookup<T>
{
    /// <summary>Finds the position, from 1, of a value; 0 if it is not there.</summary>
    public static ValueMapper<T, uint> Create(T[] values)
    {
        if (values is ReadOnlyMemory<char>[] texts)
            return (ValueMapper<T, uint>)(object)Text(texts);
        var positions = new Dictionary<T, uint>(values.Length);
        foreach (var value in values)
            positions.Add(value, (uint)positions.Count + 1);
        return (in T value, ref uint key) => positions.TryGetValue(value, out key);
    }

    private static ValueMapper<ReadOnlyMemory<char>, uint> Text(ReadOnlyMemory<char>[] texts)
    {
        var pool = new NormStr.Pool();
        foreach (var text in texts)
            pool.Add(text, duplicateStr: false);
        return (in ReadOnlyMemory<char> text, ref uint key) => key = (uint)(pool.Get(text)?.Id + 1 ?? 0);
    }
}
