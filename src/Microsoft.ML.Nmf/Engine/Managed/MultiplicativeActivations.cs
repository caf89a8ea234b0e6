using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// β ≠ 2: the multiplicative updates of training (<see cref="MultiplicativeRule"/>) applied to h alone. They start from equal activations for which h Wᵀ has
/// the sum of x. The example and the templates are first divided by powers of 2 that bring them near 1, so that activations scale with the example. Cost of an
/// update: 2·z·r for β = 1, where z features of x are not zero; up to 3·m·r for every other β, which needs all m features.
/// </summary>
internal sealed class MultiplicativeActivations : ActivationProblem
{
    private readonly ActivationSettings _settings;
    private readonly ManagedFactor _templates;
    private readonly double _unit;
    private readonly float[] _columnSums;
    private readonly double _sum;
    private readonly AlignedFloats? _templatesTransposed;
    private readonly int _paddedFeatures;

    /// <summary>Computes the column sums of the templates and, for β ≠ 1, their transpose.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public MultiplicativeActivations(FactorMatrix templates, ActivationSettings settings)
    {
        _settings = settings;
        double total = 0;
        foreach (float value in templates.Values)
            total += value;
        _unit = PowerOfTwo(total / templates.Values.Length * Math.Sqrt(templates.Columns));
        _templates = new ManagedFactor(templates.Rows, templates.Columns);
        for (int j = 0; j < templates.Rows; j++)
        {
            ReadOnlySpan<float> from = templates.Row(j);
            Span<float> to = _templates.RowRange(j, 1);
            for (int k = 0; k < from.Length; k++)
                to[k] = (float)(from[k] / _unit);
        }

        double[] sums = FactorSums.OfColumns(_templates.Values, _templates.Stride, _templates.Rank);
        _columnSums = new float[_templates.Stride];
        for (int k = 0; k < sums.Length; k++)
            _columnSums[k] = (float)sums[k];
        _sum = sums.Sum();
        _paddedFeatures = ManagedFactor.Padded(templates.Rows);
        if (settings.Beta != BetaDivergence.KullbackLeibler)
            _templatesTransposed = _templates.Transpose();
    }

    /// <inheritdoc />
    public override ActivationSolver CreateSolver() => new Solver(this);

    // The power of 2 nearest to a value; 1 for a value of 0.
    private static double PowerOfTwo(double value) => value > 0 ? Math.ScaleB(1, (int)Math.Round(Math.Log2(value))) : 1;

    private sealed class Solver : ActivationSolver
    {
        private readonly MultiplicativeActivations _problem;
        private readonly float[] _values;
        private readonly AlignedFloats _row;
        private readonly AlignedFloats _numerator;
        private readonly AlignedFloats _denominator;
        private readonly AlignedFloats _approximation;
        private readonly AlignedFloats _power;
        private readonly AlignedFloats _weights;

