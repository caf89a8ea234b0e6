using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// <see cref="BetaTileKernel"/> for the factor whose rows are the rows of the data as it is stored: dense X, and sparse data from either side. A tile is 32
/// rows by 480 columns: of X̂ a strip at a time comes into the first cache and is weighed there, and the products follow from the whole tile. The terms are
/// summed in float32, the divergence in double over the tiles.
/// </summary>
/// <param name="scheduler">Runs the pieces.</param>
internal sealed class RowTerms(BlockScheduler scheduler)
{
    private const int TileRows = OuterTile.StripWidth;
    private const int TileStrips = 15;
    private const int TileColumns = TileStrips * OuterTile.StripWidth;
    private const int TileSize = TileRows * TileColumns;
    private const int RangeRows = DenseProduct.RangeRows;

    // Places of the workspace.
    private const int Left = 0, Approximation = 1, Numerators = 2, Denominators = 3, Values = 4, Scratch = 5;

    private readonly StripPanel _strips = new();
    private readonly QuadPanel _quads = new();
    private readonly PartialSums _sums = new();
    private double[] _divergences = [];

    /// <summary>Computes the terms.</summary>
    /// <returns>The divergence, or 0 when it is not wanted.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Compute(BetaTileKernel.Task task)
    {
        int columns = task.Data.Columns, units = (columns + TileColumns - 1) / TileColumns, stride = task.Factor.Stride;
        Pack(task, units);
        var grid = WorkGrid.Of((task.Data.Rows + RangeRows - 1) / RangeRows, units, task.Cost);
        bool isShared = grid.Parts > 1 && task.Numerator is not null;
        int size = RangeRows * stride;
        if (isShared)
            _sums.Prepare(grid, task.Denominator is null ? size : 2 * size);
        if (_divergences.Length < grid.Count)
            _divergences = new double[grid.Count];
        scheduler.Run(grid.Count, task.Cost, (piece, workspace) =>
        {
            (int range, int part) = grid.At(piece);
            int first = range * RangeRows, rows = Math.Min(RangeRows, task.Data.Rows - first);
            Span<float> numerator = task.Numerator is null ? default : task.Numerator.RowRange(first, rows);
            Span<float> denominator = task.Denominator is null ? default : task.Denominator.RowRange(first, rows);
            Span<float> sums = isShared ? _sums.Of(range, part) : default;
            sums.Clear();
            _divergences[piece] = Range(task, first, rows, WorkGrid.Start(part, grid.Parts, units) * TileColumns,
                Math.Min(WorkGrid.Start(part + 1, grid.Parts, units) * TileColumns, columns),
                isShared ? sums[..numerator.Length] : numerator,
                isShared && !denominator.IsEmpty ? sums.Slice(size, denominator.Length) : denominator, workspace);
            if (!isShared || !_sums.End(range))
                return;
            Span<float> total = _sums.Total(range);
            total[..numerator.Length].CopyTo(numerator);
            if (!denominator.IsEmpty)
                total.Slice(size, denominator.Length).CopyTo(denominator);
        });
        double divergence = 0;
        for (int piece = 0; piece < grid.Count; piece++)
            divergence += _divergences[piece];
        return divergence;
    }

    private void Pack(BetaTileKernel.Task task, int units)
    {
        _strips.Prepare(task.Other);
        _quads.Prepare(task.Other);
        int strips = StripPanel.CountOf(task.Data.Columns);
        scheduler.Run(units, 2.0 * task.Data.Columns * task.Other.Rank, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (unit) =>
        {
            for (int strip = unit * TileStrips; strip < Math.Min((unit + 1) * TileStrips, strips); strip++)
                _strips.Pack(task.Other, strip);
            _quads.Pack(task.Other, unit * TileColumns, Math.Min(TileColumns, task.Data.Columns - unit * TileColumns));
        });
    }

