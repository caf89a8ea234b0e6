namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Sparse data in host memory, as compressed rows of X and, for the other view, of Xᵀ: products with either read the entries in order. The transpose doubles
/// the memory; it is made when it is first asked for.
/// </summary>
internal sealed class SparseData : DataMatrix
{
    /// <summary>The products from which on the frequent rows are used: finding them takes as long as they save in so many.</summary>
    public const int ProductsBeforeFrequent = 20;

    private readonly Lazy<SparseData> _transposed;
    private readonly Lazy<FrequentRows?> _frequent;
    private int _largeProducts;

    /// <summary>The view X. The view Xᵀ costs two passes over the entries.</summary>
    public SparseData(SparseExamples examples)
    {
        Examples = examples;
        Data = examples.Data;
        _transposed = new(() => new SparseData(examples, Data.Transpose(), this));
        _frequent = new(() => FrequentRows.Find(Data, _transposed.Value.Data));
    }

    private SparseData(SparseExamples examples, CompressedRows data, SparseData transposed)
    {
        Examples = examples;
        Data = data;
        _transposed = new(transposed);
        _frequent = new(() => FrequentRows.Find(Data, transposed.Data));
    }

    /// <summary>The entries of this view.</summary>
    public CompressedRows Data { get; }

    /// <summary>The densest rows of this view, stored a second time; null when they have too few of the entries. Found when first asked for.</summary>
    public FrequentRows? Frequent => _frequent.Value;

    /// <summary><see cref="Frequent"/> for a product with a factor beyond the cache; null for the first <see cref="ProductsBeforeFrequent"/> of them.</summary>
    public FrequentRows? FrequentWhereItPays() => _largeProducts++ >= ProductsBeforeFrequent ? Frequent : null;

    /// <inheritdoc />
    public override int Rows => Data.Rows;

    /// <inheritdoc />
    public override int Columns => Data.Columns;

    /// <inheritdoc />
    public override ExampleMatrix Examples { get; }

    /// <inheritdoc />
    public override DataMatrix Transposed => _transposed.Value;
}

/// <summary>Dense data in host memory, stored once as X; the view Xᵀ reads the same values with the strides exchanged.</summary>
internal sealed class DenseData : DataMatrix
{
    private readonly DenseData? _transposed;

    /// <summary>The view X of the examples.</summary>
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

    /// <summary>The values, examples × features for both views.</summary>
    public DenseExamples Source { get; }

    /// <summary>Whether this is the view Xᵀ, whose rows are the features.</summary>
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
