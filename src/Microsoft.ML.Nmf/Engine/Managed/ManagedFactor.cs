using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// A factor in host memory, row after row, each row padded with zeros to a multiple of <see cref="Lane"/> floats, so that kernels work on whole vectors. Every
/// kernel leaves the padding zero.
/// </summary>
internal sealed class ManagedFactor : Factor
{
    /// <summary>The floats in a vector of the kernels: 512 bits, which the runtime splits where the processor has narrower vectors.</summary>
    public const int Lane = 16;

    /// <summary>A factor of zeros.</summary>
    public ManagedFactor(int rows, int rank)
    {
        Rows = rows;
        Rank = rank;
        Stride = Padded(rank);
        if ((long)rows * Stride > AlignedFloats.MostLength)
        {
            throw new InvalidOperationException($"A factor of {rows} rows and rank {rank} takes {(long)rows * Stride} values, more than one array holds "
                + $"({Array.MaxLength}). Train on fewer rows or with a smaller rank.");
        }

        Storage = new AlignedFloats(rows, Stride);
    }

    /// <inheritdoc />
    public override int Rows { get; }

    /// <inheritdoc />
    public override int Rank { get; }

    /// <summary>The length of a padded row: floats from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>All values, padding included.</summary>
    public Span<float> Values => Storage.Span;

    /// <summary>The memory of <see cref="Values"/>, for lambdas, which cannot capture a span.</summary>
    public AlignedFloats Storage { get; private set; }

    /// <summary>A factor with the values of a matrix.</summary>
    public static ManagedFactor From(FactorMatrix matrix)
    {
        var factor = new ManagedFactor(matrix.Rows, matrix.Columns);
        factor.CopyFrom(matrix.Values);
        return factor;
    }

    /// <summary>The columns rounded up to whole vectors.</summary>
    /// <exception cref="InvalidOperationException">There are more than an array holds.</exception>
    public static int Padded(int rank)
        => rank <= Array.MaxLength - 2 * Lane
            ? (rank + Lane - 1) / Lane * Lane
            : throw new InvalidOperationException($"A row of {rank} values is longer than an array can be ({Array.MaxLength}). Use fewer columns.");

    /// <summary>The values of <paramref name="count"/> rows, padding included.</summary>
    public Span<float> RowRange(int first, int count) => Values.Slice(first * Stride, count * Stride);

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void CopyFrom(ReadOnlySpan<float> values)
    {
        for (int i = 0; i < Rows; i++)
            values.Slice(i * Rank, Rank).CopyTo(Values[(i * Stride)..]);
    }

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void CopyTo(Span<float> values)
    {
        for (int i = 0; i < Rows; i++)
            Values.Slice(i * Stride, Rank).CopyTo(values[(i * Rank)..]);
    }

    /// <inheritdoc />
    public override void Exchange(Factor other)
    {
        var partner = (ManagedFactor)other;
        (Storage, partner.Storage) = (partner.Storage, Storage);
    }

    /// <summary>Gives the memory back for the next factor; a variable that still names this one finds none.</summary>
    public override void Dispose()
    {
        Storage.Release();
        Storage = AlignedFloats.None;
    }

    /// <summary>A copy of the transpose, as padded rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public AlignedFloats Transpose()
    {
        int stride = Padded(Rows);
        var transposed = new AlignedFloats(Rank, stride);
        Span<float> target = transposed.Span;
        ReadOnlySpan<float> source = Values;
        for (int i = 0; i < Rows; i++)
        {
            for (int k = 0; k < Rank; k++)
                target[k * stride + i] = source[i * Stride + k];
        }

        return transposed;
    }
}

/// <summary>A Gram matrix in host memory, in double, row after row without padding.</summary>
internal sealed class ManagedGram(int rank) : Gram
{
    private AlignedFloats? _paddedRows;

    /// <inheritdoc />
    public override int Rank { get; } = rank;

    /// <summary>The values, row after row.</summary>
    public double[] Values { get; } = new double[ArraySize.Of(rank, rank, "A Gram matrix")];

    /// <inheritdoc />
    public override void CopyFrom(ReadOnlySpan<double> values) => values.CopyTo(Values);

    /// <inheritdoc />
    public override void CopyTo(Span<double> values) => Values.CopyTo(values);

    /// <summary>A copy in float32 as padded rows, an operand for <see cref="MatrixKernel"/>. Its memory is that of the copy before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public AlignedFloats ToPaddedRows()
    {
        int stride = ManagedFactor.Padded(Rank);
        AlignedFloats padded = _paddedRows ??= new AlignedFloats(Rank, stride);
        Span<float> target = padded.Span;
        for (int k = 0; k < Rank; k++)
        {
            for (int l = 0; l < Rank; l++)
                target[k * stride + l] = (float)Values[k * Rank + l];
        }

        return padded;
    }
}

/// <summary>
/// Floats that start at a 64-byte boundary, so that no vector load crosses two cache lines. Zero at first. The array is pinned, since the garbage collector
/// could move it off the boundary.
/// </summary>
internal sealed class AlignedFloats
{
    private const int LineBytes = 64;
    private const int LineFloats = LineBytes / sizeof(float);

    /// <summary>The most floats.</summary>
    public static readonly int MostLength = Array.MaxLength - LineFloats;

    private readonly int _offset;
    private float[] _storage;

    /// <summary>Room for <paramref name="length"/> floats.</summary>
    public AlignedFloats(int length)
        : this(1, length)
    {
    }

    /// <summary>Room for a matrix.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="stride">The floats of a padded row.</param>
    /// <exception cref="InvalidOperationException">There are more than an array holds.</exception>
    public AlignedFloats(int rows, int stride)
    {
        Length = ArraySize.Of(rows, stride);
        _storage = FreedMemory.Take(Length + LineFloats) ?? Allocate(Length + LineFloats);
        long address = Marshal.UnsafeAddrOfPinnedArrayElement(_storage, 0);
        _offset = (int)((LineBytes - address % LineBytes) % LineBytes) / sizeof(float);
    }

    /// <summary>No floats.</summary>
    public static AlignedFloats None { get; } = new(0, 0);

    /// <summary>The number of floats.</summary>
    public int Length { get; }

    /// <summary>The floats.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They have been released.</exception>
    public Span<float> Span => _storage.AsSpan(_offset, Length);

    /// <summary>Gives the memory back for what is allocated next.</summary>
    public void Release()
    {
        if (Length == 0)
            return;
        FreedMemory.Give(_storage);
        _storage = [];
    }

    private static float[] Allocate(int length)
    {
        float[] storage = GC.AllocateArray<float>(length, pinned: true);
        HugePages.Ask(storage);
        return storage;
    }
}
