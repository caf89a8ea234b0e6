using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Streaming;

/// <summary>What rows with their activations say about templates V of features × rank, added to sums on the host, and read from them for an update.</summary>
internal sealed class TemplateTerms : IDisposable
{
    // Smaller templates count as this in a negative power.
    private const float Smallest = MultiplicativeRule.Smallest;

    private readonly ComputeEngine _engine;
    private readonly ChainSettings _settings;
    private readonly SurrogateRule _rule;
    private readonly MultiplicativeTerms? _terms;
    private readonly Factor? _product;
    private readonly Gram _gram;
    private readonly Gram _gramOfTemplates;
    private readonly float[] _host;
    private readonly double[] _gramOnHost;

    /// <summary>Room for the terms of so many features and components.</summary>
    public TemplateTerms(ComputeEngine engine, int features, int rank, ChainSettings settings)
    {
        _engine = engine;
        _settings = settings;
        _rule = SurrogateRule.For(settings.Beta);
        _product = settings.IsEuclidean ? engine.Allocate(features, rank) : null;
        _terms = settings.IsEuclidean ? null : engine.AllocateTerms(features, rank, settings.Beta, settings.HasHoles);
        (_gram, _gramOfTemplates) = (engine.AllocateGram(rank), engine.AllocateGram(rank));
        _host = new float[ArraySize.Of(features, rank)];
        _gramOnHost = new double[ArraySize.Of(rank, rank)];
    }

    /// <summary>Adds what rows say about V.</summary>
    /// <returns>The divergence of the rows.</returns>
    public double Add(SolvedRows rows, Factor templates, LayerStatistics sums)
    {
        if (_terms is null)
        {
            _engine.DataProduct(rows.Data.Transposed, rows.Activations, _product!);
            _engine.Gram(rows.Activations, _gram);
            _product!.CopyTo(_host);
            Add(_host, sums.Products);
            _gram.CopyTo(_gramOnHost);
            DoubleKernel.AddScaled(sums.Curvature, _gramOnHost, 1);
            _engine.Gram(templates, _gramOfTemplates);
            return new FactorPair(rows.Data, templates, rows.Activations)
                .EuclideanDivergence(_engine, _engine.Inner(_product!, templates), _gram, _gramOfTemplates, isCompared: false);
        }

        double divergence = _engine.ComputeTerms(rows.Data.Transposed, templates, rows.Activations, _settings.Beta, _terms, evaluate: true);
        FactorMatrix met = templates.ToMatrix();
        Add(met.Values, _terms.Numerator, _rule.Numerator, sums.Products);
        Add(met.Values, _terms.Denominator, _rule.Denominator, sums.Curvature);
        return divergence;
    }

    /// <summary>The divergence of rows alone.</summary>
    public double Divergence(SolvedRows rows, Factor templates)
    {
        if (_terms is not null)
            return _engine.Divergence(rows.Data, rows.Activations, templates, _settings.Beta);
        using Factor product = _engine.Allocate(rows.Activations.Rows, rows.Activations.Rank);
        _engine.DataProduct(rows.Data, templates, product);
        _engine.Gram(rows.Activations, _gram);
        _engine.Gram(templates, _gramOfTemplates);
        return new FactorPair(rows.Data, templates, rows.Activations)
            .EuclideanDivergence(_engine, _engine.Inner(product, rows.Activations), _gram, _gramOfTemplates, isCompared: false);
    }

    /// <summary>β = 2: the Gram matrix and the product that V is updated from. The next call overwrites them.</summary>
    public (Gram Gram, Factor Product) ReadProblem(LayerStatistics sums)
    {
        _gram.CopyFrom(sums.Curvature);
        Narrow(sums.Products, _host);
        _product!.CopyFrom(_host);
        return (_gram, _product);
    }

    /// <summary>β ≠ 2: the terms of a multiplicative update of V. The next call overwrites them.</summary>
    public MultiplicativeTerms ReadTerms(LayerStatistics sums, Factor templates)
    {
        FactorMatrix met = templates.ToMatrix();
        Read(met.Values, sums.Products, -_rule.Numerator, _terms!.Numerator);
        Read(met.Values, sums.Curvature, -_rule.Denominator, _terms.Denominator);
        return _terms;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _product?.Dispose();
        _terms?.Dispose();
        _gram.Dispose();
        _gramOfTemplates.Dispose();
    }

    private void Add(ReadOnlySpan<float> met, Factor term, double power, double[] sums)
    {
        Span<float> values = _host.AsSpan(0, sums.Length);
        term.CopyTo(values);
        Weigh(values, met, power);
        Add(values, sums);
    }

    private void Read(ReadOnlySpan<float> met, double[] sums, double power, Factor term)
    {
        Span<float> values = _host.AsSpan(0, sums.Length);
        Narrow(sums, values);
        Weigh(values, met, power);
        term.CopyFrom(values);
    }

    // Multiplies by powers of the templates; where one row serves all templates the power is 0.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weigh(Span<float> values, ReadOnlySpan<float> met, double power)
    {
        if (power == 0)
            return;
        for (int i = 0; i < values.Length; i++)
        {
            double w = Math.Max(met[i], Smallest);
            double weight = power switch { 1 => w, -1 => 1 / w, 2 => w * w, -2 => 1 / (w * w), _ => Math.Pow(w, power) };
            values[i] = (float)Math.Min(values[i] * weight, MultiplicativeRule.LargestPower);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(ReadOnlySpan<float> values, double[] sums)
    {
        for (int i = 0; i < sums.Length; i++)
            sums[i] += values[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(double[] sums, Span<float> values)
    {
        for (int i = 0; i < sums.Length; i++)
            values[i] = (float)sums[i];
    }
}
