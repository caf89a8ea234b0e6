using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The terms of the multiplicative update of F where only observed entries count, for any β: the numerator Σ u x x̂^(β−2) o and the denominator Σ u x̂^(β−1) o
/// over the observed entries of each row, with u the weight of the entry's column; and D_β, which counts the weight of the row as well. The weight of a row is
/// in neither term, since it makes no difference to its update. The entries of a row are processed <see cref="EntryProducts.Chunk"/> at a time. Cost 3·z·r.
/// </summary>
/// <param name="data">M.</param>
/// <param name="factor">F.</param>
/// <param name="other">O.</param>
/// <param name="beta">β.</param>
internal sealed class ObservedTermsKernel(ObservedData data, ManagedFactor factor, ManagedFactor other, double beta)
{
    /// <summary>Rows that are processed by a thread at a time: few, since a row may have very many entries.</summary>
    public const int PieceRows = 16;

    private const int Chunk = EntryProducts.Chunk;

    private readonly float _floor = data.Examples.FloorOf(beta);

    /// <summary>The number of pieces of some rows.</summary>
    public static int Pieces(int rows) => (int)(((long)rows + PieceRows - 1) / PieceRows);

    /// <summary>The first row of a piece, the number of its rows, their block, and the place of the first in it.</summary>
    public static (int First, int Count, int Block, int Place) Piece(int piece, int rows)
    {
        int first = piece * PieceRows;
        return (first, Math.Min(PieceRows, rows - first), first / ExampleMatrix.BlockRows, first % ExampleMatrix.BlockRows);
    }

    /// <summary>Computes the terms of a piece.</summary>
    /// <param name="piece">Which.</param>
    /// <param name="numerator">Receives its rows of the numerator; null when only the divergence is wanted.</param>
    /// <param name="denominator">Receives its rows of the denominator; null as well.</param>
    /// <param name="evaluate">Whether the divergence is wanted.</param>
    /// <param name="workspace">Working memory.</param>
    /// <returns>The divergence, or 0 when it is not wanted.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Compute(int piece, ManagedFactor? numerator, ManagedFactor? denominator, bool evaluate, Workspace workspace)
    {
        (int first, int count, int block, int place) = Piece(piece, data.Rows);
        CompressedBlock rows = data.Data.Blocks[block];
        double divergence = 0;
        for (int i = 0; i < count; i++)
        {
            int start = rows.Starts[place + i], length = rows.Starts[place + i + 1] - start;
            double ofRow = Row(rows.Columns.AsSpan(start, length), rows.Values.AsSpan(start, length), factor.RowRange(first + i, 1),
                numerator is null ? default : numerator.RowRange(first + i, 1), denominator is null ? default : denominator.RowRange(first + i, 1), evaluate,
                workspace);
            divergence += data.RowWeights is { } weights ? weights[first + i] * ofRow : ofRow;
        }

        return divergence;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Row(ReadOnlySpan<int> columns, ReadOnlySpan<float> values, ReadOnlySpan<float> f, Span<float> numerator, Span<float> denominator,
        bool evaluate, Workspace workspace)
    {
        Span<float> room = workspace.Floats(0, 5 * Chunk + DivergenceKernel.ScratchSize);
        Span<float> x = room[..Chunk], approximation = room.Slice(Chunk, Chunk), above = room.Slice(2 * Chunk, Chunk), below = room.Slice(3 * Chunk, Chunk);
        Span<float> counts = room.Slice(4 * Chunk, Chunk), scratch = room[(5 * Chunk)..];
        float dataFloor = beta <= 0 ? _floor : 0;
        numerator.Clear();
        denominator.Clear();
        double divergence = 0;
        for (int p = 0; p < columns.Length; p += Chunk)
        {
            int count = Math.Min(Chunk, columns.Length - p), padded = ManagedFactor.Padded(count);
            ReadOnlySpan<int> some = columns.Slice(p, count);
            values.Slice(p, count).CopyTo(x);
            x[count..padded].Clear();
            EntryProducts.Compute(f, other.Values, some, approximation);
            Weigh(x, approximation, above, below, padded, dataFloor);
            if (data.ColumnWeights is { } weights)
            {
                for (int e = 0; e < padded; e++)
                    counts[e] = e < count ? weights[some[e]] : 0;
                if (evaluate)
                {
                    PowerKernel.AtLeast(x[..padded], dataFloor);
                    divergence += DivergenceKernel.WeightedSum(x[..padded], approximation[..padded], below[..padded], counts[..padded], count, beta, scratch);
                }

                for (int e = 0; e < count; e++)
                    (above[e], below[e]) = (above[e] * counts[e], below[e] * counts[e]);
            }
            else if (evaluate)
            {
                divergence += DivergenceKernel.Sum(x, Chunk, dataFloor, approximation, below, above, Chunk, 1, count, beta, scratch);
            }

            if (numerator.IsEmpty)
                continue;
            WeightedRows.Add(above[..count], some, other.Values, numerator);
            WeightedRows.Add(below[..count], some, other.Values, denominator);
        }

        return divergence;
    }

    // x x̂^(β−2) and x̂^(β−1) of the entries.
    private void Weigh(Span<float> x, Span<float> approximation, Span<float> above, Span<float> below, int padded, float dataFloor)
    {
        if (beta == BetaDivergence.KullbackLeibler)
            below[..padded].Fill(1);
        WeightKernel.Weigh(
            new()
            {
                Data = x,
                DataStride = Chunk,
                Approximation = approximation,
                Numerator = above,
                Denominator = below,
                Stride = Chunk,
                Rows = 1,
                Vectors = padded / ManagedFactor.Lane,
            },
            _floor, dataFloor, beta);
    }
}
