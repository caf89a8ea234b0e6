using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

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

    /// <summary>Solves for the activations of rows with V held.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="templates">V.</param>
    /// <param name="isExact">Whether the activations are those of transforming, rather than near them.</param>
    public SolvedRows Solve(DataMatrix data, Factor templates, bool isExact)
    {
        if (_settings.IsEuclidean)
            _engine.Gram(templates, _gramOfTemplates);
        return new SolvedRows(_engine, data, templates, _settings.IsEuclidean ? _gramOfTemplates : null, _settings, isExact);
    }

    /// <summary>Adds what rows say about V that they were just solved with.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="templates">V.</param>
    /// <param name="weight">How often they count.</param>
    /// <param name="sums">To add to.</param>
    /// <returns>The divergence of the rows.</returns>
    public double Add(SolvedRows rows, Factor templates, double weight, LayerStatistics sums)
    {
        if (_terms is null)
        {
            _engine.AddDataProduct(rows.Data, rows.Activations, weight, sums.Products);
            _engine.Gram(rows.Activations, _gram);
            _gram.CopyTo(_gramOnHost);
            DoubleKernel.AddScaled(sums.Curvature, _gramOnHost, weight);
            return rows.Divergence(_gram, _gramOfTemplates);
        }

        if (sums.Form == CurvatureForm.Row)
        {
            double[] activations = _engine.ColumnSums(rows.Activations);
            DoubleKernel.AddScaled(sums.Curvature, activations, weight);
            return _engine.AddSoftCounts(rows.Data, rows.Activations, templates, weight, sums.Products);
        }

        double divergence = _engine.ComputeTerms(rows.Data.Transposed, templates, rows.Activations, _settings.Beta, _terms, evaluate: true);
        FactorMatrix met = templates.ToMatrix();
        Add(met.Values, _terms.Numerator, _rule.Numerator, weight, sums.Products);
        Add(met.Values, _terms.Denominator, _rule.Denominator, weight, sums.Curvature);
        return divergence;
    }

    /// <summary>The divergence of rows that were just solved.</summary>
    public double Divergence(SolvedRows rows)
    {
        if (_settings.IsEuclidean)
            _engine.Gram(rows.Activations, _gram);
        return rows.Divergence(_gram, _gramOfTemplates);
    }

    /// <summary>β = 2: the Gram matrix and the product that V is updated from. The next call overwrites them.</summary>
    public (Gram Gram, Factor Product) ReadProblem(LayerStatistics sums)
    {
        _gram.CopyFrom(sums.Curvature);
        Narrow(sums.Products, _host, double.NegativeInfinity);
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

    /// <summary>β = 1: sets V to the minimiser of what the rows have said, without penalties.</summary>
    /// <param name="sums">What they have said.</param>
    /// <param name="templates">V, to set.</param>
    /// <param name="leastShare">What every entry is at least, as a share of the mean.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Divide(LayerStatistics sums, Factor templates, double leastShare)
    {
        double[] counts = sums.Products, activations = sums.Curvature;
        int rank = activations.Length;
        double sum = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            double activation = activations[i % rank];
            double value = activation > 0 ? Math.Clamp(counts[i] / activation, 0, MultiplicativeRule.LargestPower) : 0;
            sum += value;
            _host[i] = (float)value;
        }

        float least = (float)(leastShare * sum / counts.Length);
        for (int i = 0; least > 0 && i < counts.Length; i++)
            _host[i] = Math.Max(_host[i], least);
        templates.CopyFrom(_host);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _product?.Dispose();
        _terms?.Dispose();
        _gram.Dispose();
        _gramOfTemplates.Dispose();
    }

    private void Add(ReadOnlySpan<float> met, Factor term, double power, double weight, double[] sums)
    {
        Span<float> values = _host.AsSpan(0, sums.Length);
        term.CopyTo(values);
        Weigh(values, met, power);
        Add(values, weight, sums);
    }

    private void Read(ReadOnlySpan<float> met, double[] sums, double power, Factor term)
    {
        Span<float> values = _host.AsSpan(0, sums.Length);
        // No term is below zero, but the rounding of what has faded is.
        Narrow(sums, values, least: 0);
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
    private static void Add(ReadOnlySpan<float> values, double weight, double[] sums)
    {
        for (int i = 0; i < sums.Length; i++)
            sums[i] += weight * values[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(double[] sums, Span<float> values, double least)
    {
        for (int i = 0; i < sums.Length; i++)
            values[i] = (float)Math.Max(sums[i], least);
    }
}
