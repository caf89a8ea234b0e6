using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Streaming;

/// <summary>
/// Improves the templates of a chain, V = W_0 W_1 … W_L, by statistics about V. With P the product of what is to the left of W_k and R of what is to the right,
/// the numerator and the denominator of a multiplicative update of W_k are Pᵀ N Rᵀ and Pᵀ D Rᵀ with those of V; for β = 2 N is the products B and D = V A. The
/// templates next to the features have rows of their own, which for β = 2 are improved by coordinate descent on R A Rᵀ and B Rᵀ.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="templates">W_0, …, W_L.</param>
/// <param name="terms">Reads statistics; stays the caller's.</param>
/// <param name="settings">How they are trained.</param>
internal sealed class ChainUpdate(ComputeEngine engine, Factor[] templates, TemplateTerms terms, ChainSettings settings) : IDisposable
{
    // Sweeps of coordinate descent after a batch, and at the end of a pass; the engine ends those that gain little.
    private const int SweepsOfBatch = 1;
    private const int Sweeps = 3;

    // What a template has at least while rows come, as a share of the mean.
    private const double LeastShare = 1e-4;

    // From how many times as many rows on what pulls is weighed anew.
    private const double Growth = 2;

    private readonly SignedTemplates? _signed = settings.MayBeNegative ? new SignedTemplates(engine, templates[0].Rows, templates[0].Rank) : null;
    private Factor? _product;
    private bool _isStale = true;
    private TemplatePull? _pull;
    private double _weighedFor;

    /// <summary>V.</summary>
    public Factor Product
    {
        get
        {
            if (templates.Length == 1)
                return templates[0];
            if (_isStale)
            {
                _product?.Dispose();
                _product = ProductOf(0, templates.Length);
                _isStale = false;
            }

            return _product!;
        }
    }

    /// <summary>Improves all templates that are not fixed, the deepest first.</summary>
    /// <param name="sums">What rows have said.</param>
    /// <param name="rows">As how many rows they are to count.</param>
    /// <param name="share">As how many of these each of the rows counts now.</param>
    /// <param name="isMoreToCome">Whether other rows come, which may have features that these lack.</param>
    public void Run(LayerStatistics sums, double rows, double share, bool isMoreToCome)
    {
        if (sums.Sums.AsSpan().IndexOfAnyExcept(0.0) < 0)
            return;
        Penalty[] penalties = [.. settings.Penalties(rows).Select(penalty => new Penalty(
            (float)(share * penalty.L1), (float)(share * penalty.L2), (float)(share * penalty.Orthogonality), penalty.Kept))];
        WeighPull(sums, rows * share);
        for (int k = templates.Length - 1; k >= 0; k--)
        {
            if (settings.AreFixed[k])
                continue;
            Improve(k, sums, penalties[k], isMoreToCome);
            _isStale = true;
        }
    }

    /// <summary>The penalties on all templates for so many rows, over the unit of the objective.</summary>
    public double PenaltyOf(double weight)
    {
        Penalty[] penalties = settings.Penalties(weight);
        return templates.Select((factor, k) => engine.PenaltyOf(factor, penalties[k], k == 0 ? settings.ColumnWeights : null)).Sum()
            + (_pull?.ValueOf(templates[^1]) ?? 0);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _signed?.Dispose();
        _product?.Dispose();
        _pull?.Dispose();
    }

    private void Improve(int k, LayerStatistics sums, Penalty penalty, bool isMoreToCome)
    {
        if (templates.Length == 1 && sums.Form == CurvatureForm.Row && penalty is { IsNone: true, Kept: 0 } && _pull is null)
        {
            terms.Divide(sums, templates[0], isMoreToCome ? LeastShare : 0);
            return;
        }

        if (settings.IsEuclidean && k == 0)
            Descend(sums, penalty, isMoreToCome ? SweepsOfBatch : Sweeps);
        else
            Step(k, sums, penalty);
        if (isMoreToCome && k == 0 && !settings.IsEuclidean && penalty.Kept == 0)
            KeepAlive();
    }

    // A feature that no row has had yet shrinks by orders of magnitude in each update, and would be zero for good before its first row comes.
    private void KeepAlive()
    {
        Factor factor = templates[0];
        double mean = engine.ColumnSums(factor).Sum() / ((double)factor.Rows * factor.Rank);
        engine.AtLeast(factor, (float)(LeastShare * mean));
    }

