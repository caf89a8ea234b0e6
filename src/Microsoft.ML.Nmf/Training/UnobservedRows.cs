using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// Examples and features without an observed entry, and features of weight 0: nothing tells what their activations or templates are, so that these start as
/// zeros and stay so.
/// </summary>
internal static class UnobservedRows
{
    /// <summary>Clears the rows of both factors that belong to them.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="examples">X.</param>
    /// <param name="factors">The templates next to the features, and the activations.</param>
    public static void Clear(ComputeEngine engine, ExampleMatrix examples, FactorPair factors)
    {
        if (examples is ObservedExamples observed)
            Clear(engine, observed, factors);
        else if (examples.Weights?.ColumnScales is { } scales && scales.Contains(0))
            engine.ScaleRows(factors.Templates, [.. scales.Select(scale => scale > 0 ? 1f : 0f)]);
    }

    private static void Clear(ComputeEngine engine, ObservedExamples examples, FactorPair factors)
    {
        float[] rows = new float[examples.Rows], columns = new float[examples.Columns];
        for (int b = 0; b < examples.Data.Blocks.Length; b++)
        {
            CompressedBlock block = examples.Data.Blocks[b];
            for (int i = 0; i < block.Rows; i++)
                rows[b * ExampleMatrix.BlockRows + i] = block.Starts[i + 1] > block.Starts[i] ? 1 : 0;
            foreach (int column in block.Columns)
                columns[column] = 1;
        }

        if (rows.Contains(0))
            engine.ScaleRows(factors.Activations, rows);
        if (columns.Contains(0))
            engine.ScaleRows(factors.Templates, columns);
    }
}
