namespace Microsoft.ML.Nmf.Engine;

/// <summary>A factor in engine memory, float32: one row for each example or feature, one column for each component.</summary>
internal abstract class Factor : IDisposable
{
    /// <summary>The number of rows.</summary>
    public abstract int Rows { get; }

    /// <summary>The number of columns.</summary>
    public abstract int Rank { get; }

    /// <summary>Copies values from the host, row after row.</summary>
    public abstract void CopyFrom(ReadOnlySpan<float> values);

    /// <summary>Exchanges the values of two factors of the same shape and engine, without copying them.</summary>
    public abstract void Exchange(Factor other);

    /// <summary>Copies its values to the host, row after row.</summary>
    public abstract void CopyTo(Span<float> values);

    /// <summary>A copy of its values on the host.</summary>
    public FactorMatrix ToMatrix()
    {
        var values = new float[ArraySize.Of(Rows, Rank)];
        CopyTo(values);
        return FactorMatrix.TakeOver(values, Rows, Rank);
    }

    /// <summary>Releases what the engine holds.</summary>
    public virtual void Dispose()
    {
    }
}

/// <summary>A Gram matrix FᵀF in engine memory, rank × rank.</summary>
internal abstract class Gram : IDisposable
{
    /// <summary>The number of rows and of columns.</summary>
    public abstract int Rank { get; }

    /// <summary>Copies values from the host, row after row.</summary>
    public abstract void CopyFrom(ReadOnlySpan<double> values);

    /// <summary>Copies its values to the host, row after row.</summary>
    public abstract void CopyTo(Span<double> values);

    /// <summary>Releases what the engine holds.</summary>
    public virtual void Dispose()
    {
    }
}

/// <summary>What coordinate descent minimises for every row f of a factor: ½ f G fᵀ − b fᵀ plus a penalty, over f ≥ 0.</summary>
/// <param name="Gram">G.</param>
/// <param name="Product">The rows b.</param>
/// <param name="Penalty">The penalty.</param>
internal readonly record struct DescentProblem(Gram Gram, Factor Product, Penalty Penalty);

/// <summary>What <see cref="ComputeEngine.StepByDescent"/> minimises, and how far it goes.</summary>
/// <param name="Gram">OᵀO.</param>
/// <param name="Penalty">The penalty on F.</param>
/// <param name="Sweeps">The most sweeps.</param>
/// <param name="Extrapolation">At least 0; 0 for descent alone.</param>
/// <param name="IsRough">Whether the product with the data may be right to a few parts in 10⁵ alone.</param>
internal readonly record struct DescentStep(Gram Gram, Penalty Penalty, int Sweeps, double Extrapolation, bool IsRough);

/// <summary>
/// The two parts of a multiplicative update of a factor F, F ← F ∘ (numerator / denominator)^γ. Where the denominator is
/// the same for every row, as under β = 1, it is kept as one row.
/// </summary>
/// <param name="Numerator">One value an entry of F.</param>
/// <param name="Denominator">One value an entry of F, or a single row.</param>
internal sealed record MultiplicativeTerms(Factor Numerator, Factor Denominator) : IDisposable
{
    /// <inheritdoc />
    public void Dispose()
    {
        Numerator.Dispose();
        Denominator.Dispose();
    }
}
