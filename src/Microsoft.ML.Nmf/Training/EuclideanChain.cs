using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// β = 2: the numerator of F_k is T_(k+1)ᵀ (XᵀA_k), the denominator (T_(k+1)ᵀT_(k+1)) F_k (A_kᵀA_k). The n × m product is never formed, and an
/// iteration multiplies X by as many columns as the factors have together. The first and the last factor can also be updated by coordinate descent or
/// exactly, from the same numerator and the Gram matrix of what they are multiplied with.
/// </summary>
internal class EuclideanChain : FactorChain
{
    /// <summary>
    /// The sweeps of an update. More come closer to the exact minimiser for the same products with the data; the engine ends sweeps that gain little
    /// (<see href="https://doi.org/10.1162/NECO_a_00256">Gillis and Glineur 2012</see>).
    /// </summary>
    protected const int Sweeps = 3;

    // Dependent columns are solved for with a ridge, which lets the divergence rise by up to this share of that of the data.
    private const double RoundingOfLeastSquares = 1e-7;

    private readonly FactorUpdate _update;
    private readonly Factor?[] _numerators;
    private readonly Factor?[] _denominators;
    private readonly Factor?[] _products;
    private readonly Factor?[] _scratch;
    private readonly Stamped?[] _grams;
    private readonly long[] _unsolved;
    private long _stampOfLast = -1;

    /// <summary>Prepares a chain of factors that stay the caller's.</summary>
    public EuclideanChain(ComputeEngine engine, DataMatrix data, IReadOnlyList<ChainLink> links, FactorUpdate update, IEnumerable<int> order)
        : base(engine, data, links, BetaDivergence.Euclidean, order)
    {
        if (update != FactorUpdate.Multiplicative && links.Count > 2)
            throw new ArgumentException($"A chain of {links.Count} factors is updated multiplicatively, but {update} was asked for.", nameof(update));
        _update = update;
        _numerators = new Factor?[Last + 1];
        _denominators = new Factor?[Last + 1];
        _products = new Factor?[Last + 1];
        _scratch = new Factor?[Last + 1];
        _grams = new Stamped?[2 * (Last + 1)];
        _unsolved = new long[Last + 1];
    }

    /// <inheritdoc />
    public override long UnsolvedRows => _unsolved.Sum();

