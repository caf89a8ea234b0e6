using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// A chain of two factors one of which keeps the norm of its columns: after each iteration they are scaled back to it, and those of the other factor the other
/// way, which leaves the product. So a penalty on the other factor cannot be escaped by shrinking it, as in sparse coding, where the dictionary has unit
/// columns (<see href="https://doi.org/10.1016/S0042-6989%2897%2900169-7">Olshausen and Field 1997</see>). Scaling back raises the penalty a little, and with
/// it the objective.
/// </summary>
internal sealed class NormedChain : IIterativeSolver, IDisposable
{
    private readonly ComputeEngine _engine;
    private readonly FactorChain _chain;
    private readonly (Factor Normed, Factor Other) _factors;
    private readonly double _norm;
    private readonly int _first;
    private readonly Gram _gram;
    private readonly (Factor Normed, Factor Other) _scaled;

    /// <summary>Scales the columns once, to a norm that is the root of the mean of their squared norms.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="chain">The chain, which becomes this one's.</param>
    /// <param name="normed">The factor that keeps the norm.</param>
    /// <param name="other">The other one.</param>
    /// <param name="first">How many of the first columns are left as they are, because others hold their scale.</param>
    public NormedChain(ComputeEngine engine, FactorChain chain, Factor normed, Factor other, int first)
    {
        _engine = engine;
        _chain = chain;
        _factors = (normed, other);
        _first = first;
        _gram = engine.AllocateGram(normed.Rank);
        _scaled = (engine.Allocate(normed.Rows, normed.Rank), engine.Allocate(other.Rows, other.Rank));
        double[] squares = SquaredNorms();
        _norm = Math.Sqrt(squares.Skip(first).DefaultIfEmpty(0).Average());
        Normalize(squares);
    }

    /// <inheritdoc />
    public double Resolution => _chain.Resolution;

    /// <inheritdoc />
    public string Remedy => _chain.Remedy;

    /// <inheritdoc />
    public long UnsolvedRows => _chain.UnsolvedRows;

    /// <inheritdoc />
    public (double Objective, double Divergence) Evaluate() => _chain.Evaluate();

    /// <inheritdoc />
    public void Advance()
    {
        _chain.Advance();
        Normalize(SquaredNorms());
    }

    /// <inheritdoc />
    public SolverState ReadState(RecordedParts parts) => _chain.ReadState(parts);

    /// <inheritdoc />
    public void Dispose()
    {
        _gram.Dispose();
        _scaled.Normed.Dispose();
        _scaled.Other.Dispose();
        _chain.Dispose();
    }

    private double[] SquaredNorms()
    {
        int rank = _gram.Rank;
        var values = new double[rank * rank];
        _engine.Gram(_factors.Normed, _gram);
        _gram.CopyTo(values);
        return [.. Enumerable.Range(0, rank).Select(k => values[k * (rank + 1)])];
    }

    private void Normalize(double[] squares)
    {
        // A column that has vanished has no scale.
        double[] by = [.. squares.Select((square, k) => k < _first || !(square > 0) || _norm == 0 ? 1 : _norm / Math.Sqrt(square))];
        Scale(_factors.Normed, by, _scaled.Normed);
        Scale(_factors.Other, [.. by.Select(scale => 1 / scale)], _scaled.Other);
    }

    private void Scale(Factor factor, double[] by, Factor scaled)
    {
        var diagonal = new double[by.Length * by.Length];
        for (int k = 0; k < by.Length; k++)
            diagonal[k * (by.Length + 1)] = by[k];
        _gram.CopyFrom(diagonal);
        _engine.GramProduct(factor, _gram, scaled);
        factor.Exchange(scaled);
        _chain.Products.Changed(factor);
    }
}
