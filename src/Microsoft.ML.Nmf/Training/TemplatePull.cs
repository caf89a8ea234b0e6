using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// A soft penalty that pulls some columns of the templates W towards targets T: Σ_k μ_k D_β(t_k ‖ w_k). It is what examples would add to the objective that are
/// t_k and nothing else, with an activation of topic k alone: pseudo-documents, as in guided topic models (Jagarlamudi, Daumé and Udupa, "Incorporating lexical
/// priors into topic models", EACL 2012, <see href="https://aclanthology.org/E12-1021/"/>; Vendrow, Haddock, Rebrova and Needell, "On a guided nonnegative
/// matrix factorization", 2021, <see href="https://doi.org/10.48550/arXiv.2010.11365"/>). So every update takes it as more data, and stays one that does not
/// raise the objective.
/// </summary>
internal sealed class TemplatePull : IDisposable
{
    // Smaller templates and targets count as this share of the target's mean.
    private const double Floor = 1.0 / (1 << 23);

    private readonly ComputeEngine _engine;
    private readonly FactorMatrix _targets;
    private readonly double[] _floors;
    private readonly double _beta;
    private readonly double _strength;
    private readonly double[] _weights;
    private readonly Lazy<MultiplicativeTerms> _terms;
    private readonly Lazy<Euclidean> _euclidean;

    /// <summary>Pulls nothing before it is weighed.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="targets">T, of the shape of W; a column of zeros pulls nothing.</param>
    /// <param name="beta">β.</param>
    /// <param name="strength">What the pull counts for beside the data, at least 0: 1 as much as all examples that show the topic.</param>
    public TemplatePull(ComputeEngine engine, FactorMatrix targets, double beta, double strength)
    {
        _engine = engine;
        _targets = targets;
        _beta = beta;
        _strength = strength;
        _floors = [.. targets.ColumnSums().Select(sum => sum / targets.Rows * Floor)];
        _weights = new double[targets.Columns];
        _terms = new(() => engine.AllocateTerms(targets.Rows, targets.Columns, beta));
        _euclidean = new(() => new Euclidean(engine, targets, _weights));
    }

    /// <summary>Whether its weights are set; before, it adds nothing.</summary>
    public bool IsWeighed { get; private set; }

    /// <summary>
    /// Sets the weights μ_k by what the data says about the topics: with the denominator d of the multiplicative update, Σ_j w_jk d_jk is topic k's share of
    /// Σ X̂^β, and μ_k Σ_j t_jk^β is the strength times that. So they mean the same for data of any unit and of any number of rows.
    /// </summary>
    /// <param name="templates">W.</param>
    /// <param name="denominator">d, of the shape of W or one row for all.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Weigh(Factor templates, Factor denominator)
    {
        IsWeighed = true;
        FactorMatrix w = templates.ToMatrix(), d = denominator.ToMatrix();
        for (int k = 0; k < _weights.Length; k++)
        {
            if (_floors[k] == 0)
                continue;
            double share = 0, power = 0;
            for (int j = 0; j < w.Rows; j++)
            {
                share += (double)w.Row(j)[k] * d.Row(d.Rows == 1 ? 0 : j)[k];
                double target = _targets.Row(j)[k];
                power += _beta > 0 && target == 0 ? 0 : Math.Pow(Math.Max(target, _floors[k]), _beta);
            }

            _weights[k] = Math.Min(_strength * share / power, MultiplicativeRule.LargestPower);
        }
    }

    /// <summary>The penalty on W.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double ValueOf(Factor templates)
    {
        if (_beta == BetaDivergence.Euclidean)
            return _euclidean.Value.ValueOf(templates);
        FactorMatrix w = templates.ToMatrix();
        double value = 0;
        for (int j = 0; j < w.Rows; j++)
        {
            ReadOnlySpan<float> row = w.Row(j), target = _targets.Row(j);
            for (int k = 0; k < row.Length; k++)
            {
                if (_weights[k] > 0)
                    value += _weights[k] * BetaDivergence.Of(TargetAt(target[k], k), Math.Max(row[k], _floors[k]), _beta);
            }
        }

        return value;
    }

    /// <summary>
    /// β = 2: the Gram matrix and the product with the data of an update of W, with what the pull adds to both. The next call overwrites them.
    /// </summary>
    public (Gram Gram, Factor Product) AddTo(Gram gram, Factor product) => _euclidean.Value.AddTo(gram, product);

