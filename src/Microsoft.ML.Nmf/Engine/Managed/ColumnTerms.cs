using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// <see cref="BetaTileKernel"/> for the factor whose rows are the columns of dense X, so that X is read as it lies. A tile is 32 rows by a strip of columns, in
/// the first cache: X̂ becomes the weights in place, and those are summed into the terms of the strip. The terms are summed in float32 within a block of
/// rows and in double over the blocks of a part, the divergence in double over the tiles.
/// </summary>
/// <param name="scheduler">Runs the pieces.</param>
internal sealed class ColumnTerms(BlockScheduler scheduler)
{
    private const int Width = OuterTile.StripWidth;
    private const int TileRows = OuterTile.StripWidth;
    private const int RangeColumns = DenseProduct.RangeStrips * Width;

    // Places of the workspace.
    private const int Right = 0, Approximation = 1, Numerators = 2, Denominators = 3, Left = 4, Scratch = 5, Sums = 6, Narrow = 7;

    private readonly PartialSums _sums = new();
    private double[] _divergences = [];

    /// <summary>Computes the terms.</summary>
    /// <param name="task">What is computed.</param>
    /// <param name="x">The data as it is stored.</param>
    /// <returns>The divergence, or 0 when it is not wanted.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Compute(BetaTileKernel.Task task, DenseExamples x)
    {
        int strips = StripPanel.CountOf(x.Columns), blocks = x.Blocks.Length, size = StripPanel.SizeOf(task.Factor.Rank);
        var grid = WorkGrid.Of((strips + DenseProduct.RangeStrips - 1) / DenseProduct.RangeStrips, blocks, task.Cost);
        int terms = task.Numerator is null ? 0 : task.Denominator is null ? 1 : 2;
        bool isShared = grid.Parts > 1 && terms > 0;
        if (isShared)
            _sums.Prepare(grid, terms * DenseProduct.RangeStrips * size);
        if (_divergences.Length < grid.Count)
            _divergences = new double[grid.Count];
        scheduler.Run(grid.Count, task.Cost, (piece, workspace) =>
        {
            (int range, int part) = grid.At(piece);
            int first = WorkGrid.Start(range, grid.Ranges, strips), count = WorkGrid.Start(range + 1, grid.Ranges, strips) - first;
            Span<double> sums = workspace.Doubles(0, terms * count * size);
            _divergences[piece] = Range(
                task, x, WorkGrid.Start(part, grid.Parts, blocks), WorkGrid.Start(part + 1, grid.Parts, blocks), first, count, terms, sums, workspace);
            Span<float> narrow = isShared ? _sums.Of(range, part)[..sums.Length] : workspace.Floats(Narrow, sums.Length);
            Workspace.Narrow(sums, narrow);
            if (terms == 0 || (isShared && !_sums.End(range)))
                return;
            ReadOnlySpan<float> total = isShared ? _sums.Total(range) : narrow;
            StripPanel.Unpack(total[..(count * size)], first, count, task.Numerator!);
            if (terms == 2)
                StripPanel.Unpack(total.Slice(count * size, count * size), first, count, task.Denominator!);
        });
        double divergence = 0;
        for (int piece = 0; piece < grid.Count; piece++)
            divergence += _divergences[piece];
        return divergence;
    }

    // The terms of a range of columns from the rows of a part: those of the numerator for every strip, then those of the denominator.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Range(BetaTileKernel.Task task, DenseExamples x, int firstBlock, int lastBlock, int firstStrip, int strips, int terms,
        Span<double> sums, Workspace workspace)
    {
        int size = StripPanel.SizeOf(task.Factor.Rank);
        Span<float> right = workspace.Floats(Right, strips * size), left = workspace.Floats(Left, size);
        Span<float> blockSums = workspace.Floats(Sums, terms * strips * size);
        for (int strip = 0; strip < strips; strip++)
            StripPanel.Pack(task.Factor, firstStrip + strip, right.Slice(strip * size, size));
        // Components that fill up to a multiple of 4 stay zero.
        blockSums.Clear();
        sums.Clear();
        double divergence = 0;
        for (int block = firstBlock; block < lastBlock; block++)
        {
            (int first, int rows) = RowBlocks.Range(block, x.Rows);
            ReadOnlySpan<float> data = x.Blocks[block].Span[(firstStrip * Width)..];
            for (int row = 0; row < rows; row += TileRows)
            {
                int height = Math.Min(TileRows, rows - row);
                StripPanel.PackRows(task.Other, first + row, height, left);
                divergence += Tile(task, x, data[(row * x.Stride)..], first + row, height, firstStrip, strips, right, left, blockSums, row > 0, workspace);
            }

            Workspace.Accumulate(blockSums, sums, add: block > firstBlock);
        }

        return divergence;
    }

    // Adds the terms of 32 rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Tile(BetaTileKernel.Task task, DenseExamples x, ReadOnlySpan<float> data, int first, int rows, int firstStrip, int strips,
        ReadOnlySpan<float> right, ReadOnlySpan<float> left, Span<float> sums, bool add, Workspace workspace)
    {
        int rank = task.Factor.Rank, size = StripPanel.SizeOf(rank), stride = task.Other.Stride;
        Span<float> approximation = workspace.Floats(Approximation, TileRows * RangeColumns);
        Span<float> denominators = workspace.Floats(Denominators, TileRows * RangeColumns);
        Span<float> numerators = task.Evaluate ? workspace.Floats(Numerators, TileRows * RangeColumns) : approximation;
        ReadOnlySpan<float> other = task.Other.RowRange(first, rows);
        for (int strip = 0; strip < strips; strip++)
        {
            int at = strip * Width, vectors = DenseProduct.VectorsFrom(firstStrip * Width + at, x.Columns);
            OuterTile.Multiply(right.Slice(strip * size, size), Width, left, TileRows, rank, approximation[at..], RangeColumns, rows, vectors, add: false);
            WeightKernel.Weigh(
                new()
                {
                    Data = data[at..],
                    DataStride = x.Stride,
                    Approximation = approximation[at..],
                    Numerator = numerators[at..],
                    Denominator = denominators[at..],
                    Stride = RangeColumns,
                    Rows = rows,
                    Vectors = vectors,
                },
                task.Floor, task.DataFloor, task.Beta);
            if (task.Numerator is not null)
                OuterTile.Multiply(numerators[at..], RangeColumns, other, stride, rows, sums[(strip * size)..], Width, rank, vectors, add);
            if (task.Denominator is not null)
                OuterTile.Multiply(denominators[at..], RangeColumns, other, stride, rows, sums[((strips + strip) * size)..], Width, rank, vectors, add);
        }

        int width = Math.Min(strips * Width, x.Columns - firstStrip * Width);
        return task.Evaluate
            ? DivergenceKernel.Sum(data, x.Stride, task.DataFloor, approximation, denominators, numerators, RangeColumns, rows, width, task.Beta,
                workspace.Floats(Scratch, DivergenceKernel.ScratchSize))
            : 0;
    }
}
