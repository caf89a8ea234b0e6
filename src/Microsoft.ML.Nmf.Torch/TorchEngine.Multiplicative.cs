using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

internal sealed partial class TorchEngine
{
    // Of the plain formulas, whose terms cancel: for β = 0 and 1, where the other form costs a quarter more of an iteration on a GPU, and for β far from both.
    private const double ReliablePlain = 1e-3;

    /// <inheritdoc />
    public override void ProjectTerms(Factor factor, MultiplicativeTerms terms, MultiplicativeTerms result)
    {
        CrossProduct(factor, terms.Numerator, result.Numerator);
        if (terms.Denominator.Rows == factor.Rows)
        {
            CrossProduct(factor, terms.Denominator, result.Denominator);
            return;
        }

        // For β = 1 the denominator is one row for all rows of the factor: multiply it by their sums.
        using DisposeScope scope = torch.NewDisposeScope();
        Of(result.Denominator).copy_(Of(factor).sum(0L).unsqueeze(1) * Of(terms.Denominator));
    }

    /// <inheritdoc />
    public override double ReliableShare(DataMatrix data, double beta)
    {
        bool hasOwnForm = beta is not (0 or 1) && (Math.Abs(beta) < DivergenceRule.Close || Math.Abs(beta - 1) < DivergenceRule.Close);
        return beta == 2 || hasOwnForm ? base.ReliableShare(data, beta) : ReliablePlain;
    }

    /// <inheritdoc />
    public override double ComputeTerms(DataMatrix data, Factor factor, Factor other, double beta, MultiplicativeTerms? terms, bool evaluate)
    {
        if (data.Examples is ObservedExamples)
            return ObservedTerms((TorchSparse)data, Of(factor), Of(other), beta, terms, evaluate);
        torch.Tensor f = Of(factor), o = Of(other);
        torch.Tensor? numerator = terms is null ? null : Of(terms.Numerator), denominator = terms is null || beta == 1 ? null : Of(terms.Denominator);
        if (terms is not null && beta == 1)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            Of(terms.Denominator).copy_(o.sum(0L, keepdim: true));
        }

