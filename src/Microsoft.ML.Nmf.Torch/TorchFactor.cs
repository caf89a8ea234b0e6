using System.Runtime.InteropServices;
using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>A factor as a tensor of float32, rows × rank, on the engine's device.</summary>
internal sealed class TorchFactor : Factor
{
    // Copies are made in pieces: TorchSharp gives a tensor's bytes as one span, which ends at 2 GB.
    private const int PieceFloats = 1 << 26;

    private readonly TorchMemory _memory;

    /// <summary>A factor of zeros.</summary>
    public TorchFactor(int rows, int rank, TorchMemory memory)
    {
        Rows = rows;
        Rank = rank;
        _memory = memory;
        // A start comes from the host's memory, and a result goes there, as one array.
        long bytes = (long)sizeof(float) * ArraySize.Of(rows, rank);
        memory.Demand(bytes, $"A factor of {rows} rows and rank {rank}");
        Values = torch.zeros(rows, rank, dtype: torch.ScalarType.Float32, device: memory.Device).DetachFromDisposeScope();
        memory.Hold(this, bytes);
    }

    /// <inheritdoc />
    public override int Rows { get; }

    /// <inheritdoc />
    public override int Rank { get; }

    /// <summary>The values.</summary>
    public torch.Tensor Values { get; private set; }

    /// <inheritdoc />
    public override void CopyFrom(ReadOnlySpan<float> values)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        int piece = Math.Max(PieceFloats / Math.Max(Rank, 1), 1);
        for (int row = 0; row < Rows; row += piece)
        {
            int count = Math.Min(piece, Rows - row);
            torch.Tensor host = torch.tensor(values.Slice(row * Rank, count * Rank).ToArray(), [count, Rank]);
            Values.narrow(0, row, count).copy_(host);
        }
    }

    /// <inheritdoc />
    public override void Exchange(Factor other)
    {
        var partner = (TorchFactor)other;
        (Values, partner.Values) = (partner.Values, Values);
    }

    /// <inheritdoc />
    public override void CopyTo(Span<float> values)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        int piece = Math.Max(PieceFloats / Math.Max(Rank, 1), 1);
        for (int row = 0; row < Rows; row += piece)
        {
            int count = Math.Min(piece, Rows - row);
            torch.Tensor host = Values.narrow(0, row, count).cpu().contiguous();
            MemoryMarshal.Cast<byte, float>(host.bytes)[..(count * Rank)].CopyTo(values[(row * Rank)..]);
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        if (_memory.Release(this))
            Values.Dispose();
    }
}
