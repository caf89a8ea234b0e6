namespace Microsoft.ML.Nmf.Engine;

/// <summary>The training data X in engine memory; <see cref="Transposed"/> is Xᵀ.</summary>
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
