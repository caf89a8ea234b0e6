using Microsoft.ML.Runtime;

namespace Microsoft.ML.Nmf.Internals;

/// <summary>Which column a transformer reads and which it makes.</summary>
/// <param name="InputColumnName">The feature column.</param>
/// <param name="OutputColumnNames">The activation columns, at least one.</param>
internal sealed record ActivationColumns(string InputColumnName, IReadOnlyList<string> OutputColumnNames)
{
    // *** Binary format ***
    // string id: the input column's name
    // int: how many output columns there are
    // string id, for each: its name

    /// <summary>Reads the names.</summary>
    public static ActivationColumns Load(ModelLoadContext ctx)
    {
        string input = ctx.LoadNonEmptyString();
        int count = ctx.Reader.ReadInt32();
        Contracts.CheckDecode(count is > 0 and < 1 << 16, "The number of output columns is not possible.");
        var outputs = new string[count];
        for (int i = 0; i < count; i++)
            outputs[i] = ctx.LoadNonEmptyString();
        return new ActivationColumns(input, outputs);
    }

    /// <summary>Writes the names.</summary>
    public void Save(ModelSaveContext ctx)
    {
        ctx.SaveNonEmptyString(InputColumnName);
        ctx.Writer.Write(OutputColumnNames.Count);
        foreach (string output in OutputColumnNames)
            ctx.SaveNonEmptyString(output);
    }
}