    // β = 2, the templates next to the features.
    private void Descend(LayerStatistics sums, Penalty penalty, int sweeps)
    {
        (Gram gram, Factor product) = terms.ReadProblem(sums);
        if (templates.Length == 1)
        {
            (gram, product) = _pull?.AddTo(gram, product) ?? (gram, product);
            Minimise(gram, product, penalty, sweeps);
            return;
        }

        using Factor right = ProductOf(1, templates.Length), products = engine.Allocate(product.Rows, templates[0].Rank);
        using Gram outer = Outer(right, gram);
        engine.SmallProductTransposed(product, right, products);
        Minimise(outer, products, penalty, sweeps);
    }

    private void Minimise(Gram gram, Factor product, Penalty penalty, int sweeps)
    {
        if (_signed is not null)
            _signed.Solve(gram, product, penalty.L2, templates[0]);
        else if (settings.IsExact)
            FreeColumns.LeastSquares(engine, templates[0], gram, product, penalty);
        else
            engine.CoordinateDescent(templates[0], gram, product, penalty, sweeps);
    }

    private void Step(int k, LayerStatistics sums, Penalty penalty)
    {
        MultiplicativeTerms whole = settings.IsEuclidean ? EuclideanTerms(sums) : terms.ReadTerms(sums, Product);
        if (templates.Length == 1 && _pull is { IsWeighed: true })
            _pull.AddTo(whole, templates[0]);
        MultiplicativeTerms wide = whole;
        if (k < templates.Length - 1)
        {
            using Factor right = ProductOf(k + 1, templates.Length);
            wide = new MultiplicativeTerms(Times(whole.Numerator, right), Times(whole.Denominator, right));
        }

        MultiplicativeTerms own = wide;
        if (k > 0)
        {
            using Factor left = ProductOf(0, k);
            own = new MultiplicativeTerms(engine.Allocate(templates[k].Rows, templates[k].Rank), engine.Allocate(templates[k].Rows, templates[k].Rank));
            engine.ProjectTerms(left, wide, own);
        }

        engine.MultiplicativeUpdate(templates[k], own, penalty, settings.Beta);
        foreach (MultiplicativeTerms made in new[] { wide, own, whole }.Distinct().Where(made => settings.IsEuclidean || made != whole))
            made.Dispose();
    }

    // B, and V A.
    private MultiplicativeTerms EuclideanTerms(LayerStatistics sums)
    {
        (Gram gram, Factor product) = terms.ReadProblem(sums);
        var made = new MultiplicativeTerms(engine.Allocate(product.Rows, product.Rank), engine.Allocate(product.Rows, product.Rank));
        engine.Copy(product, made.Numerator);
        engine.GramProduct(Product, gram, made.Denominator);
        return made;
    }

    private void WeighPull(LayerStatistics sums, double weight)
    {
        if (settings.CreatePull is null || (weight < Growth * _weighedFor && weight >= _weighedFor / Growth))
            return;
        _pull?.Dispose();
        _pull = settings.CreatePull();
        if (_pull is null)
            return;
        _weighedFor = weight;
        if (settings.IsEuclidean)
        {
            using MultiplicativeTerms made = EuclideanTerms(sums);
            _pull.Weigh(templates[0], made.Denominator);
        }
        else
        {
            _pull.Weigh(templates[0], terms.ReadTerms(sums, Product).Denominator);
        }
    }

    // R A Rᵀ, on the host: of the size of the ranks.
    private Gram Outer(Factor right, Gram gram)
    {
        FactorMatrix r = right.ToMatrix();
        var inner = new double[ArraySize.Of(gram.Rank, gram.Rank)];
        gram.CopyTo(inner);
        Gram outer = engine.AllocateGram(right.Rows);
        outer.CopyFrom(SmallMatrices.Sandwich(r, inner));
        return outer;
    }

    private Factor Times(Factor term, Factor right)
    {
        Factor result = engine.Allocate(term.Rows, right.Rows);
        engine.SmallProductTransposed(term, right, result);
        return result;
    }

    // W_first … W_(end − 1), which is the caller's.
    private Factor ProductOf(int first, int end)
    {
        Factor product = engine.Allocate(templates[first].Rows, templates[first].Rank);
        engine.Copy(templates[first], product);
        for (int k = first + 1; k < end; k++)
        {
            Factor next = engine.Allocate(product.Rows, templates[k].Rank);
            engine.SmallProduct(product, templates[k], next);
            product.Dispose();
            product = next;
        }

        return product;
    }
}