    /// <inheritdoc />
    public override void Dispose()
    {
        foreach (Factor? factor in (Factor?[])[.. _numerators, .. _denominators, .. _products, .. _scratch])
            factor?.Dispose();
        foreach (Stamped? kept in _grams)
            kept?.Gram.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override double ShareOfRounding => _update == FactorUpdate.LeastSquares ? RoundingOfLeastSquares : base.ShareOfRounding;

    /// <inheritdoc />
    protected override double Scale => 0.5 * Data.Examples.SumOfSquares;

    /// <inheritdoc />
    protected override double Divergence(int k)
    {
        // XᵀA_L stays right until a factor other than the last changes, which an iteration updates at its end; for two factors it serves the next update.
        Factor last = FactorAt(Last);
        double inner = Engine.Inner(ProductOfLast(), last);
        var pair = new FactorPair(Data, last, Products.Activations(Last));
        return pair.EuclideanDivergence(Engine, inner, GramOfActivations(Last), GramOfTemplates(Last), isCompared: false);
    }

    /// <inheritdoc />
    protected override void Update(int k, ChainLink link)
    {
        switch (_update)
        {
            case FactorUpdate.CoordinateDescent:
                (Gram gram, Factor product) = ProblemOf(k);
                Engine.CoordinateDescent(link.Factor, gram, product, link.Penalty, Sweeps);
                break;
            case FactorUpdate.LeastSquares:
                (gram, product) = ProblemOf(k);
                _unsolved[k] = FreeColumns.LeastSquares(Engine, link.Factor, gram, product, link.Penalty);
                break;
            default:
                base.Update(k, link);
                break;
        }
    }

    /// <inheritdoc />
    protected override MultiplicativeTerms TermsOf(int k)
    {
        Factor factor = FactorAt(k);
        Factor denominator = _denominators[k] ??= Engine.Allocate(factor.Rows, factor.Rank);
        Factor numerator;
        if (k == 0 || k == Last)
        {
            (Gram gram, numerator) = ProblemOf(k);
            Engine.GramProduct(factor, gram, denominator);
        }
        else
        {
            numerator = NumeratorOf(k);
            Factor scratch = _scratch[k] ??= Engine.Allocate(factor.Rows, factor.Rank);
            Engine.GramProduct(factor, GramOfActivations(k), scratch);
            Engine.LeftGramProduct(GramOfTemplates(k + 1), scratch, denominator);
        }

        return new MultiplicativeTerms(numerator, denominator);
    }

    /// <summary>
    /// What an update of the first or the last factor minimises: the Gram matrix of the other, and the product with the data, with what pulls F_k.
    /// </summary>
    protected (Gram Gram, Factor Product) ProblemOf(int k)
    {
        (Gram gram, Factor product) = (GramBeside(k), NumeratorOf(k));
        return PullOf(k) is { IsWeighed: true } pull ? pull.AddTo(gram, product) : (gram, product);
    }

    // The numerator of the update of F_k, without what pulls it.
    private Factor NumeratorOf(int k)
    {
        if (k == Last)
            return ProductOfLast();
        Factor numerator = RoomForNumerator(k);
        if (k == 0)
        {
            Engine.DataProduct(Data, Products.Templates(1), numerator);
            return numerator;
        }

        Factor product = _products[k] ??= Engine.Allocate(Data.Columns, numerator.Rank);
        Engine.DataProduct(Data.Transposed, Products.Activations(k), product);
        Engine.CrossProduct(Products.Templates(k + 1), product, numerator);
        return numerator;
    }

    /// <summary>Room for the numerator of the update of F_k, with whatever it had.</summary>
    protected Factor RoomForNumerator(int k)
    {
        if (k == Last)
            _stampOfLast = -1;
        return _numerators[k] ??= Engine.Allocate(FactorAt(k).Rows, FactorAt(k).Rank);
    }

    // XᵀA_L.
    private Factor ProductOfLast()
    {
        long stamp = Products.StampOfActivations(Last);
        if (_stampOfLast == stamp)
            return _numerators[Last]!;
        Factor product = RoomForNumerator(Last);
        Engine.DataProduct(Data.Transposed, Products.Activations(Last), product);
        _stampOfLast = stamp;
        return product;
    }

    /// <summary>The Gram matrix of what the first or the last factor is multiplied with.</summary>
    protected Gram GramBeside(int k) => k == 0 ? GramOfTemplates(1) : GramOfActivations(Last);

    private Gram GramOfActivations(int k) => GramOf(k, Products.StampOfActivations(k), Products.Activations(k));

    private Gram GramOfTemplates(int k) => GramOf(Last + 1 + k, Products.StampOfTemplates(k), Products.Templates(k));

    /// <summary>Changes one of two factors in a way that leaves its Gram matrix as well, which is kept.</summary>
    /// <param name="k">Which.</param>
    /// <param name="change">Changes F_k, and fills the Gram matrix.</param>
    protected void ChangeWithGram(int k, Action<Gram> change)
    {
        Factor factor = FactorAt(k);
        Stamped kept = GramAt(k == 0 ? Last : Last + 1 + k, factor);
        change(kept.Gram);
        Products.Changed(factor);
        kept.Stamp = k == 0 ? Products.StampOfActivations(Last) : Products.StampOfTemplates(k);
    }

    private Gram GramOf(int place, long stamp, Factor factor)
    {
        Stamped kept = GramAt(place, factor);
        if (kept.Stamp != stamp)
            Engine.Gram(factor, kept.Gram);
        kept.Stamp = stamp;
        return kept.Gram;
    }

    private Stamped GramAt(int place, Factor factor) => _grams[place] ??= new Stamped(Engine.AllocateGram(factor.Rank));

    private sealed class Stamped(Gram gram)
    {
        public Gram Gram { get; } = gram;

        public long Stamp { get; set; } = -1;
    }
}
