using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>
/// Sparse data, or the observed entries of data with holes, as the coordinates and values of its entries in the order of the rows and, where they lie on the
/// device, as a coalesced COO tensor too. The transpose is stored as a second matrix.
/// </summary>
internal sealed class TorchSparse : TorchMatrix
{
    // Two int64 coordinates and a float32 value, for the entries and again for the COO tensor; and a float32 weight.
    private const long BytesPerEntry = 2 * (2 * sizeof(long) + sizeof(float)) + sizeof(float);

    private readonly long[] _starts;
    private readonly torch.Tensor _rows;
    private readonly torch.Tensor _columns;
    private readonly torch.Tensor _values;
    private readonly torch.Tensor? _matrix;
    private readonly TorchSparse _transposed;
    private torch.Tensor? _weights;

    /// <summary>Brings the examples and their transpose to the device, or to tensors on the host where they do not fit.</summary>
    public TorchSparse(SparseExamples examples, TorchMemory memory)
        : this(examples, examples.Data, null, memory, memory.Fits(BytesOf(examples)), null)
        => memory.Hold(this, IsResident ? BytesOf(examples) : 0);

    /// <summary>Brings observed entries and their transpose to the device, or to tensors on the host where they do not fit.</summary>
    public TorchSparse(ObservedExamples examples, TorchMemory memory)
        : this(examples, examples.Data, examples.Weights, memory, memory.Fits(BytesOf(examples)), null)
        => memory.Hold(this, IsResident ? BytesOf(examples) : 0);

    private TorchSparse(
        ExampleMatrix examples, CompressedRows data, ExampleWeights? weights, TorchMemory memory, bool isResident, TorchSparse? transposed)
        : base(memory, isResident)
    {
        Examples = examples;
        Rows = data.Rows;
        Columns = data.Columns;
        using DisposeScope scope = torch.NewDisposeScope();
        // Sparse matrices come as one array of entries.
        int entries = ArraySize.Of(1, (int)Math.Min(data.NonZeros, int.MaxValue), "A list of entries");
        long[] rows = new long[entries], columns = new long[entries];
        float[] values = new float[entries];
        _starts = new long[data.Rows + 1];
        long to = 0;
        for (int b = 0; b < data.Blocks.Length; b++)
        {
            CompressedBlock block = data.Blocks[b];
            for (int i = 0; i < block.Rows; i++)
            {
                int row = b * ExampleMatrix.BlockRows + i;
                for (int p = block.Starts[i]; p < block.Starts[i + 1]; p++, to++)
                {
                    rows[to] = row;
                    columns[to] = block.Columns[p];
                    values[to] = block.Values[p];
                }

                _starts[row + 1] = to;
            }
        }

        (RowCounts, ColumnCounts) = (CountsOf(weights?.Rows), CountsOf(weights?.Columns));
        torch.Device device = isResident ? memory.Device : torch.CPU;
        torch.Tensor indices = torch.stack([torch.tensor(rows), torch.tensor(columns)]).to(device);
        _values = torch.tensor(values).to(device).DetachFromDisposeScope();
        _rows = indices.select(0, 0).DetachFromDisposeScope();
        _columns = indices.select(0, 1).DetachFromDisposeScope();
        if (isResident)
            _matrix = Coalesced(indices, _values, data.Rows, data.Columns).DetachFromDisposeScope();
        ExampleWeights? exchanged = weights is null ? null : new ExampleWeights(weights.Columns, weights.Rows);
        _transposed = transposed ?? new TorchSparse(examples, data.Transpose(), exchanged, memory, isResident, this);

        torch.Tensor? CountsOf(float[]? of) => of is null ? null : torch.tensor(of, device: memory.Device).DetachFromDisposeScope();
    }

    /// <summary>How often each row of this view counts, on the device; null for once.</summary>
    public torch.Tensor? RowCounts { get; }

    /// <summary>How often each column of this view counts, on the device; null for once.</summary>
    public torch.Tensor? ColumnCounts { get; }

    /// <inheritdoc />
    public override int Rows { get; }

    /// <inheritdoc />
    public override int Columns { get; }

    /// <inheritdoc />
    public override ExampleMatrix Examples { get; }

    /// <inheritdoc />
    public override DataMatrix Transposed => _transposed;

    /// <inheritdoc />
    public override void Multiply(torch.Tensor other, torch.Tensor result)
    {
        if (_matrix is not null)
        {
            result.addmm_(_matrix, other, beta: 0, alpha: 1);
            return;
        }

        foreach ((int first, int count) in Blocks(sizeof(float) * other.size(1)))
        {
            using DisposeScope scope = torch.NewDisposeScope();
            (torch.Tensor rows, torch.Tensor columns, torch.Tensor values) = Entries(first, count);
            using Scalar start = TorchScalars.Of(first);
            MultiplyEntries(rows.sub(start), columns, values, count, other, result.narrow(0, first, count));
        }
    }

