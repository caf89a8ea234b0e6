namespace Microsoft.ML.Trainers.Offline;

/// <summary>Lines of values at indices, one after another.</summary>
internal sealed class SparseLines(int[] starts, int[] indices, float[] values)
{
    public int Count => starts.Length - 1;

    public int ValueCount => values.Length;

    public ReadOnlySpan<int> IndicesOf(int line) => indices.AsSpan(starts[line]..starts[line + 1]);

    public ReadOnlySpan<float> ValuesOf(int line) => values.AsSpan(starts[line]..starts[line + 1]);

    /// <summary>The line that a value is in, by the value's position.</summary>
    public int LineAt(int position)
    {
        int line = Array.BinarySearch(starts, position);
        return line < 0 ? ~line - 1 : line;
    }

    public int[] DistinctIndices()
    {
        var distinct = new HashSet<int>(indices).ToArray();
        Array.Sort(distinct);
        return distinct;
    }

    /// <summary>A line for each of the given indices, in which the lines are indices.</summary>
    public SparseLines Transpose(int[] distinct)
    {
        var lineOf = new Dictionary<int, int>(distinct.Length);
        for (int i = 0; i < distinct.Length; i++)
            lineOf.Add(distinct[i], i);

        var targets = Array.ConvertAll(indices, index => lineOf[index]);
        var newStarts = new int[distinct.Length + 1];
        foreach (int target in targets)
            newStarts[target + 1]++;
        for (int i = 0; i < distinct.Length; i++)
            newStarts[i + 1] += newStarts[i];

        var next = newStarts.AsSpan().ToArray();
        var (newIndices, newValues) = (new int[indices.Length], new float[values.Length]);
        for (int line = 0; line < Count; line++)
        {
            for (int i = starts[line]; i < starts[line + 1]; i++)
            {
                int at = next[targets[i]]++;
                (newIndices[at], newValues[at]) = (line, values[i]);
            }
        }

        return new(newStarts, newIndices, newValues);
    }
}
