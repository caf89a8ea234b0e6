using System.Globalization;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// β ≠ 2, and any β where there are holes: the terms of F_k are those of its effective templates T_k with the activations A_k, projected on what stands to its
/// right. A pass over the data costs as much as for an ordinary factorization of the rank of F_k.
/// </summary>
internal class DivergenceChain : FactorChain
{
    private readonly Lazy<double> _scale;
    private readonly double _reliable;
    private readonly MultiplicativeTerms?[] _wide;
    private readonly MultiplicativeTerms?[] _small;
    private readonly bool _hasHoles;
    private Factor? _weighted;
    private (int Factor, long Stamp) _current = (-1, 0);

    /// <summary>Prepares a chain of factors that stay the caller's.</summary>
    public DivergenceChain(ComputeEngine engine, DataMatrix data, IEnumerable<ChainLink> links, double beta, IEnumerable<int> order)
        : base(engine, data, links, beta, order)
    {
        CheckPowers(data.Examples, beta);
        _hasHoles = data.Examples is ObservedExamples;
        _reliable = engine.ReliableShare(data, beta);
        _scale = new(() => ExactDivergence.ScaleOf(data.Examples, beta, engine.Threads));
        _wide = new MultiplicativeTerms?[Last + 1];
        _small = new MultiplicativeTerms?[Last + 1];
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        foreach (MultiplicativeTerms? terms in _wide.Concat(_small))
            terms?.Dispose();
        _weighted?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override double Scale => _scale.Value;

    /// <inheritdoc />
    protected override double Divergence(int k)
    {
        double divergence = Terms(k, evaluate: true);
        _current = (k, Products.StampOfTemplates(0));
        return Reliable(divergence);
    }

    /// <summary>Keeps a divergence that an update has left, for evaluations until a factor changes.</summary>
    protected void KnowReliably(double divergence) => Know(Reliable(divergence));

    private double Reliable(double divergence)
        => divergence >= _reliable * _scale.Value ? divergence : Engine.DivergenceInDouble(Data, Products.Activations(Last), FactorAt(Last), Beta);

    /// <inheritdoc />
    protected override MultiplicativeTerms TermsOf(int k)
    {
        // An evaluation has just made them.
        if (_current != (k, Products.StampOfTemplates(0)))
            Terms(k, evaluate: false);
        _current = (-1, 0);
        MultiplicativeTerms wide = _wide[k]!;
        if (PullOf(k) is { IsWeighed: true } pull)
            pull.AddTo(wide, FactorAt(k));
        if (k == 0 || k == Last)
            return wide;
        Factor factor = FactorAt(k);
        MultiplicativeTerms small = _small[k] ??= new(Engine.Allocate(factor.Rows, factor.Rank), Engine.Allocate(factor.Rows, factor.Rank));
        Engine.ProjectTerms(WeightedTemplates(k + 1), wide, small);
        return small;
    }

    // The terms of a row are without its weight, which matters where rows are summed.
    private Factor WeightedTemplates(int k)
    {
        Factor templates = Products.Templates(k);
        if (!_hasHoles || Data.Examples.Weights?.Columns is not { } weights)
            return templates;
        if (_weighted?.Rank != templates.Rank)
        {
            _weighted?.Dispose();
            _weighted = Engine.Allocate(templates.Rows, templates.Rank);
        }

        Engine.Copy(templates, _weighted);
        Engine.ScaleRows(_weighted, weights);
        return _weighted;
    }

    /// <inheritdoc />
    protected override MultiplicativeTerms LookAtTerms(int k)
    {
        (int Factor, long Stamp) made = _current;
        MultiplicativeTerms terms = TermsOf(k);
        // What a pull was added to is made again.
        _current = PullOf(k) is { IsWeighed: true } ? (-1, 0) : made;
        return terms;
    }

    // x^(β−1) grows beyond float32 only for β > 2; small values are kept from it by their floor.
    private static void CheckPowers(ExampleMatrix examples, double beta)
    {
        if (beta <= 2)
            return;
        double most = examples.Largest();
        if (Math.Pow(most, beta - 1) > MultiplicativeRule.LargestPower)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"Beta is {beta} and the largest value is {most / examples.Mean:G3} times the mean of all: its powers do not fit float32. ")
                + string.Create(CultureInfo.InvariantCulture,
                $"Choose a Beta of at most {1 + Math.Floor(10 * Math.Log(MultiplicativeRule.LargestPower) / Math.Log(most)) / 10:F1}, ")
                + "or limit the largest values.");
        }
    }

    private double Terms(int k, bool evaluate)
    {
        bool isActivations = k == 0;
        Factor factor = isActivations ? FactorAt(0) : Products.Templates(k);
        Factor other = isActivations ? Products.Templates(1) : Products.Activations(k);
        MultiplicativeTerms terms = _wide[k] ??= Engine.AllocateTerms(factor.Rows, factor.Rank, Beta, _hasHoles);
        return Engine.ComputeTerms(isActivations ? Data : Data.Transposed, factor, other, Beta, terms, evaluate);
    }
}
