using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Streaming;

/// <summary>How the templates of a chain are trained from statistics.</summary>
/// <param name="Beta">β.</param>
/// <param name="Units">By what data and factors are divided.</param>
/// <param name="Activations">How the activations of rows are found, in the unit of the stored data.</param>
/// <param name="Penalties">The penalty on the templates of each layer for so many rows, in the unit of the stored data.</param>
/// <param name="AreFixed">Whether the templates of each layer stay as they are.</param>
/// <param name="HasHoles">Whether values may be missing, or count with weights that cannot be multiplied in.</param>
/// <param name="IsExact">Whether the templates next to the features are minimisers, rather than some sweeps nearer to them.</param>
/// <param name="MayBeNegative">Whether the templates have any sign.</param>
/// <param name="CreatePull">What pulls the templates; null for nothing.</param>
/// <param name="Features">How often features count, for what was multiplied by it and for the penalties on their templates; null for once.</param>
internal sealed record ChainSettings(
    double Beta, FactorUnits Units, ActivationSettings Activations, Func<double, Penalty[]> Penalties, IReadOnlyList<bool> AreFixed, bool HasHoles = false,
    bool IsExact = false, bool MayBeNegative = false, Func<TemplatePull?>? CreatePull = null, ExampleWeights? Features = null)
{
    /// <summary>By what features and the rows of their templates were multiplied; null for nothing.</summary>
    public float[]? ColumnScales => Features?.ColumnScales;

    /// <summary>How often the penalties on the templates of features count where these were not multiplied; null for once.</summary>
    public float[]? ColumnWeights => Features is { Beta: null } ? Features.Columns : null;

    /// <summary>Whether statistics are those of least squares, which hold for any templates.</summary>
    public bool IsEuclidean => Beta == BetaDivergence.Euclidean && !HasHoles;
}

/// <summary>
/// X ≈ H W_Lᵀ … W_0ᵀ, of which NMF is the case of one W: the activations H of a batch are those of transforming, with the product V of all templates, and what
/// they say about V is added up. The templates then lower the upper bound of the objective that the sums are of, one after the other.
/// </summary>
internal sealed class ChainModel : StreamedModel
{
    private readonly ComputeEngine _engine;
    private readonly Factor[] _templates;
    private readonly ChainSettings _settings;
    private readonly TemplateTerms _terms;
    private readonly ChainUpdate _update;
    private double _weight;

    /// <summary>Takes over the templates.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="templates">W_0, …, W_L at their start, which become the model's.</param>
    /// <param name="settings">How they are trained.</param>
    public ChainModel(ComputeEngine engine, Factor[] templates, ChainSettings settings)
    {
        (_engine, _templates, _settings) = (engine, templates, settings);
        _terms = new TemplateTerms(engine, templates[0].Rows, templates[^1].Rank, settings);
        _update = new ChainUpdate(engine, templates, _terms, settings);
    }

    /// <summary>By what data and factors are divided.</summary>
    public FactorUnits Units => _settings.Units;

    /// <inheritdoc />
    public override IReadOnlyList<Factor> Templates => _templates;

    /// <inheritdoc />
    public override FactorMatrix[] ReadTemplates()
    {
        FactorMatrix[] layers = [.. _templates.Select((factor, i) => FactorUnits.Multiply(factor.ToMatrix(), i == 0 ? _settings.Units.Templates : 1))];
        layers[0] = ExampleWeights.Scale(layers[0], _settings.ColumnScales, divides: true)!;
        return layers;
    }

    /// <inheritdoc />
    public override string Remedy => _settings.Beta is >= 0 and <= 2
        ? "Leave initial factors out, or scale them so that their product has the mean of the data."
        : "Choose a Beta nearer to the range 0 to 2, or limit the largest values of the data.";

    /// <inheritdoc />
    public override TrainingStatistics CreateStatistics()
    {
        CurvatureForm form = _settings.IsEuclidean ? CurvatureForm.Gram
            : _settings.Beta == BetaDivergence.KullbackLeibler && !_settings.HasHoles ? CurvatureForm.Row : CurvatureForm.Entries;
        return new TrainingStatistics(_settings.Beta, _settings.Units.Data, [new LayerStatistics(_templates[0].Rows, _templates[^1].Rank, form)]);
    }

    /// <inheritdoc />
    public override double Add(DataMatrix data, uint[] labels, TrainingStatistics statistics, double weight, bool isExact)
    {
        using SolvedRows rows = _terms.Solve(data, _update.Product, isExact);
        double counted = WeightOf(data.Examples);
        LayerStatistics layer = statistics.Layers[0];
        statistics.Divergence += weight * _terms.Add(rows, _update.Product, weight, layer);
        statistics.Penalty += weight * rows.Penalty;
        statistics.Rows += data.Rows;
        statistics.Weight += weight * counted;
        (double[] sums, double[] products) = ActivationMoments.SumsOf(_engine, rows.Activations, 1, data.Examples.Weights);
        DoubleKernel.AddScaled(layer.Sums, sums, weight);
        DoubleKernel.AddScaled(layer.Squares, products, weight * counted);
        return counted;
    }

    /// <inheritdoc />
    public override void Update(TrainingStatistics statistics, double rows, bool isMoreToCome = false)
    {
        _weight = rows;
        _update.Run(statistics.Layers[0], rows, statistics.Weight / rows, isMoreToCome);
    }

    /// <inheritdoc />
    public override (double Objective, double Divergence) Evaluate(DataMatrix data, uint[] labels)
    {
        using SolvedRows rows = _terms.Solve(data, _update.Product, isExact: true);
        double divergence = _terms.Divergence(rows), weight = WeightOf(data.Examples);
        return InUnit(divergence, rows.Penalty, _weight > 0 ? weight / _weight : 1, _weight > 0 ? _weight : weight);
    }

    /// <inheritdoc />
    public override (double Objective, double Divergence) ObjectiveOf(TrainingStatistics statistics)
        => InUnit(statistics.Divergence, statistics.Penalty, 1, statistics.Weight);

    /// <inheritdoc />
    public override void Dispose()
    {
        _update.Dispose();
        _terms.Dispose();
        foreach (Factor factor in _templates)
            factor.Dispose();
    }

    private static double WeightOf(ExampleMatrix examples) => examples.Weights?.Rows is { } rows ? rows.Sum(row => (double)row) : examples.Rows;

    // The templates cost as much for some rows as is their share of all.
    private (double Objective, double Divergence) InUnit(double divergence, double ofActivations, double share, double weight)
        => (_settings.Units.Objective * (divergence + ofActivations + share * _update.PenaltyOf(weight)), _settings.Units.Objective * divergence);
}