    // The terms of a range of rows from the columns of a part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Range(
        BetaTileKernel.Task task, int first, int rows, int start, int end, Span<float> numerator, Span<float> denominator, Workspace workspace)
    {
        int stride = task.Factor.Stride, leftSize = StripPanel.SizeOf(task.Factor.Rank);
        Span<float> left = workspace.Floats(Left, RangeRows / TileRows * leftSize);
        for (int row = 0; row < rows; row += TileRows)
            StripPanel.PackRows(task.Factor, first + row, Math.Min(TileRows, rows - row), left[(row / TileRows * leftSize)..]);
        bool sumsEntries = SumsEntries(task);
        if (sumsEntries)
            numerator.Clear();
        double divergence = 0;
        for (int column = start; column < end; column += TileColumns)
        {
            int width = Math.Min(TileColumns, end - column);
            for (int row = 0; row < rows; row += TileRows)
            {
                int height = Math.Min(TileRows, rows - row);
                divergence += Tile(task, first + row, height, column, width, left.Slice(row / TileRows * leftSize, leftSize), workspace);
                Span<float> n = numerator.IsEmpty ? default : numerator.Slice(row * stride, height * stride);
                Span<float> weights = workspace.Floats(task.Evaluate ? Numerators : Approximation, TileSize);
                if (sumsEntries && !n.IsEmpty)
                    AddEntries(task, first + row, height, column, width, n, workspace);
                else if (!n.IsEmpty)
                    QuadTile.Multiply(weights, TileColumns, height, _quads, column, width, n, stride, column > start);
                if (!denominator.IsEmpty)
                {
                    QuadTile.Multiply(workspace.Floats(Denominators, TileSize), TileColumns, height, _quads, column, width,
                        denominator.Slice(row * stride, height * stride), stride, column > start);
                }
            }
        }

        return divergence;
    }

    // For β > 0 the zeros of sparse data add nothing to the numerator.
    private static bool SumsEntries(BetaTileKernel.Task task) => task.Data is SparseData && task.Beta > 0;

    // X̂ and the weights of a tile, and its divergence.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Tile(BetaTileKernel.Task task, int first, int rows, int column, int width, Span<float> left, Workspace workspace)
    {
        bool sumsEntries = SumsEntries(task);
        Span<float> approximation = workspace.Floats(Approximation, TileSize), denominators = workspace.Floats(Denominators, TileSize);
        Span<float> numerators = task.Evaluate || sumsEntries ? workspace.Floats(Numerators, TileSize) : approximation;
        ReadOnlySpan<float> data;
        int dataStride;
        if (task.Data is DenseData dense)
        {
            (int block, int place) = Math.DivRem(first, ExampleMatrix.BlockRows);
            dataStride = dense.Source.Stride;
            data = dense.Source.Blocks[block].Span[(place * dataStride + column)..];
        }
        else
        {
            dataStride = TileColumns;
            Span<float> values = workspace.Floats(Values, TileSize);
            // Without zeros in the numerator, X itself is for the divergence alone.
            if (task.Evaluate || !sumsEntries)
                SparseTile.Load(((SparseData)task.Data).Data, first, rows, column, width, values, TileColumns);
            data = values;
        }

        for (int at = 0; at < width; at += OuterTile.StripWidth)
        {
            int vectors = DenseProduct.VectorsFrom(at, width);
            OuterTile.Multiply(_strips.Strip((column + at) / OuterTile.StripWidth), OuterTile.StripWidth, left, TileRows, task.Factor.Rank,
                approximation[at..], TileColumns, rows, vectors, add: false);
            WeightKernel.Weigh(
                new()
                {
                    Data = data[at..],
                    DataStride = dataStride,
                    Approximation = approximation[at..],
                    Numerator = numerators[at..],
                    Denominator = denominators[at..],
                    Stride = TileColumns,
                    Rows = rows,
                    Vectors = vectors,
                },
                task.Floor, task.DataFloor, task.Beta);
        }

        return task.Evaluate
            ? DivergenceKernel.Sum(data, dataStride, task.DataFloor, approximation, denominators, numerators, TileColumns, rows, width, task.Beta,
                workspace.Floats(Scratch, DivergenceKernel.ScratchSize))
            : 0;
    }

    private static void AddEntries(BetaTileKernel.Task task, int first, int rows, int column, int width, Span<float> numerator, Workspace workspace)
    {
        SparseTile.AddNumerators(((SparseData)task.Data).Data, first, rows, column, width, workspace.Floats(Approximation, TileSize),
            workspace.Floats(Denominators, TileSize), TileColumns, task.Other, numerator, workspace.Floats(Values, TileSize));
    }
}
