namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// β ≠ 2: multiplicative updates of the row from a fixed start, all activations equal and h Wᵀ of the row's own sum, by the rule that the
/// training uses. β = 1 touches the row's features only; every other β needs all m of them.
/// </summary>
internal sealed class MultiplicativeActivations : ActivationProblem
{
    private readonly ActivationSettings _settings;
    private readonly ManagedFactor _templates;
    private readonly float[] _columnSums;
    private readonly double _sum;
    private readonly AlignedFloats? _templatesTransposed;
    private readonly int _paddedFeatures;

    /// <summary>Computes the column sums and, for β ≠ 1, the transpose of the templates.</summary>
    public MultiplicativeActivations(FactorMatrix templates, ActivationSettings settings)
    {
        _settings = settings;
        _templates = ManagedFactor.From(templates);
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

    private sealed class Solver : ActivationSolver
    {
        private readonly MultiplicativeActivations _problem;
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
            _row = new AlignedFloats(stride);
            _numerator = new AlignedFloats(stride);
            _denominator = new AlignedFloats(stride);
            int features = problem._templatesTransposed is null ? 0 : problem._paddedFeatures;
            _approximation = new AlignedFloats(features);
            _power = new AlignedFloats(features);
            _weights = new AlignedFloats(features);
        }

        protected override void SolveCore(ReadOnlySpan<int> features, ReadOnlySpan<float> values, Span<float> activations)
        {
            ActivationSettings settings = _problem._settings;
            double sum = 0;
            foreach (float value in values)
                sum += value;
            if (_problem._sum <= 0)
                return;
            Span<float> row = _row.Span[..activations.Length];
            row.Fill((float)(sum / _problem._sum));
            float floor = (float)(BetaDivergence.Floor * sum / _problem._templates.Rows);
            var penalty = new Penalty(settings.L1, settings.L2);
            for (int iteration = 0; iteration < settings.MaximumNumberOfIterations; iteration++)
            {
                row.CopyTo(activations);
                if (settings.Beta == BetaDivergence.KullbackLeibler)
                    KullbackLeiblerTerms(features, values, floor);
                else
                    TermsOfAllFeatures(features, values, floor);
                MultiplicativeKernel.Update(_row.Span, _numerator.Span, _denominator.Span, _row.Length, penalty, settings.Beta);
                if (IsDone(row, activations, settings.Tolerance))
                    break;
            }

            row.CopyTo(activations);
        }

        private static bool IsDone(ReadOnlySpan<float> after, ReadOnlySpan<float> before, float tolerance)
        {
            float largest = 0, change = 0;
            for (int k = 0; k < after.Length; k++)
            {
                largest = Math.Max(largest, after[k]);
                change = Math.Max(change, Math.Abs(after[k] - before[k]));
            }

            return change <= tolerance * largest;
        }

        private void KullbackLeiblerTerms(ReadOnlySpan<int> features, ReadOnlySpan<float> values, float floor)
        {
            KullbackLeiblerKernel.Row(features, values, _row.Span, _problem._templates, floor, _numerator.Span, evaluate: false);
            _problem._columnSums.CopyTo(_denominator.Span);
        }

        private void TermsOfAllFeatures(ReadOnlySpan<int> features, ReadOnlySpan<float> values, float floor)
        {
            ManagedFactor templates = _problem._templates;
            Span<float> approximation = _approximation.Span, power = _power.Span, weights = _weights.Span;
            int stride = templates.Stride;
            double beta = _problem._settings.Beta;
            approximation.Clear();
            MatrixKernel.MultiplyAdd(new(_row.Span, stride, 1), _problem._templatesTransposed!.Span, approximation.Length, approximation, approximation.Length, 1, templates.Rank, approximation.Length);
            PowerKernel.AtLeast(approximation, floor);
            PowerKernel.Raise(approximation, power, beta - 1);
            _denominator.Span.Clear();
            MatrixKernel.MultiplyAdd(new(power, power.Length, 1), templates.Values, stride, _denominator.Span, stride, 1, templates.Rows, stride);

            // Zeros count as the floor where their divergence would be infinite, and for nothing where it is finite.
            weights.Fill(beta <= 0 ? floor : 0);
            for (int p = 0; p < features.Length; p++)
                weights[features[p]] = beta <= 0 ? Math.Max(values[p], floor) : values[p];
            PowerKernel.Weigh(weights, approximation, power);
            _numerator.Span.Clear();
            MatrixKernel.MultiplyAdd(new(weights, weights.Length, 1), templates.Values, stride, _numerator.Span, stride, 1, templates.Rows, stride);
        }
    }
}
