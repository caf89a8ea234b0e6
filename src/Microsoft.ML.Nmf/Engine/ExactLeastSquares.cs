using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine.Managed;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// q(X, A) = argmin over S ≥ 0 of ‖X − S Aᵀ‖² for one A, and the gradient of a loss back through it, all in double. The columns of A are scaled to lengths
/// from 1 to 2 by powers of two, A = A' diag(2^e), which rounds nothing: then neither the size of A nor a difference between the sizes of its columns matters.
/// What is in that unit is called scaled below: S' = S diag(2^e), so that S' A'ᵀ = S Aᵀ.
/// </summary>
internal sealed class ExactLeastSquares
{
    // Features that are worked on together, and rows of a product of r × r.
    private const int FeatureTile = 256;
    private const int RankTile = 16;

    private readonly BlockScheduler _scheduler;
    private readonly int _features;
    private readonly int _rank;
    private readonly int _stride;
    private readonly int[] _exponents;
    private readonly double[] _templates;
    private readonly PaddedGram _gram;

    /// <summary>Scales A and computes its Gram matrix. Cost m·r².</summary>
    /// <param name="templates">A, m × r, finite.</param>
    /// <param name="threads">The most threads to use, at least 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ExactLeastSquares(FactorMatrix templates, int threads)
    {
        _scheduler = new BlockScheduler(threads);
        (_features, _rank, _stride) = (templates.Rows, templates.Columns, DoubleKernel.Padded(templates.Columns));
        var squares = new double[_rank];
        for (int j = 0; j < _features; j++)
        {
            ReadOnlySpan<float> row = templates.Row(j);
            for (int k = 0; k < row.Length; k++)
                squares[k] += (double)row[k] * row[k];
        }

        _exponents = [.. squares.Select(square => square > 0 ? Math.ILogB(Math.Sqrt(square)) : 0)];
        _templates = Scale(templates, -1);
        _gram = PaddedGram.From(CrossProduct(_templates, _templates, _features), _rank, _stride);
    }

    /// <summary>Solves for S, rounds it to float32, and measures how far that is from optimal.</summary>
    /// <param name="data">X, n × m, finite.</param>
    /// <param name="start">An S whose positive entries are the supports to start from, or null for none.</param>
    /// <returns>
    /// S; and for each row the largest, over the columns k of A, of the violation of the condition of optimality for s_k over ‖a_k‖ (‖x‖ + Σ_l ‖a_l‖ s_l);
    /// infinite where S does not fit float32.
    /// </returns>
    public (FactorMatrix Solution, double[] Violations) Solve(FactorMatrix data, FactorMatrix? start)
    {
        var solution = new float[ArraySize.Of(data.Rows, _rank)];
        var violations = new double[data.Rows];
        _scheduler.Run(RowBlocks.Count(data.Rows), () => new Scratch(_rank), [MethodImpl(MethodImplOptions.AggressiveOptimization)] (b, scratch) =>
        {
            (int first, int count) = RowBlocks.Range(b, data.Rows);
            for (int i = first; i < first + count; i++)
            {
                ReadOnlySpan<float> x = data.Row(i);
                Array.Clear(scratch.Target);
                double square = 0;
                for (int j = 0; j < x.Length; j++)
                {
                    if (x[j] == 0)
                        continue;
                    square += (double)x[j] * x[j];
                    DoubleKernel.AddScaled(scratch.Target, _templates.AsSpan(j * _stride, _rank), x[j]);
                }

                for (int k = 0; k < _rank; k++)
                    scratch.Solution[k] = start is null ? 0 : start.Row(i)[k];
                scratch.Solver.Solve(_gram, scratch.Target, scratch.Solution);
                Span<float> s = solution.AsSpan(i * _rank, _rank);
                for (int k = 0; k < _rank; k++)
                    s[k] = (float)Math.ScaleB(scratch.Solution[k], -_exponents[k]);
                violations[i] = Violation(s, Math.Sqrt(square), scratch);
            }
        });
        return (FactorMatrix.TakeOver(solution, data.Rows, _rank), violations);
    }

