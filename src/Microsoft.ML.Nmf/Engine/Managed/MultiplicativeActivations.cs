using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// β ≠ 2: the multiplicative updates of training (<see cref="MultiplicativeRule"/>) applied to h alone. They start from equal activations for which h Wᵀ has
/// the sum of x. The example and the templates are first divided by powers of 2 that bring them near 1, so that activations scale with the example. Cost of an
/// update: 2·z·r for β = 1, where z features of x are not zero; up to 3·m·r for every other β, which needs all m features, or those that an example with holes
/// has.
/// </summary>
internal sealed class MultiplicativeActivations : ActivationProblem
{
    private readonly ActivationSettings _settings;
    private readonly UnitTemplates _templates;
    private readonly float[] _columnSums;
    private readonly float[]? _weights;

    /// <summary>Scales the templates and computes their column sums.</summary>
    /// <param name="templates">W.</param>
    /// <param name="settings">What to minimise, and how exactly.</param>
    /// <param name="weights">The weight of each feature, for β ≠ 1; null for 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public MultiplicativeActivations(FactorMatrix templates, ActivationSettings settings, float[]? weights = null)
    {
        _settings = settings;
        _weights = weights;
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
        private readonly double[] _own;
        private AlignedFloats _gathered = AlignedFloats.None;
        private AlignedFloats _panel = AlignedFloats.None;

        public Solver(MultiplicativeActivations problem)
            : base(null)
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
            _own = new double[problem._templates.Factor.Rank];
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected override void SolveCore(ReadOnlySpan<int> features, ReadOnlySpan<float> values, bool hasHoles, Span<float> activations)
        {
            ActivationSettings settings = _problem._settings;
            UnitTemplates templates = _problem._templates;
            if (hasHoles)
                Gather(features);
            double sum = 0, sumOfTemplates = hasHoles ? _own.Sum() : templates.Sum;
            for (int p = 0; p < values.Length; p++)
                sum += _problem._weights?[features[p]] == 0 ? 0 : values[p];
            if (sum <= 0 || sumOfTemplates <= 0)
                return;
            double unit = templates.UnitOf(sum);
            sum /= unit;
            Span<float> scaled = _values.AsSpan(0, values.Length);
            for (int p = 0; p < values.Length; p++)
                scaled[p] = (float)(values[p] / unit);
            values = scaled;
            Span<float> row = _row.Span[..activations.Length];
            for (int k = 0; k < row.Length; k++)
                row[k] = (hasHoles ? _own[k] : _problem._columnSums[k]) > 0 ? (float)(sum / sumOfTemplates) : 0;
            float floor = (float)(BetaDivergence.FloorOf(settings.Beta) * sum / (hasHoles ? features.Length : templates.Factor.Rows));
            Penalty penalty = templates.PenaltyOf(settings, unit);
            for (int iteration = 0; iteration < settings.MaximumNumberOfIterations; iteration++)
            {
                row.CopyTo(activations);
                if (settings.Beta == BetaDivergence.KullbackLeibler)
                    KullbackLeiblerTerms(features, values, floor);
                else
                    Terms(features, values, hasHoles, floor);
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

        // The templates of the features that a row has, transposed too, and their column sums.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Gather(ReadOnlySpan<int> features)
        {
            ManagedFactor templates = _problem._templates.Factor;
            int stride = templates.Stride, width = ManagedFactor.Padded(features.Length);
            if (_gathered.Length < width * stride)
            {
                int room = ManagedFactor.Padded((int)Math.Min(templates.Rows, 1.5 * width));
                (_gathered, _panel) = (new AlignedFloats(room, stride), new AlignedFloats(room, stride));
            }

            Array.Clear(_own);
            Span<float> gathered = _gathered.Span;
            for (int p = 0; p < features.Length; p++)
            {
                ReadOnlySpan<float> row = templates.RowRange(features[p], 1);
                row.CopyTo(gathered[(p * stride)..]);
                for (int k = 0; k < _own.Length; k++)
                    _own[k] += row[k];
            }

            LaneTranspose.ToLanes(gathered, stride, features.Length, _panel.Span, width, templates.Rank);
        }

        private void KullbackLeiblerTerms(ReadOnlySpan<int> features, ReadOnlySpan<float> values, float floor)
        {
            KullbackLeiblerKernel.Row(features, values, _row.Span, _problem._templates.Factor, floor, _numerator.Span, evaluate: false);
            _problem._columnSums.CopyTo(_denominator.Span);
        }

        // Over all features, or those that a row with holes has.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Terms(ReadOnlySpan<int> features, ReadOnlySpan<float> values, bool hasHoles, float floor)
        {
            ManagedFactor templates = _problem._templates.Factor;
            int stride = templates.Stride, count = hasHoles ? features.Length : templates.Rows, width = ManagedFactor.Padded(count);
            ReadOnlySpan<float> rows = hasHoles ? _gathered.Span : templates.Values;
            ReadOnlySpan<float> transposed = hasHoles ? _panel.Span : _problem._templates.Transposed.Span;
            Span<float> approximation = _approximation.Span[..width], power = _power.Span[..width], weights = _weights.Span[..width];
            double beta = _problem._settings.Beta;
            approximation.Clear();
            MatrixKernel.MultiplyAdd(new(_row.Span, stride, 1), transposed, width, approximation, width, 1, templates.Rank, width);
            PowerKernel.AtLeast(approximation, floor);
            PowerKernel.Raise(approximation, power, beta - 1);

            // For β ≤ 0 the divergence of a zero is infinite, so zeros count as the floor; for β > 0 they add nothing to the numerator.
            for (int j = 0; j < weights.Length; j++)
                weights[j] = beta <= 0 ? floor : 0;
            for (int p = 0; p < features.Length; p++)
                weights[hasHoles ? p : features[p]] = beta <= 0 ? Math.Max(values[p], floor) : values[p];
            PowerKernel.Weigh(weights, approximation, power);
            if (_problem._weights is { } counts)
                Count(counts, features, hasHoles, count, weights, power);
            _denominator.Span.Clear();
            MatrixKernel.MultiplyAdd(new(power, width, 1), rows, stride, _denominator.Span, stride, 1, count, stride);
            _numerator.Span.Clear();
            MatrixKernel.MultiplyAdd(new(weights, width, 1), rows, stride, _numerator.Span, stride, 1, count, stride);
        }

        // Multiplies what each feature adds to both terms by its weight.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Count(
            ReadOnlySpan<float> counts, ReadOnlySpan<int> features, bool hasHoles, int count, Span<float> numerator, Span<float> denominator)
        {
            for (int j = 0; j < count; j++)
            {
                float weight = counts[hasHoles ? features[j] : j];
                numerator[j] *= weight;
                denominator[j] *= weight;
            }
        }
    }
}
