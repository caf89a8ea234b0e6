using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Benchmarks.Streaming;

/// <summary>Rows in an order that has nothing to do with what is in them, the same in every run.</summary>
internal static class ShuffledRows
{
    /// <summary>The numbers of the rows.</summary>
    public static int[] Order(int rows)
    {
        int[] order = [.. Enumerable.Range(0, rows)];
        new Random(1).Shuffle(order);
        return order;
    }

    /// <summary>Some rows as a matrix in its own unit.</summary>
    public static ExampleMatrix Take(ExampleMatrix examples, ReadOnlySpan<int> rows) => ExampleMatrixBuilder.TakeRows(examples, rows);
}
