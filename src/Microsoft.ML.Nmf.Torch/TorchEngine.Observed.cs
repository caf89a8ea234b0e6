using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

internal sealed partial class TorchEngine
{
    /// <inheritdoc />
    public override void ScaleRows(Factor factor, float[] scales)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Of(factor).mul_(torch.tensor(scales, device: _memory.Device).unsqueeze(1));
    }

    /// <inheritdoc />
    public override double ObservedDescent(DataMatrix data, Factor factor, Factor other, Penalty penalty, int sweeps)
    {
        var observed = (TorchSparse)data;
        torch.Tensor f = Of(factor), o = Of(other);
        double divergence = 0;
        foreach ((int first, int count) in observed.Blocks(4L * sizeof(float) * factor.Rank))
        {
            using DisposeScope scope = torch.NewDisposeScope();
            (torch.Tensor rows, torch.Tensor columns, torch.Tensor values) = observed.Entries(first, count);
            using Scalar start = TorchScalars.Of(first);
            torch.Tensor? ofEntries = observed.ColumnCounts?.index_select(0, columns);
            var block = new TorchObservedDescent(f.narrow(0, first, count), o, rows.sub(start), columns, values, ofEntries);
            torch.Tensor squares = block.Descend(penalty, sweeps);
            if (observed.RowCounts is { } counts)
                squares.mul_(counts.index_select(0, rows));
            divergence += 0.5 * squares.sum(torch.ScalarType.Float64).item<double>();
        }

        return divergence;
    }

    // The terms over the observed entries, without the weights of the rows, and the divergence with them.
    private double ObservedTerms(TorchSparse data, torch.Tensor factor, torch.Tensor other, double beta, MultiplicativeTerms? terms, bool evaluate)
    {
        using DisposeScope whole = torch.NewDisposeScope();
        torch.Tensor floor = Constant(data.Examples.FloorOf(beta)), sum = torch.zeros(1, dtype: torch.ScalarType.Float64, device: factor.device);
        foreach ((int first, int count) in data.Blocks(4L * sizeof(float) * factor.size(1)))
        {
            using DisposeScope scope = torch.NewDisposeScope();
            (torch.Tensor rows, torch.Tensor columns, torch.Tensor values) = data.Entries(first, count);
            torch.Tensor approximation = torch.maximum(factor.index_select(0, rows).mul_(other.index_select(0, columns)).sum(1L), floor);
            torch.Tensor power = Power(approximation, beta - 1), x = beta <= 0 ? torch.maximum(values, floor) : values;
            torch.Tensor? counts = data.ColumnCounts?.index_select(0, columns);
            if (evaluate)
            {
                torch.Tensor divergences = Divergences(x, approximation, power, beta);
                if (counts is not null)
                    divergences.mul_(counts);
                if (data.RowCounts is { } ofRows)
                    divergences.mul_(ofRows.index_select(0, rows));
                sum.add_(divergences.sum(torch.ScalarType.Float64), TorchScalars.One);
            }

            if (terms is null)
                continue;
            torch.Tensor above = (power / approximation).mul_(x).clamp_max_(TorchScalars.LargestPower);
            using Scalar start = TorchScalars.Of(first);
            torch.Tensor local = rows.sub(start);
            Sum(above, Of(terms.Numerator));
            Sum(power, Of(terms.Denominator));

            void Sum(torch.Tensor weights, torch.Tensor result)
                => TorchSparse.MultiplyEntries(local, columns, counts is null ? weights : weights * counts, count, other, result.narrow(0, first, count));
        }

        return evaluate ? sum.item<double>() : double.NaN;
    }
}
