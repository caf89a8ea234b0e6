using System.Runtime.InteropServices;
using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>A Gram matrix on the engine's device, in double for exact least squares and in float32 for everything else.</summary>
internal sealed class TorchGram : Gram
{
    private readonly TorchMemory _memory;

    /// <summary>A matrix of zeros.</summary>
    public TorchGram(int rank, TorchMemory memory)
    {
        Rank = rank;
        _memory = memory;
        long bytes = (sizeof(double) + sizeof(float)) * (long)ArraySize.Of(rank, rank, "A Gram matrix");
        memory.Demand(bytes, $"A Gram matrix of rank {rank}");
        Values = torch.zeros(rank, rank, dtype: torch.ScalarType.Float64, device: memory.Device).DetachFromDisposeScope();
        Singles = torch.zeros(rank, rank, dtype: torch.ScalarType.Float32, device: memory.Device).DetachFromDisposeScope();
        memory.Hold(this, bytes);
    }

    /// <inheritdoc />
    public override int Rank { get; }

    /// <summary>The values in double.</summary>
    public torch.Tensor Values { get; }

    /// <summary>The values in float32.</summary>
    public torch.Tensor Singles { get; }

    /// <summary>Sets the values.</summary>
    /// <param name="values">A symmetric r × r matrix in double.</param>
    public void Set(torch.Tensor values)
    {
        Values.copy_(values);
        Singles.copy_(values);
    }

    /// <inheritdoc />
    public override void CopyFrom(ReadOnlySpan<double> values)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Values.copy_(torch.tensor(values.ToArray(), [Rank, Rank]));
        Singles.copy_(Values);
    }

    /// <inheritdoc />
    public override void CopyTo(Span<double> values)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        MemoryMarshal.Cast<byte, double>(Values.cpu().bytes)[..(Rank * Rank)].CopyTo(values);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        if (!_memory.Release(this))
            return;
        Values.Dispose();
        Singles.Dispose();
    }
}