        double divergence = beta == 1 && data is TorchSparse sparse
            ? KullbackLeibler(sparse, f, o, numerator, evaluate)
            : Tiles((TorchMatrix)data, f, o, beta, numerator, denominator, evaluate);
        return evaluate ? divergence : double.NaN;
    }

    /// <inheritdoc />
    public override void MultiplicativeUpdate(Factor factor, MultiplicativeTerms terms, Penalty penalty, double beta, double relaxation = 1)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor f = Of(factor), epsilon = Constant(MultiplicativeRule.Epsilon);
        torch.Tensor numerator = Of(terms.Numerator).add(epsilon, TorchScalars.One);
        torch.Tensor divisor = Of(terms.Denominator).add(epsilon, TorchScalars.One);
        torch.Tensor denominator = divisor;
        torch.Tensor? quadratic = null;
        if (penalty.IsQuadratic)
        {
            quadratic = f * Constant(penalty.L2 - penalty.Orthogonality);
            if (penalty.Orthogonality != 0)
                quadratic.add_(f.sum(1L, keepdim: true).mul_(Constant(penalty.Orthogonality)), TorchScalars.One);
            divisor = divisor.add(quadratic.clamp_min_(TorchScalars.Zero), TorchScalars.One);
        }

        if (penalty.L1 != 0)
            divisor = divisor.add(Constant(penalty.L1), TorchScalars.One);
        torch.Tensor step = Power(numerator / divisor, MultiplicativeRule.Exponent(beta) * relaxation);
        if (MultiplicativeRule.CanOvershoot(beta, penalty))
            step = Shorten(step, numerator, denominator, penalty.L1, quadratic!, divisor, beta);
        long free = factor.Rank - penalty.Kept;
        torch.Tensor updated = f.narrow(1, penalty.Kept, free);
        updated.mul_(step.narrow(1, penalty.Kept, free));
        updated.masked_fill_(updated.lt(Constant(MultiplicativeRule.Smallest)), TorchScalars.Zero);
    }

    // D_1 of sparse data: the approximation is computed at the stored entries only.
    private double KullbackLeibler(TorchSparse data, torch.Tensor factor, torch.Tensor other, torch.Tensor? numerator, bool evaluate)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor floor = Constant(data.Examples.FloorOf(1)), smallest = Constant(DivergenceRule.SmallestRatio);
        torch.Tensor logarithms = torch.zeros(1, dtype: torch.ScalarType.Float64, device: factor.device);
        data.MultiplyWeighted(
            (rows, columns, values, weights) =>
            {
                torch.Tensor approximation = factor.index_select(0, rows).mul_(other.index_select(0, columns)).sum(1L);
                weights.copy_(values / torch.maximum(approximation, floor));
                if (evaluate)
                    logarithms.add_((values * torch.maximum(weights, smallest).log_()).sum(torch.ScalarType.Float64), TorchScalars.One);
            },
            3L * sizeof(float) * factor.size(1), other, numerator);
        if (!evaluate)
            return double.NaN;
        torch.Tensor f = factor.sum(0L, type: torch.ScalarType.Float64), o = other.sum(0L, type: torch.ScalarType.Float64);
        return logarithms.item<double>() - data.Examples.Sum + (f * o).sum().item<double>();
    }

    // Any β: computes X̂ for one block of rows at a time.
    private double Tiles(TorchMatrix data, torch.Tensor factor, torch.Tensor other, double beta, torch.Tensor? numerator, torch.Tensor? denominator,
        bool evaluate)
    {
        using DisposeScope whole = torch.NewDisposeScope();
        bool mayBeNegative = beta == BetaDivergence.Euclidean && numerator is null;
        torch.Tensor floor = Constant(mayBeNegative ? float.NegativeInfinity : data.Examples.FloorOf(beta)), transposed = other.t();
        torch.Tensor sum = torch.zeros(1, dtype: torch.ScalarType.Float64, device: factor.device);
        int step = data.RowsAtOnce(copies: 6);
        for (int first = 0; first < data.Rows; first += step)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            int count = Math.Min(step, data.Rows - first);
            torch.Tensor approximation = torch.maximum(factor.narrow(0, first, count).mm(transposed), floor);
            torch.Tensor power = Power(approximation, beta - 1);
            denominator?.narrow(0, first, count).addmm_(power, other, beta: 0, alpha: 1);
            if (numerator is null && !evaluate)
                continue;
            torch.Tensor x = data.DenseRows(first, count);
            if (beta <= 0)
                x = torch.maximum(x, floor);
            if (evaluate)
                sum.add_(Divergences(x, approximation, power, beta).sum(torch.ScalarType.Float64), TorchScalars.One);
            if (numerator is not null)
                numerator.narrow(0, first, count).addmm_((power / approximation).mul_(x).clamp_max_(TorchScalars.LargestPower), other, beta: 0, alpha: 1);
        }

        return evaluate ? sum.item<double>() : double.NaN;
    }

    // d_β entry by entry, as the managed kernel computes it.
    private torch.Tensor Divergences(torch.Tensor x, torch.Tensor approximation, torch.Tensor power, double beta)
    {
        switch (beta)
        {
            case 2:
                torch.Tensor residual = x - approximation;
                return residual.mul_(residual).mul_(Constant(0.5));
            case 1:
                return torch.maximum(x / approximation, Constant(DivergenceRule.SmallestRatio)).log_().mul_(x).add_(approximation - x, TorchScalars.One);
            case 0:
                torch.Tensor quotient = x / approximation;
                return (quotient - quotient.log()).sub_(TorchScalars.One);
            case > 1 - DivergenceRule.Close and < 1 + DivergenceRule.Close:
                torch.Tensor logarithm = LogarithmOfRatio(x, approximation);
                return (x * logarithm).mul_(RelativeGrowth(logarithm * Constant(beta - 1))).add_(approximation - x, TorchScalars.One)
                    .mul_(power).mul_(Constant(1 / beta));
            case > -DivergenceRule.Close and < DivergenceRule.Close:
                torch.Tensor ofRatio = LogarithmOfRatio(x, approximation);
                torch.Tensor some = (approximation * ofRatio).mul_(RelativeGrowth(ofRatio * Constant(beta))).add_(approximation - x, TorchScalars.One)
                    .mul_(power).mul_(Constant(1 / (beta - 1)));
                return torch.where((x / approximation).gt(Constant(DivergenceRule.SmallestRatio)), some, (power * approximation).mul_(Constant(1 / beta)));
            default:
                // Mostly rounding where x and its approximation are close; ReliableShare says from where on it is not.
                return (Power(x, beta) - (power * x)).add_((power * (approximation - x)).mul_(Constant(beta - 1)), TorchScalars.One)
                    .mul_(Constant(1 / (beta * (beta - 1))));
        }
    }

    // log(x / y), and 0 where x is zero or its share of y denormal. Where x and y are close, log1p of their relative difference keeps the digits that the
    // rounded ratio loses.
    private torch.Tensor LogarithmOfRatio(torch.Tensor x, torch.Tensor y)
    {
        torch.Tensor ratio = x / y, difference = (x - y).div_(y);
        torch.Tensor logarithm = torch.where(difference.abs().lt(TorchScalars.Half), difference.log1p(), ratio.log());
        return torch.where(ratio.gt(Constant(DivergenceRule.SmallestRatio)), logarithm, torch.zeros_like(x));
    }

    // (exp(t) − 1) / t, which is 1 at 0.
    private static torch.Tensor RelativeGrowth(torch.Tensor t)
        => torch.where(t.eq(TorchScalars.Zero), torch.ones_like(t), t.expm1().div_(t));

    private torch.Tensor Power(torch.Tensor values, double exponent) => exponent switch
    {
        0 => torch.ones_like(values),
        1 => values,
        2 => (values * values).clamp_max_(TorchScalars.LargestPower),
        0.5 => values.sqrt(),
        -1 => values.reciprocal().clamp_max_(TorchScalars.LargestPower),
        -0.5 => values.rsqrt().clamp_max_(TorchScalars.LargestPower),
        _ => values.pow(Constant(exponent)).clamp_max_(TorchScalars.LargestPower),
    };

    // Halves the steps, on a logarithmic scale, for which the majoriser would rise: see MultiplicativeRule.
    private torch.Tensor Shorten(torch.Tensor step, torch.Tensor numerator, torch.Tensor denominator, float linear, torch.Tensor quadratic,
        torch.Tensor divisor, double beta)
    {
        torch.Tensor suspects = step.gt(TorchScalars.One).logical_and((step * quadratic).gt(divisor));
        torch.Tensor logarithm = step.log();
        torch.Tensor u = step;
        for (int halving = 0; halving < MultiplicativeRule.Halvings; halving++)
        {
            suspects = suspects.logical_and(Rise(u, logarithm, numerator, denominator, linear, quadratic, beta).gt(TorchScalars.Zero));
            logarithm = torch.where(suspects, logarithm * Constant(0.5), logarithm);
            u = torch.where(suspects, logarithm.exp(), u);
        }

        return u;
    }

    // How much the majoriser changes when an entry is multiplied by u.
    private torch.Tensor Rise(torch.Tensor u, torch.Tensor logarithm, torch.Tensor numerator, torch.Tensor denominator, float linear, torch.Tensor quadratic,
        double beta)
    {
        // (u^(β−1) − 1) / (β − 1), without the cancellation beside β = 1.
        torch.Tensor gain = logarithm * RelativeGrowth(logarithm * Constant(beta - 1));
        torch.Tensor loss = beta < 1 ? u - Constant(1) : (Power(u, beta) - Constant(1)).mul_(Constant(1 / beta));
        torch.Tensor penalty = ((u * u) - Constant(1)).mul_(quadratic).mul_(Constant(0.5));
        if (linear != 0)
            penalty.add_((u - Constant(1)).mul_(Constant(linear)), TorchScalars.One);
        return (denominator * loss).sub_(numerator * gain).add_(penalty, TorchScalars.One);
    }
}
