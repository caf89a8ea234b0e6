using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Dense data X or Xᵀ times a factor. X·W is summed in float32 within parts of the columns, with W packed for <see cref="QuadTile"/>; Xᵀ·H in float32 within a
/// block of rows and in double over the blocks of a part, in strips of columns that <see cref="OuterTile"/> reads as they lie. Cost p·q·r.
/// </summary>
/// <param name="scheduler">Runs the pieces.</param>
internal sealed class DenseProduct(BlockScheduler scheduler)
{
    /// <summary>The rows of X in a range of X·W, so many that a part of W serves them from the second cache.</summary>
    public const int RangeRows = 64;

    /// <summary>The strips of columns in a range of Xᵀ·H.</summary>
    public const int RangeStrips = 8;

    private const int Lane = ManagedFactor.Lane;
    private const int TileRows = 8;

    // The columns in a unit of work.
    private const int UnitColumns = 512;

    // The columns of a tile: more would lose digits in float32, fewer take longer, since a tile's sums are brought together at its end.
    private const int TileColumns = 4 * UnitColumns;

    // The floats of W that stay in the second cache.
    private const int CachedFloats = 128 * 1024;

    private readonly QuadPanel _panel = new();
    private readonly PartialSums _sums = new();

    /// <summary>result ← data · other.</summary>
    /// <param name="data">X or Xᵀ, p × q.</param>
    /// <param name="other">A factor, q × r.</param>
    /// <param name="result">Receives the product, p × r.</param>
    public void Multiply(DenseData data, ManagedFactor other, ManagedFactor result)
    {
        double cost = (double)data.Rows * data.Columns * other.Rank;
        if (data.IsTransposed)
            MultiplyTransposed(data.Source, other, result, cost);
        else
            Multiply(data.Source, other, result, cost);
    }

    private void Multiply(DenseExamples x, ManagedFactor other, ManagedFactor result, double cost)
    {
        _panel.Prepare(other);
        int units = (x.Columns + UnitColumns - 1) / UnitColumns;
        scheduler.Run(units, (double)x.Columns * other.Rank, unit =>
            _panel.Pack(other, unit * UnitColumns, Math.Min(UnitColumns, x.Columns - unit * UnitColumns)));
        var grid = WorkGrid.Of((x.Rows + RangeRows - 1) / RangeRows, units, cost);
        if (grid.Parts > 1)
            _sums.Prepare(grid, RangeRows * result.Stride);
        scheduler.Run(grid.Count, cost, piece =>
        {
            (int range, int part) = grid.At(piece);
            int first = range * RangeRows, rows = Math.Min(RangeRows, x.Rows - first);
            int start = WorkGrid.Start(part, grid.Parts, units) * UnitColumns;
            int end = Math.Min(WorkGrid.Start(part + 1, grid.Parts, units) * UnitColumns, x.Columns);
            Span<float> target = result.RowRange(first, rows);
            if (grid.Parts == 1)
            {
                Rows(x, first, rows, start, end, target, result.Stride);
                return;
            }

            Span<float> sums = _sums.Of(range, part);
            sums.Clear();
            Rows(x, first, rows, start, end, sums, result.Stride);
            if (_sums.End(range))
                _sums.Total(range)[..target.Length].CopyTo(target);
        });
    }

    // target ← rows of X, from a column to another, times those rows of W.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Rows(DenseExamples x, int first, int rows, int start, int end, Span<float> target, int stride)
    {
        (int block, int place) = Math.DivRem(first, ExampleMatrix.BlockRows);
        ReadOnlySpan<float> values = x.Blocks[block].Span[(place * x.Stride)..];
        if (start == end)
            target.Clear();
        int cached = Math.Max(CachedFloats / (_panel.Quads * QuadTile.Size) / UnitColumns, 1) * UnitColumns;
        for (int from = start; from < end; from += cached)
        {
            int to = Math.Min(from + cached, end);
            for (int row = 0; row < rows; row += TileRows)
            {
                int height = Math.Min(TileRows, rows - row);
                for (int column = from; column < to; column += TileColumns)
                {
                    // Fetches the same rows' next columns, then the next rows' first.
                    int ahead = column + TileColumns < to ? TileColumns : TileRows * x.Stride - (column - from);
                    QuadTile.Multiply(values[(row * x.Stride + column)..], x.Stride, height, _panel, column, Math.Min(TileColumns, to - column),
                        target[(row * stride)..], stride, column > start, ahead);
                }
            }
        }
    }

    private void MultiplyTransposed(DenseExamples x, ManagedFactor other, ManagedFactor result, double cost)
    {
        int strips = StripPanel.CountOf(x.Columns), blocks = x.Blocks.Length;
        var grid = WorkGrid.Of((strips + RangeStrips - 1) / RangeStrips, blocks, cost);
        int size = StripPanel.SizeOf(other.Rank);
        if (grid.Parts > 1)
            _sums.Prepare(grid, RangeStrips * size);
        scheduler.Run(grid.Count, cost, (piece, workspace) =>
        {
            (int range, int part) = grid.At(piece);
            int first = WorkGrid.Start(range, grid.Ranges, strips), count = WorkGrid.Start(range + 1, grid.Ranges, strips) - first;
            Span<double> sums = workspace.Doubles(0, count * size);
            int firstBlock = WorkGrid.Start(part, grid.Parts, blocks), lastBlock = WorkGrid.Start(part + 1, grid.Parts, blocks);
            Columns(x, other, firstBlock, lastBlock, first, count, sums, workspace.Floats(0, size));
            Span<float> narrow = grid.Parts == 1 ? workspace.Floats(1, count * size) : _sums.Of(range, part)[..(count * size)];
            Workspace.Narrow(sums, narrow);
            if (grid.Parts == 1)
                StripPanel.Unpack(narrow, first, count, result);
            else if (_sums.End(range))
                StripPanel.Unpack(_sums.Total(range), first, count, result);
        });
    }

    // sums ← Hᵀ X for some strips of columns and blocks of rows, a row of a strip for each component.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Columns(
        DenseExamples x, ManagedFactor other, int firstBlock, int lastBlock, int firstStrip, int strips, Span<double> sums, Span<float> scratch)
    {
        int size = scratch.Length;
        scratch.Clear();
        for (int block = firstBlock; block < lastBlock; block++)
        {
            (int first, int rows) = RowBlocks.Range(block, x.Rows);
            ReadOnlySpan<float> values = x.Blocks[block].Span, h = other.RowRange(first, rows);
            for (int strip = 0; strip < strips; strip++)
            {
                int column = (firstStrip + strip) * OuterTile.StripWidth;
                nint ahead = strip + 1 < strips ? OuterTile.StripWidth : 0;
                OuterTile.Multiply(values[column..], x.Stride, h, other.Stride, rows, scratch, OuterTile.StripWidth, other.Rank,
                    VectorsFrom(column, x.Columns), add: false, ahead);
                Workspace.Accumulate(scratch, sums.Slice(strip * size, size), add: block > firstBlock);
            }
        }

        if (firstBlock == lastBlock)
            sums.Clear();
    }

    /// <summary>The vectors of a strip that starts at a column.</summary>
    public static int VectorsFrom(int column, int columns) => columns - column > Lane ? 2 : 1;
}
