namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>The examples of a set that have a label. The others have no part in the label loss, nor in its mean.</summary>
/// <param name="Rows">Which they are, ascending.</param>
/// <param name="Classes">The class of each, from 0.</param>
internal sealed record LabelledRows(int[] Rows, int[] Classes)
{
    /// <summary>The labelled ones among examples whose keys are given, 0 for a missing label and otherwise the class plus 1; null when there are none.</summary>
    public static LabelledRows? From(ReadOnlySpan<uint> keys)
    {
        var rows = new List<int>();
        var classes = new List<int>();
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] == 0)
                continue;
            rows.Add(i);
            classes.Add((int)keys[i] - 1);
        }

        return rows.Count == 0 ? null : new LabelledRows([.. rows], [.. classes]);
    }
}
