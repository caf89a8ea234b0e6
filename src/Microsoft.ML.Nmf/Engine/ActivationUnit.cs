using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>The powers of 2 that templates and rows are divided by, so that both are near 1, where activations are found under β ≠ 2.</summary>
internal static class ActivationUnit
{
    /// <summary>That of the templates W: near their mean times √r.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Of(FactorMatrix templates)
    {
        double total = 0;
        foreach (float value in templates.Values)
            total += value;
        return PowerOfTwo(total / templates.Values.Length * Math.Sqrt(templates.Columns));
    }

    /// <summary>The power of 2 nearest to a value; 1 for a value of 0.</summary>
    public static double PowerOfTwo(double value) => value > 0 ? Math.ScaleB(1, (int)Math.Round(Math.Log2(value))) : 1;
}
