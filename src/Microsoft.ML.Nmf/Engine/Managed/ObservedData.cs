namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>Observed entries in host memory, as compressed rows of X and, for the other view, of Xᵀ.</summary>
internal sealed class ObservedData : DataMatrix
{
    private readonly ObservedExamples _examples;
    private readonly ObservedData _transposed;

    /// <summary>The view X, with the view Xᵀ computed. Cost: two passes over the entries.</summary>
    public ObservedData(ObservedExamples examples)
    {
        _examples = examples;
        Data = examples.Data;
        (RowWeights, ColumnWeights) = (examples.Weights?.Rows, examples.Weights?.Columns);
        _transposed = new ObservedData(this);
    }

    private ObservedData(ObservedData transposed)
    {
        _examples = transposed._examples;
        Data = transposed.Data.Transpose();
        (RowWeights, ColumnWeights) = (transposed.ColumnWeights, transposed.RowWeights);
        _transposed = transposed;
    }

    /// <summary>The entries of this view.</summary>
    public CompressedRows Data { get; }

    /// <summary>How often each row of this view counts; null for once.</summary>
    public float[]? RowWeights { get; }

    /// <summary>How often each column of this view counts; null for once.</summary>
    public float[]? ColumnWeights { get; }

    /// <inheritdoc />
    public override int Rows => Data.Rows;

    /// <inheritdoc />
    public override int Columns => Data.Columns;

    /// <inheritdoc />
    public override ExampleMatrix Examples => _examples;

    /// <inheritdoc />
    public override DataMatrix Transposed => _transposed;
}
