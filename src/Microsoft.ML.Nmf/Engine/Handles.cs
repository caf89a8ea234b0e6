namespace Microsoft.ML.Nmf.Engine;

/// <summary>The training data where an engine works on it: X, or Xᵀ as seen through <see cref="Transposed"/>.</summary>
internal abstract class DataMatrix : IDisposable
{
    /// <summary>The number of rows of this view.</summary>
    public abstract int Rows { get; }

    /// <summary>The number of columns of this view.</summary>
    public abstract int Columns { get; }

    /// <summary>The data in host memory; its totals are the same for both views.</summary>
    public abstract ExampleMatrix Examples { get; }

    /// <summary>The same data with rows and columns exchanged; both views share their storage.</summary>
    public abstract DataMatrix Transposed { get; }

    /// <summary>Releases what the engine holds.</summary>
    public virtual void Dispose()
    {
    }
}

/// <summary>A tall matrix of float32 where an engine works on it: one row an example or a feature, one column a component.</summary>
internal abstract class Factor : IDisposable
{
    /// <summary>The number of rows.</summary>
    public abstract int Rows { get; }

    /// <summary>The number of columns.</summary>
    public abstract int Rank { get; }

    /// <summary>Takes values from the host, row after row.</summary>
    public abstract void CopyFrom(ReadOnlySpan<float> values);

    /// <summary>Gives its values to the host, row after row.</summary>
    public abstract void CopyTo(Span<float> values);

    /// <summary>A copy of its values on the host.</summary>
    public FactorMatrix ToMatrix()
    {
        var values = new float[Rows * Rank];
        CopyTo(values);
        return FactorMatrix.TakeOver(values, Rows, Rank);
    }

    /// <summary>Releases what the engine holds.</summary>
    public virtual void Dispose()
    {
    }
}

/// <summary>A small square matrix FᵀF where an engine works on it.</summary>
internal abstract class Gram : IDisposable
{
    /// <summary>The number of rows and of columns.</summary>
    public abstract int Rank { get; }

    /// <summary>Takes values from the host, row after row.</summary>
    public abstract void CopyFrom(ReadOnlySpan<double> values);

    /// <summary>Gives its values to the host, row after row.</summary>
    public abstract void CopyTo(Span<double> values);

    /// <summary>Releases what the engine holds.</summary>
    public virtual void Dispose()
    {
    }
}

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
