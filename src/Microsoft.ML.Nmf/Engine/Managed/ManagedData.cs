namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>Sparse data and its transpose, both as compressed rows, so that either factor gathers whole rows.</summary>
internal sealed class SparseData : DataMatrix
{
    private readonly SparseData? _transposed;
    private readonly Lazy<FrequentRows?> _frequent;

    /// <summary>Keeps the examples and makes their transpose.</summary>
    public SparseData(SparseExamples examples)
    {
        Examples = examples;
        Data = examples.Data;
        _transposed = new SparseData(examples, Data.Transpose(), this);
        _frequent = new(() => FrequentRows.Find(Data, _transposed.Data));
    }

    private SparseData(SparseExamples examples, CompressedRows data, SparseData transposed)
    {
        Examples = examples;
        Data = data;
        _transposed = transposed;
        _frequent = new(() => FrequentRows.Find(Data, _transposed.Data));
    }

    /// <summary>The entries of this view.</summary>
    public CompressedRows Data { get; }

    /// <summary>The rows with the most entries, where they have a good part of all.</summary>
    public FrequentRows? Frequent => _frequent.Value;

    /// <inheritdoc />
    public override int Rows => Data.Rows;

    /// <inheritdoc />
    public override int Columns => Data.Columns;

    /// <inheritdoc />
    public override ExampleMatrix Examples { get; }

    /// <inheritdoc />
    public override DataMatrix Transposed => _transposed!;
}

/// <summary>Dense data, stored once; the transpose is the same storage read the other way.</summary>
internal sealed class DenseData : DataMatrix
{
    private readonly DenseData? _transposed;

    /// <summary>Keeps the examples.</summary>
    public DenseData(DenseExamples examples)
    {
        Source = examples;
        _transposed = new DenseData(examples, this);
    }

    private DenseData(DenseExamples examples, DenseData transposed)
    {
        Source = examples;
        IsTransposed = true;
        _transposed = transposed;
    }

    /// <summary>The values, stored as examples × features in either view.</summary>
    public DenseExamples Source { get; }

    /// <summary>Whether the rows of this view are the features.</summary>
    public bool IsTransposed { get; }

    /// <inheritdoc />
    public override int Rows => IsTransposed ? Source.Columns : Source.Rows;

    /// <inheritdoc />
    public override int Columns => IsTransposed ? Source.Rows : Source.Columns;

    /// <inheritdoc />
    public override ExampleMatrix Examples => Source;

    /// <inheritdoc />
    public override DataMatrix Transposed => _transposed!;
}
