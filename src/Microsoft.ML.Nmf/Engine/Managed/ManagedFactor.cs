namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// A factor in host memory, row after row, each row padded to a multiple of <see cref="Lane"/> floats. The padding is
/// always zero, so kernels work on whole vectors.
/// </summary>
internal sealed class ManagedFactor : Factor
{
    /// <summary>The floats in a vector of the kernels.</summary>
    public const int Lane = 16;

    /// <summary>A factor of zeros.</summary>
    public ManagedFactor(int rows, int rank)
    {
        Rows = rows;
        Rank = rank;
        Stride = Padded(rank);
        if ((long)rows * Stride > Array.MaxLength - Lane)
        {
            throw new InvalidOperationException(
                $"A factor of {rows} rows and rank {rank} takes {(long)rows * Stride} values, more than one array holds ({Array.MaxLength}). Train on fewer rows or with a smaller rank.");
        }

        Storage = new AlignedFloats(rows * Stride);
    }

    /// <inheritdoc />
    public override int Rows { get; }

    /// <inheritdoc />
    public override int Rank { get; }

    /// <summary>The floats from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>All values, padding included.</summary>
    public Span<float> Values => Storage.Span;

    /// <summary>Where the values are.</summary>
    public AlignedFloats Storage { get; }

    /// <summary>A factor with the values of a matrix.</summary>
    public static ManagedFactor From(FactorMatrix matrix)
    {
        var factor = new ManagedFactor(matrix.Rows, matrix.Columns);
        factor.CopyFrom(matrix.Values);
        return factor;
    }

    /// <summary>The columns rounded up to whole vectors.</summary>
    public static int Padded(int rank) => (rank + Lane - 1) / Lane * Lane;

    /// <summary>The values of a range of rows, padding included.</summary>
    public Span<float> RowRange(int first, int count) => Values.Slice(first * Stride, count * Stride);

    /// <inheritdoc />
    public override void CopyFrom(ReadOnlySpan<float> values)
    {
        for (int i = 0; i < Rows; i++)
            values.Slice(i * Rank, Rank).CopyTo(Values[(i * Stride)..]);
    }

    /// <inheritdoc />
    public override void CopyTo(Span<float> values)
    {
        for (int i = 0; i < Rows; i++)
            Values.Slice(i * Stride, Rank).CopyTo(values[(i * Rank)..]);
    }

    /// <summary>The transpose, one padded row a column.</summary>
    public AlignedFloats Transpose()
    {
        int stride = Padded(Rows);
        var transposed = new AlignedFloats(checked(Rank * stride));
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