        public Solver(MultiplicativeActivations problem)
        {
            _problem = problem;
            int stride = problem._templates.Stride;
            _values = new float[problem._templates.Rows];
            _row = new AlignedFloats(stride);
            _numerator = new AlignedFloats(stride);
            _denominator = new AlignedFloats(stride);
            int features = problem._templatesTransposed is null ? 0 : problem._paddedFeatures;
            _approximation = new AlignedFloats(features);
            _power = new AlignedFloats(features);
            _weights = new AlignedFloats(features);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected override void SolveCore(ReadOnlySpan<int> features, ReadOnlySpan<float> values, Span<float> activations)
        {
            ActivationSettings settings = _problem._settings;
            double sum = 0;
            foreach (float value in values)
                sum += value;
            if (_problem._sum <= 0)
                return;
            double unit = PowerOfTwo(sum / _problem._templates.Rows);
            sum /= unit;
            Span<float> scaled = _values.AsSpan(0, values.Length);
            for (int p = 0; p < values.Length; p++)
                scaled[p] = (float)(values[p] / unit);
            values = scaled;
            Span<float> row = _row.Span[..activations.Length];
            for (int k = 0; k < row.Length; k++)
                row[k] = _problem._columnSums[k] > 0 ? (float)(sum / _problem._sum) : 0;
            float floor = (float)(BetaDivergence.FloorOf(settings.Beta) * sum / _problem._templates.Rows);
            Penalty penalty = PenaltyOf(settings, unit);
            for (int iteration = 0; iteration < settings.MaximumNumberOfIterations; iteration++)
            {
                row.CopyTo(activations);
                if (settings.Beta == BetaDivergence.KullbackLeibler)
                    KullbackLeiblerTerms(features, values, floor);
                else
                    TermsOfAllFeatures(features, values, floor);
                MultiplicativeKernel.Update(_row.Span, _numerator.Span, _denominator.Span, _row.Length, penalty, (settings.Beta, 1));
                (float largest, float change) = Compare(row, activations);
                if (!float.IsFinite(largest))
                {
                    // An absurd β leaves float32: the activations before the update stand.
                    activations.CopyTo(row);
                    break;
                }

                if (change <= settings.Tolerance * largest)
                    break;
            }

            double unitOfActivations = unit / _problem._unit;
            for (int k = 0; k < row.Length; k++)
                activations[k] = (float)Math.Min(row[k] * unitOfActivations, float.MaxValue);
        }

        // The penalty on activations over their unit, for a divergence that is over unit^β.
        private Penalty PenaltyOf(ActivationSettings settings, double unit)
        {
            double objective = Math.Pow(unit, settings.Beta), activations = unit / _problem._unit;
            return new Penalty(Weight(settings.L1, activations / objective), Weight(settings.L2, activations * activations / objective));
            static float Weight(float weight, double scale) => weight == 0 ? 0 : (float)Math.Min(weight * scale, MultiplicativeRule.LargestPower);
        }

        // The largest activation and the largest change of one.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static (float Largest, float Change) Compare(ReadOnlySpan<float> after, ReadOnlySpan<float> before)
        {
            float largest = 0, change = 0;
            for (int k = 0; k < after.Length; k++)
            {
                largest = Math.Max(largest, after[k]);
                change = Math.Max(change, Math.Abs(after[k] - before[k]));
            }

            return (largest, change);
        }

        private void KullbackLeiblerTerms(ReadOnlySpan<int> features, ReadOnlySpan<float> values, float floor)
        {
            KullbackLeiblerKernel.Row(features, values, _row.Span, _problem._templates, floor, _numerator.Span, evaluate: false);
            _problem._columnSums.CopyTo(_denominator.Span);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void TermsOfAllFeatures(ReadOnlySpan<int> features, ReadOnlySpan<float> values, float floor)
        {
            ManagedFactor templates = _problem._templates;
            Span<float> approximation = _approximation.Span, power = _power.Span, weights = _weights.Span;
            int stride = templates.Stride;
            double beta = _problem._settings.Beta;
            approximation.Clear();
            MatrixKernel.MultiplyAdd(new(_row.Span, stride, 1), _problem._templatesTransposed!.Span, approximation.Length,
                approximation, approximation.Length, 1, templates.Rank, approximation.Length);
            PowerKernel.AtLeast(approximation, floor);
            PowerKernel.Raise(approximation, power, beta - 1);
            _denominator.Span.Clear();
            MatrixKernel.MultiplyAdd(new(power, power.Length, 1), templates.Values, stride, _denominator.Span, stride, 1, templates.Rows, stride);

            // For β ≤ 0 the divergence of a zero is infinite, so zeros count as the floor; for β > 0 they add nothing to the numerator.
            for (int j = 0; j < weights.Length; j++)
                weights[j] = beta <= 0 ? floor : 0;
            for (int p = 0; p < features.Length; p++)
                weights[features[p]] = beta <= 0 ? Math.Max(values[p], floor) : values[p];
            PowerKernel.Weigh(weights, approximation, power);
            _numerator.Span.Clear();
            MatrixKernel.MultiplyAdd(new(weights, weights.Length, 1), templates.Values, stride, _numerator.Span, stride, 1, templates.Rows, stride);
        }
    }
}