    /// <summary>β ≠ 2: adds to the terms of a multiplicative update of W: μ_k t_jk w_jk^(β−2) to the numerator, μ_k w_jk^(β−1) to the denominator.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddTo(MultiplicativeTerms terms, Factor templates)
    {
        FactorMatrix w = templates.ToMatrix();
        int rank = w.Columns, rowsBelow = terms.Denominator.Rows;
        float[] numerator = new float[w.Values.Length], denominator = new float[rowsBelow * rank];
        for (int j = 0; j < w.Rows; j++)
        {
            ReadOnlySpan<float> row = w.Row(j), target = _targets.Row(j);
            for (int k = 0; k < rank; k++)
            {
                if (_weights[k] == 0)
                    continue;
                double value = Math.Max(row[k], _floors[k]), power = _beta == 1 ? 1 : Math.Pow(value, _beta - 1);
                numerator[j * rank + k] = (float)Math.Min(_weights[k] * TargetAt(target[k], k) * power / value, MultiplicativeRule.LargestPower);
                if (j < rowsBelow)
                    denominator[j * rank + k] = (float)Math.Min(_weights[k] * power, MultiplicativeRule.LargestPower);
            }
        }

        MultiplicativeTerms added = _terms.Value;
        added.Numerator.CopyFrom(numerator);
        added.Denominator.CopyFrom(denominator);
        _engine.Combine(1, terms.Numerator, 1, added.Numerator, terms.Numerator);
        _engine.Combine(1, terms.Denominator, 1, added.Denominator, terms.Denominator);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_terms.IsValueCreated)
            _terms.Value.Dispose();
        if (_euclidean.IsValueCreated)
            _euclidean.Value.Dispose();
    }

    // For β ≤ 0 the divergence of a zero is infinite.
    private double TargetAt(float target, int k) => _beta <= 0 ? Math.Max(target, _floors[k]) : target;

    // ½ Σ_k μ_k ‖w_k − t_k‖², all on the engine: the Gram matrix gets μ on its diagonal, the product T diag(μ). Made after the weights are set.
    private sealed class Euclidean : IDisposable
    {
        private readonly ComputeEngine _engine;
        private readonly double[] _weights;
        private readonly Factor _targets;
        private readonly Factor _roots;
        private readonly Gram _root;
        private readonly Factor _product;
        private readonly Factor _difference;
        private readonly Gram _gram;

        public Euclidean(ComputeEngine engine, FactorMatrix targets, double[] weights)
        {
            _engine = engine;
            _weights = weights;
            (_targets, _roots) = (Scaled(weight => weight), Scaled(Math.Sqrt));
            (_product, _difference) = (engine.Allocate(targets.Rows, targets.Columns), engine.Allocate(targets.Rows, targets.Columns));
            (_root, _gram) = (engine.AllocateGram(targets.Columns), engine.AllocateGram(targets.Columns));
            var diagonal = new double[targets.Columns * targets.Columns];
            for (int k = 0; k < targets.Columns; k++)
                diagonal[k * (targets.Columns + 1)] = Math.Sqrt(weights[k]);
            _root.CopyFrom(diagonal);

            Factor Scaled(Func<double, double> by)
            {
                float[] values = targets.Values.ToArray();
                for (int i = 0; i < values.Length; i++)
                    values[i] = (float)(values[i] * by(weights[i % targets.Columns]));
                Factor scaled = engine.Allocate(targets.Rows, targets.Columns);
                scaled.CopyFrom(values);
                return scaled;
            }
        }

        public double ValueOf(Factor templates)
        {
            _engine.GramProduct(templates, _root, _difference);
            _engine.Combine(1, _difference, -1, _roots, _difference);
            return 0.5 * _engine.Inner(_difference, _difference);
        }

        public (Gram Gram, Factor Product) AddTo(Gram gram, Factor product)
        {
            var values = new double[gram.Rank * gram.Rank];
            gram.CopyTo(values);
            for (int k = 0; k < gram.Rank; k++)
                values[k * (gram.Rank + 1)] += _weights[k];
            _gram.CopyFrom(values);
            _engine.Combine(1, product, 1, _targets, _product);
            return (_gram, _product);
        }

        public void Dispose()
        {
            foreach (IDisposable held in (IDisposable[])[_targets, _roots, _root, _product, _difference, _gram])
                held.Dispose();
        }
    }
}
