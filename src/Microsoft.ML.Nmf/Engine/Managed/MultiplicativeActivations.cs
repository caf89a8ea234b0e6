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
    private readonly UnitTemplates _templates;
    private readonly float[] _columnSums;

    /// <summary>Scales the templates and computes their column sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public MultiplicativeActivations(FactorMatrix templates, ActivationSettings settings)
    {
        _settings = settings;
        _templates = new UnitTemplates(templates);
        _columnSums = new float[_templates.Factor.Stride];
        for (int k = 0; k < templates.Columns; k++)
            _columnSums[k] = (float)_templates.ColumnSums[k];
    }

    /// <inheritdoc />
    public override ActivationSolver CreateSolver() => new Solver(this);

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
            int stride = problem._templates.Factor.Stride;
            _values = new float[problem._templates.Factor.Rows];
            _row = new AlignedFloats(stride);
            _numerator = new AlignedFloats(stride);
            _denominator = new AlignedFloats(stride);
            int features = problem._settings.Beta == BetaDivergence.KullbackLeibler ? 0 : ManagedFactor.Padded(problem._templates.Factor.Rows);
            _approximation = new AlignedFloats(features);
            _power = new AlignedFloats(features);
            _weights = new AlignedFloats(features);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected override void SolveCore(ReadOnlySpan<int> features, ReadOnlySpan<float> values, Span<float> activations)
        {
            ActivationSettings settings = _problem._settings;
            UnitTemplates templates = _problem._templates;
            double sum = 0;
            foreach (float value in values)
                sum += value;
            if (templates.Sum <= 0)
                return;
            double unit = templates.UnitOf(sum);
            sum /= unit;
            Span<float> scaled = _values.AsSpan(0, values.Length);
            for (int p = 0; p < values.Length; p++)
                scaled[p] = (float)(values[p] / unit);
            values = scaled;
            Span<float> row = _row.Span[..activations.Length];
            for (int k = 0; k < row.Length; k++)
                row[k] = _problem._columnSums[k] > 0 ? (float)(sum / templates.Sum) : 0;
            float floor = (float)(BetaDivergence.FloorOf(settings.Beta) * sum / templates.Factor.Rows);
            Penalty penalty = templates.PenaltyOf(settings, unit);
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

            double unitOfActivations = templates.UnitOfActivations(unit);
            for (int k = 0; k < row.Length; k++)
                activations[k] = (float)Math.Min(row[k] * unitOfActivations, float.MaxValue);
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
            KullbackLeiblerKernel.Row(features, values, _row.Span, _problem._templates.Factor, floor, _numerator.Span, evaluate: false);
            _problem._columnSums.CopyTo(_denominator.Span);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void TermsOfAllFeatures(ReadOnlySpan<int> features, ReadOnlySpan<float> values, float floor)
        {
            ManagedFactor templates = _problem._templates.Factor;
            Span<float> approximation = _approximation.Span, power = _power.Span, weights = _weights.Span;
            int stride = templates.Stride;
            double beta = _problem._settings.Beta;
            approximation.Clear();
            MatrixKernel.MultiplyAdd(new(_row.Span, stride, 1), _problem._templates.Transposed.Span, approximation.Length,
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