    /// <summary>∂L/∂A and ∂L/∂X from ∂L/∂S with the supports held fixed. Cost 2·n·m·r, and about n·s³/6 for supports of s entries.</summary>
    /// <param name="data">X, n × m, finite.</param>
    /// <param name="solution">S.</param>
    /// <param name="gradient">∂L/∂S, finite.</param>
    public (FactorMatrix Templates, FactorMatrix Data) Backward(FactorMatrix data, FactorMatrix solution, FactorMatrix gradient)
    {
        double[] s = Scale(solution, 1), z = new double[ArraySize.Of(data.Rows, _stride)];
        _scheduler.Run(RowBlocks.Count(data.Rows), () => new Scratch(_rank), [MethodImpl(MethodImplOptions.AggressiveOptimization)] (b, scratch) =>
        {
            (int first, int count) = RowBlocks.Range(b, data.Rows);
            for (int i = first; i < first + count; i++)
            {
                for (int k = 0; k < _rank; k++)
                {
                    scratch.Target[k] = Math.ScaleB(gradient.Row(i)[k], -_exponents[k]);
                    scratch.Solution[k] = solution.Row(i)[k];
                }

                scratch.Solver.SolveOnSupport(_gram, scratch.Target, scratch.Solution);
                scratch.Solution.CopyTo(z.AsSpan(i * _stride));
            }
        });
        return (GradientOfTemplates(data, s, z), GradientOfData(data.Rows, z));
    }

    // (Xᵀ Z − A (Sᵀ Z + Zᵀ S)): from scaled S' and Z' it is (Xᵀ Z' − A' (S'ᵀ Z' + Z'ᵀ S')) diag(2^−e).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private FactorMatrix GradientOfTemplates(FactorMatrix data, double[] s, double[] z)
    {
        double[] symmetric = CrossProduct(s, z, data.Rows), other = CrossProduct(z, s, data.Rows);
        for (int at = 0; at < symmetric.Length; at++)
            symmetric[at] += other[at];
        var result = new float[ArraySize.Of(_features, _rank)];
        _scheduler.Run(Tiles(_features), [MethodImpl(MethodImplOptions.AggressiveOptimization)] (tile) =>
        {
            (int first, int features) = Tile(tile, _features);
            double[] fitted = new double[features * _stride], product = new double[features * _stride];
            double[] entries = new double[ExampleMatrix.BlockRows * FeatureTile];
            DoubleKernel.MultiplyAdd(_templates.AsSpan(first * _stride), _stride, 1, symmetric, _stride, fitted, _stride, features, _rank, _stride);
            for (int b = 0; b < RowBlocks.Count(data.Rows); b++)
            {
                (int start, int count) = RowBlocks.Range(b, data.Rows);
                for (int i = 0; i < count; i++)
                {
                    ReadOnlySpan<float> row = data.Row(start + i).Slice(first, features);
                    for (int j = 0; j < features; j++)
                        entries[i * FeatureTile + j] = row[j];
                }

                DoubleKernel.MultiplyAdd(entries, 1, FeatureTile, z.AsSpan(start * _stride), _stride, product, _stride, features, count, _stride);
            }

            for (int j = 0; j < features; j++)
            {
                for (int k = 0; k < _rank; k++)
                    result[(first + j) * _rank + k] = (float)Math.ScaleB(product[j * _stride + k] - fitted[j * _stride + k], -_exponents[k]);
            }
        });
        return FactorMatrix.TakeOver(result, _features, _rank);
    }

