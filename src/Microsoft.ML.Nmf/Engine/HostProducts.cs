using Microsoft.ML.Nmf.Engine.Managed;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// Products in double in the host's memory, for what stays there whatever engine trains. The bits do not depend on the number of threads: every entry of a
/// result is summed by one of them, in one order.
/// </summary>
/// <param name="threads">The most threads to use, at least 1.</param>
internal sealed class HostProducts(int threads)
{
    private const int TileRows = 32;
    private const int TileColumns = 256;

    private readonly BlockScheduler _scheduler = new(threads);

    /// <summary>Runs a function for 0, …, <paramref name="blocks"/> − 1, in any order.</summary>
    public void Run(int blocks, Action<int> body) => _scheduler.Run(blocks, body);

    /// <summary>C += A B. Cost <paramref name="rows"/> · <paramref name="depth"/> · <paramref name="columns"/>.</summary>
    /// <param name="a">A: where it starts in an array, and how far it is from a row to the next and from a column to the next.</param>
    /// <param name="b">B, and how far it is from a row to the next.</param>
    /// <param name="c">C, and how far it is from a row to the next.</param>
    /// <param name="rows">The rows of A and C.</param>
    /// <param name="depth">The columns of A, which are the rows of B.</param>
    /// <param name="columns">The columns of B and C, a multiple of <see cref="DoubleKernel.Lane"/>.</param>
    public void MultiplyAdd(
        (double[] Values, int Start, int Row, int Column) a, (double[] Values, int Row) b, (double[] Values, int Row) c, int rows, int depth, int columns)
    {
        int down = (rows + TileRows - 1) / TileRows, across = (columns + TileColumns - 1) / TileColumns;
        _scheduler.Run(ArraySize.Of(down, across, "A product"), tile =>
        {
            int row = tile / across * TileRows, column = tile % across * TileColumns;
            DoubleKernel.MultiplyAdd(a.Values.AsSpan(a.Start + row * a.Row), a.Row, a.Column, b.Values.AsSpan(column), b.Row,
                c.Values.AsSpan(row * c.Row + column), c.Row, Math.Min(TileRows, rows - row), depth, Math.Min(TileColumns, columns - column));
        });
    }
}
