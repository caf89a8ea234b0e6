using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// β = 2: the numerator of F_k is T_(k+1)ᵀ (XᵀA_k), the denominator (T_(k+1)ᵀT_(k+1)) F_k (A_kᵀA_k). The n × m product is never formed, and an
/// iteration multiplies X by as many columns as the factors have together.
/// </summary>
internal sealed class EuclideanChain : FactorChain
{
    private readonly Factor?[] _numerators;
    private readonly Factor?[] _denominators;
    private readonly Factor?[] _products;
    private readonly Factor?[] _scratch;
    private readonly Stamped?[] _grams;
    private readonly Gram _gramOfLast;
    private long _stampOfLast = -1;

    /// <summary>Prepares a chain of factors that stay the caller's.</summary>
    public EuclideanChain(ComputeEngine engine, DataMatrix data, IEnumerable<ChainLink> links, IEnumerable<int> order)
        : base(engine, data, links, BetaDivergence.Euclidean, order)
    {
        _numerators = new Factor?[Last + 1];
        _denominators = new Factor?[Last + 1];
        _products = new Factor?[Last + 1];
        _scratch = new Factor?[Last + 1];
        _grams = new Stamped?[2 * (Last + 1)];
        _gramOfLast = engine.AllocateGram(FactorAt(Last).Rank);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        foreach (IDisposable? part in _numerators.Concat(_denominators).Concat(_products).Concat(_scratch).Cast<IDisposable?>().Concat(_grams.Select(g => g?.Gram)))
            part?.Dispose();
        _gramOfLast.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override double Divergence(int k)
    {
        // The factor next to the features is the last of an iteration to change, so its product with the data is still right.
        Factor product = ProductOfLast();
        Engine.Gram(FactorAt(Last), _gramOfLast);
        return EuclideanDivergence.Compute(Engine, new FactorPair(Data, FactorAt(Last), Products.Activations(Last)), Engine.Inner(product, FactorAt(Last)), GramOfActivations(Last), _gramOfLast);
    }

    /// <inheritdoc />
    protected override MultiplicativeTerms TermsOf(int k)
    {
        Factor factor = FactorAt(k);
        Factor denominator = _denominators[k] ??= Engine.Allocate(factor.Rows, factor.Rank);
        if (k == Last)
        {
            Engine.Product(factor, GramOfActivations(k), denominator);
            return new MultiplicativeTerms(ProductOfLast(), denominator);
        }

        Factor numerator = _numerators[k] ??= Engine.Allocate(factor.Rows, factor.Rank);
        if (k == 0)
        {
            Engine.Product(Data, Products.Templates(1), numerator);
            Engine.Product(factor, GramOfTemplates(1), denominator);
        }
        else
        {
            Factor product = _products[k] ??= Engine.Allocate(Data.Columns, factor.Rank);
            Factor scratch = _scratch[k] ??= Engine.Allocate(factor.Rows, factor.Rank);
            Engine.Product(Data.Transposed, Products.Activations(k), product);
            Engine.Cross(Products.Templates(k + 1), product, numerator);
            Engine.Product(factor, GramOfActivations(k), scratch);
            Engine.Product(GramOfTemplates(k + 1), scratch, denominator);
        }

        return new MultiplicativeTerms(numerator, denominator);
    }

    // XᵀA_L
    private Factor ProductOfLast()
    {
        Factor product = _products[Last] ??= Engine.Allocate(Data.Columns, FactorAt(Last).Rank);
        long stamp = Products.StampOfActivations(Last);
        if (_stampOfLast != stamp)
            Engine.Product(Data.Transposed, Products.Activations(Last), product);
        _stampOfLast = stamp;
        return product;
    }

    private Gram GramOfActivations(int k) => GramOf(k, Products.StampOfActivations(k), Products.Activations(k));

    private Gram GramOfTemplates(int k) => GramOf(Last + 1 + k, Products.StampOfTemplates(k), Products.Templates(k));

    private Gram GramOf(int place, long stamp, Factor factor)
    {
        Stamped kept = _grams[place] ??= new Stamped(Engine.AllocateGram(factor.Rank));
        if (kept.Stamp != stamp)
            Engine.Gram(factor, kept.Gram);
        kept.Stamp = stamp;
        return kept.Gram;
    }

    private sealed class Stamped(Gram gram)
    {
        public Gram Gram { get; } = gram;

        public long Stamp { get; set; } = -1;
    }
}