    // Z Aᵀ = Z' A'ᵀ.
    private FactorMatrix GradientOfData(int rows, double[] z)
    {
        var result = new float[ArraySize.Of(rows, _features)];
        _scheduler.Run(Tiles(_features), [MethodImpl(MethodImplOptions.AggressiveOptimization)] (tile) =>
        {
            (int first, int features) = Tile(tile, _features);
            double[] transposed = new double[_rank * FeatureTile], product = new double[ExampleMatrix.BlockRows * FeatureTile];
            for (int j = 0; j < features; j++)
            {
                for (int k = 0; k < _rank; k++)
                    transposed[k * FeatureTile + j] = _templates[(first + j) * _stride + k];
            }

            for (int b = 0; b < RowBlocks.Count(rows); b++)
            {
                (int start, int count) = RowBlocks.Range(b, rows);
                Array.Clear(product);
                DoubleKernel.MultiplyAdd(z.AsSpan(start * _stride), _stride, 1, transposed, FeatureTile, product, FeatureTile, count, _rank, FeatureTile);
                for (int i = 0; i < count; i++)
                {
                    for (int j = 0; j < features; j++)
                        result[(start + i) * _features + first + j] = (float)product[i * FeatureTile + j];
                }
            }
        });
        return FactorMatrix.TakeOver(result, rows, _features);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Violation(ReadOnlySpan<float> solution, double length, Scratch scratch)
    {
        double[] gradient = scratch.Target;
        ReadOnlySpan<double> lengths = _gram.Lengths.Span;
        double fitted = 0, worst = 0;
        for (int k = 0; k < _rank; k++)
            gradient[k] = -gradient[k];
        for (int l = 0; l < _rank; l++)
        {
            if (solution[l] == 0)
                continue;
            double value = Math.ScaleB(solution[l], _exponents[l]);
            fitted += lengths[l] * value;
            DoubleKernel.AddScaled(gradient, _gram.Row(l), value);
        }

        for (int k = 0; k < _rank; k++)
        {
            double violation = solution[k] > 0 ? Math.Abs(gradient[k]) : Math.Max(-gradient[k], 0);
            double share = violation == 0 ? 0 : violation / (lengths[k] * (length + fitted));
            worst = double.IsNaN(share) ? double.PositiveInfinity : Math.Max(worst, share);
        }

        return worst;
    }

    // A matrix with a column for each of A's, in double, as padded rows, with its columns multiplied by 2^e, or 2^−e where the sign is −1.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double[] Scale(FactorMatrix matrix, int sign)
    {
        var scaled = new double[ArraySize.Of(matrix.Rows, _stride)];
        for (int i = 0; i < matrix.Rows; i++)
        {
            ReadOnlySpan<float> row = matrix.Row(i);
            for (int k = 0; k < row.Length; k++)
                scaled[i * _stride + k] = Math.ScaleB(row[k], sign * _exponents[k]);
        }

        return scaled;
    }

    // AᵀB of two matrices of padded rows, r × r as padded rows.
    private double[] CrossProduct(double[] first, double[] second, int rows)
    {
        var product = new double[ArraySize.Of(_rank, _stride, "A Gram matrix")];
        _scheduler.Run((_rank + RankTile - 1) / RankTile, tile =>
        {
            int k = tile * RankTile;
            Span<double> target = product.AsSpan(k * _stride);
            ReadOnlySpan<double> left = first.AsSpan(Math.Min(k, first.Length));
            DoubleKernel.MultiplyAdd(left, 1, _stride, second, _stride, target, _stride, Math.Min(RankTile, _rank - k), rows, _stride);
        });
        return product;
    }

    private static int Tiles(int features) => (int)(((long)features + FeatureTile - 1) / FeatureTile);

    private static (int First, int Count) Tile(int tile, int features) => (tile * FeatureTile, Math.Min(FeatureTile, features - tile * FeatureTile));

    // The working memory of one thread.
    private sealed class Scratch(int rank)
    {
        public NonnegativeRowSolver Solver { get; } = new(rank, PivotingRule.DependentInDouble);

        public double[] Target { get; } = new double[rank];

        public double[] Solution { get; } = new double[rank];
    }
}
