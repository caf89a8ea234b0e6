using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// By what the factors of X ≈ H Wᵀ are divided while they are trained, so that the data and both factors are near 1 whatever the unit of the data.
/// With X = s X', H = a H', W = b W' and s = a·b the objective <c>D_β(X ‖ H Wᵀ) + l1 Σ H + l2/2 Σ H² + …</c> is s^β times
/// <c>D_β(X' ‖ H' W'ᵀ) + l1 a/s^β Σ H' + l2 a²/s^β/2 Σ H'² + …</c>: the same problem with other weights.
/// </summary>
/// <param name="Data">s, the unit of the data (<see cref="ExampleMatrix.Unit"/>).</param>
/// <param name="Templates">b, that of W; of the layer next to the features, where there are several.</param>
/// <param name="Beta">β.</param>
internal readonly record struct FactorUnits(double Data, double Templates, double Beta)
{
    // A weight above this empties a factor all the same.
    private const double LargestWeight = 1e30;

    /// <summary>a, the unit of H.</summary>
    public double Activations => Data / Templates;

    /// <summary>s^β, the unit of the objective.</summary>
    public double Objective => Math.Pow(Data, Beta);

    /// <summary>The units for data and, if they are given, initial templates, which a power of 2 brings near 1/√r without rounding them.</summary>
    /// <exception cref="InvalidOperationException">The divergence of data in such a unit would not fit double.</exception>
    public static FactorUnits For(ExampleMatrix examples, FactorMatrix? templates, double beta)
    {
        double mean = templates is null ? 0 : templates.ColumnSums().Sum() / templates.Values.Length * Math.Sqrt(templates.Columns);
        return Checked(new FactorUnits(examples.Unit, mean > 0 ? Math.ScaleB(1, (int)Math.Round(Math.Log2(mean))) : Math.Sqrt(examples.Unit), beta));
    }

    /// <summary>The units for data in a unit, with both factors over its root.</summary>
    /// <exception cref="InvalidOperationException">The divergence of data in such a unit would not fit double.</exception>
    public static FactorUnits Of(double data, double beta) => Checked(new FactorUnits(data, Math.Sqrt(data), beta));

    /// <summary>The weights of a penalty on a factor that was divided by a unit.</summary>
    public Penalty Of(Penalty penalty, double unit)
    {
        double linear = unit / Objective, quadratic = unit * unit / Objective;
        return new Penalty(Weight(penalty.L1 * linear), Weight(penalty.L2 * quadratic), Weight(penalty.Orthogonality * quadratic));
    }

    /// <summary>A factor over its unit.</summary>
    public static FactorMatrix? Divide(FactorMatrix? factor, double unit) => factor is null ? null : Multiply(factor, 1 / unit);

    /// <summary>A factor times its unit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static FactorMatrix Multiply(FactorMatrix factor, double unit)
    {
        if (unit == 1)
            return factor;
        ReadOnlySpan<float> values = factor.Values;
        var scaled = new float[values.Length];
        for (int i = 0; i < scaled.Length; i++)
            scaled[i] = (float)(values[i] * unit);
        return FactorMatrix.TakeOver(scaled, factor.Rows, factor.Columns);
    }

    /// <summary>Refuses a unit whose power does not fit double.</summary>
    /// <exception cref="InvalidOperationException">It does not.</exception>
    public static FactorUnits Checked(FactorUnits units)
    {
        if (units.Objective is > 0 and <= double.MaxValue)
            return units;
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"The mean of the data is about {units.Data:G1}, and its power with Beta = {units.Beta} does not fit double. Scale the data to about 1, ")
            + "or choose a Beta nearer to 0.");
    }

    private static float Weight(double weight) => (float)Math.Min(weight, LargestWeight);
}