    /// <inheritdoc />
    public override torch.Tensor DenseRows(int first, int count)
    {
        torch.Tensor dense = torch.zeros((long)count * Columns, dtype: torch.ScalarType.Float32, device: Memory.Device);
        (torch.Tensor rows, torch.Tensor columns, torch.Tensor values) = Entries(first, count);
        using Scalar start = TorchScalars.Of(first), width = TorchScalars.Of(Columns);
        dense.scatter_(0, rows.sub(start).mul_(width).add_(columns, TorchScalars.One), values);
        return dense.view(count, Columns);
    }

    /// <summary>The bytes that the entries and those of the transpose take on a device.</summary>
    public static long BytesOf(ExampleMatrix examples)
        => 2 * BytesPerEntry * (examples is ObservedExamples observed ? observed.Observed : examples.NonZeros);

    /// <summary>The coordinates and values of the entries of a block of rows, on the device; the rows count from the first of all.</summary>
    public (torch.Tensor Rows, torch.Tensor Columns, torch.Tensor Values) Entries(int first, int count)
    {
        long start = _starts[first], length = _starts[first + count] - start;
        torch.Tensor OnDevice(torch.Tensor whole) => whole.narrow(0, start, length).to(Memory.Device);
        return (OnDevice(_rows), OnDevice(_columns), OnDevice(_values));
    }

    /// <summary>Blocks of rows whose entries, at some bytes each, fit the working memory; a row is never cut.</summary>
    public IEnumerable<(int First, int Count)> Blocks(long bytesPerEntry)
    {
        long most = Math.Max(Memory.Work / Math.Max(bytesPerEntry, 1), 1);
        for (int first = 0; first < Rows;)
        {
            int end = first + 1;
            while (end < Rows && _starts[end + 1] - _starts[first] <= most)
                end++;
            yield return (first, end - first);
            first = end;
        }
    }

    /// <summary>
    /// A matrix with the same entries and other values, which <paramref name="fill"/> writes in place, times O. Where the data is streamed, a block at a time.
    /// </summary>
    /// <param name="fill">Gets the first row of a block, its coordinates, its values, and where to write the others.</param>
    /// <param name="bytesPerEntry">What <paramref name="fill"/> needs.</param>
    /// <param name="other">O.</param>
    /// <param name="result">Receives the product; null when only <paramref name="fill"/> is wanted.</param>
    public void MultiplyWeighted(Action<torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor> fill, long bytesPerEntry,
        torch.Tensor other, torch.Tensor? result)
    {
        foreach ((int first, int count) in Blocks(bytesPerEntry))
        {
            using DisposeScope scope = torch.NewDisposeScope();
            (torch.Tensor rows, torch.Tensor columns, torch.Tensor values) = Entries(first, count);
            if (_matrix is not null)
            {
                _weights ??= Coalesced(torch.stack([_rows, _columns]), _values, Rows, Columns).DetachFromDisposeScope();
                fill(rows, columns, values, _weights.SparseValues.narrow(0, _starts[first], values.size(0)));
                continue;
            }

            torch.Tensor weights = torch.empty_like(values);
            fill(rows, columns, values, weights);
            if (result is null)
                continue;
            using Scalar start = TorchScalars.Of(first);
            MultiplyEntries(rows.sub(start), columns, weights, count, other, result.narrow(0, first, count));
        }

        if (_matrix is not null && result is not null && _weights is not null)
            result.addmm_(_weights, other, beta: 0, alpha: 1);
        else if (_matrix is not null)
            result?.zero_();
    }

    /// <summary>result ← a sparse matrix, given by its entries, times O.</summary>
    /// <param name="rows">The row of each entry, from 0 on.</param>
    /// <param name="columns">Its column.</param>
    /// <param name="values">Its value.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="other">O.</param>
    /// <param name="result">Receives the product.</param>
    public static void MultiplyEntries(torch.Tensor rows, torch.Tensor columns, torch.Tensor values, int count, torch.Tensor other, torch.Tensor result)
    {
        torch.Tensor matrix = torch.sparse_coo_tensor(torch.stack([rows, columns]), values, [count, other.size(0)]);
        result.addmm_(matrix, other, beta: 0, alpha: 1);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        if (!Memory.Release(this))
            return;
        DisposeOwn();
        _transposed.DisposeOwn();
    }

    private void DisposeOwn()
    {
        _rows.Dispose();
        _columns.Dispose();
        _values.Dispose();
        _matrix?.Dispose();
        RowCounts?.Dispose();
        ColumnCounts?.Dispose();
        _weights?.Dispose();
        _weights = null;
    }

    // There is no coalesce(), but an elementwise function of sparse values returns a coalesced tensor; ours are not negative.
    private static torch.Tensor Coalesced(torch.Tensor indices, torch.Tensor values, int rows, int columns)
        => torch.sparse_coo_tensor(indices, values, [rows, columns]).abs();
}
