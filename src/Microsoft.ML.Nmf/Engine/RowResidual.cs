using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// What the topics leave unexplained of a row x that they approximate by x̂ = h Vᵀ: ‖x − x̂‖ / ‖x‖ for β = 2, and D_β(x ‖ x̂) / D_β(x ‖ mean of x) for every
/// other β, since no approximation of equal values is better than the mean. Features count with their weights, and where a row has holes those that it has
/// alone. A row costs its values × topics for β = 1 and 2 and where it has holes, otherwise features × topics.
/// </summary>
internal sealed class RowResidual
{
    private readonly FactorMatrix _components;
    private readonly double[] _sums;
    private readonly double _beta;
    private readonly float[]? _weights;
    private readonly double _weight;
    private readonly Lazy<double[]> _gram;

    /// <summary>The residuals of one model or layer.</summary>
    /// <param name="components">V, m × r.</param>
    /// <param name="sums">The sums of its columns.</param>
    /// <param name="beta">β.</param>
    /// <param name="weights">The weight of each feature; null for 1.</param>
    public RowResidual(FactorMatrix components, double[] sums, double beta, float[]? weights = null)
    {
        _components = components;
        _weights = weights;
        _weight = weights?.Sum(weight => (double)weight) ?? components.Rows;
        _sums = weights is null ? sums : ExampleWeights.Scale(components, weights)!.ColumnSums();
        _beta = beta;
        _gram = new(() => GramOf(ExampleWeights.Scale(components, weights is null ? null : ExampleWeights.PowersOf(weights, 0.5))!));
    }

    /// <summary>The residual of a row; 0 for a row of equal values, for β ≠ 2, and for a row of zeros.</summary>
    /// <param name="features">The features that are not zero, ascending; all that it has where it has holes.</param>
    /// <param name="values">Their values, for β ≠ 2 not negative.</param>
    /// <param name="hasHoles">Whether other features are missing rather than zero.</param>
    /// <param name="activations">h.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Of(ReadOnlySpan<int> features, ReadOnlySpan<float> values, bool hasHoles, ReadOnlySpan<float> activations)
    {
        double sum = 0, weight = 0;
        for (int p = 0; p < features.Length; p++)
        {
            sum += WeightOf(features[p]) * values[p];
            weight += WeightOf(features[p]);
        }

        if (_beta == BetaDivergence.Euclidean)
            return Euclidean(features, values, hasHoles, activations);
        if (!(sum > 0))
            return 0;
        double mean = sum / (hasHoles ? weight : _weight);
        (double divergence, double ofMean) = hasHoles ? Observed(features, values, activations, mean)
            : _beta == BetaDivergence.KullbackLeibler ? KullbackLeibler(features, values, activations, mean)
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
            approximation[j] = (float)Math.Clamp(Approximate(j, activations), float.MinValue, float.MaxValue);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Euclidean(ReadOnlySpan<int> features, ReadOnlySpan<float> values, bool hasHoles, ReadOnlySpan<float> activations)
    {
        double[] gram = _gram.Value;
        double square = 0, error = 0, elsewhere = 0;
        for (int p = 0; p < features.Length; p++)
        {
            double approximation = Approximate(features[p], activations), weight = WeightOf(features[p]);
            square += weight * values[p] * values[p];
            error += weight * (values[p] - approximation) * (values[p] - approximation);
            elsewhere -= weight * approximation * approximation;
        }

        // ‖x̂‖² = h VᵀV hᵀ; what of it does not fall on features of the row is error as a whole.
        for (int k = 0; !hasHoles && k < activations.Length; k++)
        {
            for (int l = 0; activations[k] != 0 && l < activations.Length; l++)
                elsewhere += (double)activations[k] * activations[l] * gram[k * activations.Length + l];
        }

        return square > 0 ? Math.Sqrt((error + Math.Max(elsewhere, 0)) / square) : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (double Divergence, double OfMean) KullbackLeibler(
        ReadOnlySpan<int> features, ReadOnlySpan<float> values, ReadOnlySpan<float> activations, double mean)
    {
        double divergence = 0, ofMean = mean * _weight, elsewhere = 0, floor = BetaDivergence.FloorOf(_beta) * mean;
        for (int k = 0; k < activations.Length; k++)
            elsewhere += activations[k] * _sums[k];
        for (int p = 0; p < features.Length; p++)
        {
            double approximation = Approximate(features[p], activations), weight = WeightOf(features[p]);
            elsewhere -= weight * approximation;
            divergence += weight * BetaDivergence.Of(values[p], Math.Max(approximation, floor), _beta);
            ofMean += weight * (BetaDivergence.Of(values[p], mean, _beta) - mean);
        }

        return (divergence + Math.Max(elsewhere, 0), ofMean);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (double Divergence, double OfMean) Any(ReadOnlySpan<int> features, ReadOnlySpan<float> values, ReadOnlySpan<float> activations, double mean)
    {
        double divergence = 0, ofMean = 0;
        for (int j = 0, p = 0; j < _components.Rows; j++)
            Add(j, p < features.Length && features[p] == j ? values[p++] : 0, activations, mean, ref divergence, ref ofMean);
        return (divergence, ofMean);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (double Divergence, double OfMean) Observed(ReadOnlySpan<int> features, ReadOnlySpan<float> values, ReadOnlySpan<float> activations, double mean)
    {
        double divergence = 0, ofMean = 0;
        for (int p = 0; p < features.Length; p++)
            Add(features[p], values[p], activations, mean, ref divergence, ref ofMean);
        return (divergence, ofMean);
    }

    private void Add(int feature, double value, ReadOnlySpan<float> activations, double mean, ref double divergence, ref double ofMean)
    {
        double floor = BetaDivergence.FloorOf(_beta) * mean, weight = WeightOf(feature);
        value = Math.Max(value, _beta <= 0 ? floor : 0);
        divergence += weight * BetaDivergence.Of(value, Math.Max(Approximate(feature, activations), floor), _beta);
        ofMean += weight * BetaDivergence.Of(value, mean, _beta);
    }

    private double WeightOf(int feature) => _weights?[feature] ?? 1;

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
