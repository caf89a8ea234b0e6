using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// What the topics leave unexplained of a row x that they approximate by x̂ = h Vᵀ: ‖x − x̂‖ / ‖x‖ for β = 2, and D_β(x ‖ x̂) / D_β(x ‖ mean of x) for every
/// other β, since no approximation of equal values is better than the mean. A row costs its values × topics for β = 1 and 2, otherwise features × topics.
/// </summary>
internal sealed class RowResidual
{
    private readonly FactorMatrix _components;
    private readonly double[] _sums;
    private readonly double _beta;
    private readonly Lazy<double[]> _gram;

    /// <summary>The residuals of one model or layer.</summary>
    /// <param name="components">V, m × r.</param>
    /// <param name="sums">The sums of its columns.</param>
    /// <param name="beta">β.</param>
    public RowResidual(FactorMatrix components, double[] sums, double beta)
    {
        _components = components;
        _sums = sums;
        _beta = beta;
        _gram = new(() => GramOf(components));
    }

    /// <summary>The residual of a row; 0 for a row of equal values, for β ≠ 2, and for a row of zeros.</summary>
    /// <param name="features">The features that are not zero, ascending.</param>
    /// <param name="values">Their values, above 0.</param>
    /// <param name="activations">h.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Of(ReadOnlySpan<int> features, ReadOnlySpan<float> values, ReadOnlySpan<float> activations)
    {
        if (features.Length == 0)
            return 0;
        if (_beta == BetaDivergence.Euclidean)
            return Euclidean(features, values, activations);
        double mean = 0;
        foreach (float value in values)
            mean += value;
        mean /= _components.Rows;
        (double divergence, double ofMean) = _beta == BetaDivergence.KullbackLeibler
            ? KullbackLeibler(features, values, activations, mean)
            : Any(features, values, activations, mean);
        return ofMean > 0 ? divergence / ofMean : 0;
    }

    /// <summary>x̂ = h Vᵀ.</summary>
    /// <param name="activations">h.</param>
    /// <param name="approximation">Receives a value for each feature, finite.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Reconstruct(ReadOnlySpan<float> activations, Span<float> approximation)
    {
        for (int j = 0; j < approximation.Length; j++)
            approximation[j] = (float)Math.Min(Approximate(j, activations), float.MaxValue);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Euclidean(ReadOnlySpan<int> features, ReadOnlySpan<float> values, ReadOnlySpan<float> activations)
    {
        double[] gram = _gram.Value;
        double square = 0, error = 0, elsewhere = 0;
        for (int p = 0; p < features.Length; p++)
        {
            double approximation = Approximate(features[p], activations);
            square += (double)values[p] * values[p];
            error += (values[p] - approximation) * (values[p] - approximation);
            elsewhere -= approximation * approximation;
        }

        // ‖x̂‖² = h VᵀV hᵀ; what of it does not fall on features of the row is error as a whole.
        for (int k = 0; k < activations.Length; k++)
        {
            for (int l = 0; activations[k] != 0 && l < activations.Length; l++)
                elsewhere += (double)activations[k] * activations[l] * gram[k * activations.Length + l];
        }

        return Math.Sqrt((error + Math.Max(elsewhere, 0)) / square);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (double Divergence, double OfMean) KullbackLeibler(
        ReadOnlySpan<int> features, ReadOnlySpan<float> values, ReadOnlySpan<float> activations, double mean)
    {
        double divergence = 0, ofMean = mean * (_components.Rows - features.Length), elsewhere = 0, floor = BetaDivergence.FloorOf(_beta) * mean;
        for (int k = 0; k < activations.Length; k++)
            elsewhere += activations[k] * _sums[k];
        for (int p = 0; p < features.Length; p++)
        {
            double approximation = Approximate(features[p], activations);
            elsewhere -= approximation;
            divergence += BetaDivergence.Of(values[p], Math.Max(approximation, floor), _beta);
            ofMean += BetaDivergence.Of(values[p], mean, _beta);
        }

        return (divergence + Math.Max(elsewhere, 0), ofMean);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (double Divergence, double OfMean) Any(ReadOnlySpan<int> features, ReadOnlySpan<float> values, ReadOnlySpan<float> activations, double mean)
    {
        double divergence = 0, ofMean = 0, floor = BetaDivergence.FloorOf(_beta) * mean;
        double leastValue = _beta <= 0 ? floor : 0;
        for (int j = 0, p = 0; j < _components.Rows; j++)
        {
            double value = p < features.Length && features[p] == j ? values[p++] : 0;
            value = Math.Max(value, leastValue);
            divergence += BetaDivergence.Of(value, Math.Max(Approximate(j, activations), floor), _beta);
            ofMean += BetaDivergence.Of(value, mean, _beta);
        }

        return (divergence, ofMean);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Approximate(int feature, ReadOnlySpan<float> activations)
    {
        ReadOnlySpan<float> weights = _components.Row(feature);
        double sum = 0;
        for (int k = 0; k < weights.Length; k++)
            sum += (double)weights[k] * activations[k];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] GramOf(FactorMatrix components)
    {
        int rank = components.Columns;
        var gram = new double[ArraySize.Of(rank, rank, "A Gram matrix")];
        for (int j = 0; j < components.Rows; j++)
        {
            ReadOnlySpan<float> row = components.Row(j);
            for (int k = 0; k < rank; k++)
            {
                for (int l = 0; row[k] != 0 && l < rank; l++)
                    gram[k * rank + l] += (double)row[k] * row[l];
            }
        }

        return gram;
    }
}
