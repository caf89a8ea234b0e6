using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Streaming;

/// <summary>What templates need to start a training in batches from.</summary>
internal static class StreamedStart
{
    // Features that the first rows lack get this share of the mean of each topic: multiplicative updates never leave a zero.
    private const double ShareOfMean = 1e-2;

    // Of a model that a training goes on from, zeros beside other templates of their feature: little enough that the model says what it said.
    private const double ShareOfMeanBeside = 1e-5;

    /// <summary>Raises the templates to a share of the mean of their column.</summary>
    /// <param name="templates">The templates.</param>
    /// <param name="kept">How many of the first columns stay as they are.</param>
    public static FactorMatrix Lift(FactorMatrix templates, int kept = 0) => Lift(templates, kept, _ => ShareOfMean);

    /// <summary>The same for templates of a model, which stay nearly as they are; those of features that no topic has are raised as at a start.</summary>
    /// <param name="templates">The templates.</param>
    /// <param name="kept">How many of the first columns stay as they are.</param>
    public static FactorMatrix LiftTrained(FactorMatrix templates, int kept = 0)
        => Lift(templates, kept, row => templates.Row(row)[kept..].ContainsAnyExcept(0f) ? ShareOfMeanBeside : ShareOfMean);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static FactorMatrix Lift(FactorMatrix templates, int kept, Func<int, double> share)
    {
        double[] means = [.. templates.ColumnSums().Select(sum => sum / templates.Rows)];
        float[] values = templates.Values.ToArray();
        for (int i = 0; i < templates.Rows; i++)
        {
            double least = share(i);
            for (int k = kept; k < templates.Columns; k++)
                values[i * templates.Columns + k] = Math.Max(values[i * templates.Columns + k], (float)(least * means[k]));
        }

        return FactorMatrix.TakeOver(values, templates.Rows, templates.Columns);
    }
}
