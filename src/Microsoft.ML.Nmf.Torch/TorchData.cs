using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>The training data of the Torch engine: on its device where it fits, otherwise on the host, from where it is streamed in blocks of rows.</summary>
internal abstract class TorchMatrix(TorchMemory memory, bool isResident) : DataMatrix
{
    /// <summary>Whether the data lies on the device.</summary>
    public bool IsResident { get; } = isResident;

    /// <summary>The device and what may be used of it.</summary>
    protected TorchMemory Memory { get; } = memory;

    /// <summary>result ← M·O.</summary>
    public abstract void Multiply(torch.Tensor other, torch.Tensor result);

    /// <summary>A block of rows in dense form on the device, float32; the caller's dispose scope owns it.</summary>
    public abstract torch.Tensor DenseRows(int first, int count);

    /// <summary>How many rows fit the working memory in dense form.</summary>
    /// <param name="copies">How many dense matrices of those rows there are at once.</param>
    public int RowsAtOnce(int copies) => Memory.RowsAtOnce(Rows, (long)sizeof(float) * Columns * copies);
}

/// <summary>Dense data, stored once; the transpose is a view of it.</summary>
internal sealed class TorchDense : TorchMatrix
{
    private readonly torch.Tensor _values;
    private readonly TorchDense _transposed;

    /// <summary>Brings the examples to the device, or to a tensor on the host where they do not fit.</summary>
    public TorchDense(DenseExamples examples, TorchMemory memory)
        : base(memory, memory.Fits(examples.Bytes))
    {
        Examples = examples;
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Device device = IsResident ? memory.Device : torch.CPU;
        _values = torch.empty(examples.Rows, examples.Columns, dtype: torch.ScalarType.Float32, device: device).DetachFromDisposeScope();
        for (int b = 0; b < examples.Blocks.Length; b++)
        {
            (int first, int count) = RowBlocks.Range(b, examples.Rows);
            using torch.Tensor block = torch.tensor(examples.CopyOfBlock(b), [count, examples.Columns]);
            _values.narrow(0, first, count).copy_(block);
        }

        _transposed = new TorchDense(this);
        memory.Hold(this, IsResident ? examples.Bytes : 0);
    }

    private TorchDense(TorchDense transposed)
        : base(transposed.Memory, transposed.IsResident)
    {
        Examples = transposed.Examples;
        _values = transposed._values.t().DetachFromDisposeScope();
        _transposed = transposed;
    }

    /// <inheritdoc />
    public override int Rows => (int)_values.size(0);

    /// <inheritdoc />
    public override int Columns => (int)_values.size(1);

    /// <inheritdoc />
    public override ExampleMatrix Examples { get; }

    /// <inheritdoc />
    public override DataMatrix Transposed => _transposed;

    /// <inheritdoc />
    public override void Multiply(torch.Tensor other, torch.Tensor result)
    {
        if (IsResident)
        {
            result.addmm_(_values, other, beta: 0, alpha: 1);
            return;
        }

        int step = RowsAtOnce(copies: 2);
        for (int first = 0; first < Rows; first += step)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            int count = Math.Min(step, Rows - first);
            result.narrow(0, first, count).addmm_(DenseRows(first, count), other, beta: 0, alpha: 1);
        }
    }

    /// <inheritdoc />
    public override torch.Tensor DenseRows(int first, int count) => _values.narrow(0, first, count).to(Memory.Device);

    /// <inheritdoc />
    public override void Dispose()
    {
        if (!Memory.Release(this))
            return;
        _values.Dispose();
        _transposed._values.Dispose();
    }
}
