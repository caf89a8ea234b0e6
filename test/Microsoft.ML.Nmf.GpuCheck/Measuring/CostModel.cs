using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.GpuCheck;

/// <summary>The work that an iteration cannot do without.</summary>
/// <param name="Operations">Floating-point operations: two for a multiply-add.</param>
/// <param name="Bytes">What must be read and written at least once for every primitive.</param>
internal readonly record struct Cost(double Operations, double Bytes)
{
    public static Cost operator +(Cost a, Cost b) => new(a.Operations + b.Operations, a.Bytes + b.Bytes);
}

/// <summary>
/// Costs by the primitives of <see cref="ComputeEngine"/>, for data of n × m with z entries and rank r. An entry of dense data has 4 bytes, one of sparse data 8 (a column and a value); a product
/// reads the data once and its factors once, whatever a cache does. Elementwise work on X̂ counts as nothing.
/// </summary>
internal static class CostModel
{
    /// <summary>What the table says about it.</summary>
    public const string Words =
        "Counted is the least that an iteration needs, two operations for a multiply-add. A product with the data: 2zr operations, the data (4 bytes an entry, sparse 8 a non-zero) and both factors once. A Gram matrix: pr². "
        + "Coordinate descent: 2pr² for one sweep, of up to three that are made. β = 1 on sparse data: 4zr a factor, elsewhere 4nmr; β = 0.5: 6nmr. "
        + "Exact least squares: Σ s³/3 over rows with s entries above zero, once a row and pass. Deep and neural: products with the data (and X̂) at the ranks of all layers, and the least squares.";

    /// <summary>The cost of an iteration.</summary>
    /// <param name="algorithm">The algorithm.</param>
    /// <param name="data">The data.</param>
    /// <param name="rank">The widest rank.</param>
    /// <param name="cubedSupports">See <see cref="Workload.CubedSupports"/>.</param>
    public static Cost Of(Algorithm algorithm, ExampleMatrix data, int rank, double cubedSupports)
    {
        double rows = (double)data.Rows + data.Columns;
        IReadOnlyList<int> ranks = algorithm.RanksOf(rank);
        // The deepest rank counts twice: for H and for the templates beside it.
        double columns = ranks.Sum() + ranks[^1];
        return algorithm.Key switch
        {
            "cd" => Euclidean(data, rank) + new Cost(2 * rows * rank * rank, Floats(3 * rows * rank)),
            "mu" => Euclidean(data, rank) + new Cost(2 * rows * rank * rank, Floats(6 * rows * rank)),
            "anls" => Euclidean(data, rank) + new Cost(cubedSupports / 3, Floats(3 * rows * rank)),
            "deep" => Product(data, columns),
            "deep-kl" => Divergence(data, columns, 1),
            // Forward and backward, each with the data once and with its least squares once.
            "neural" => Product(data, 2 * rank) + new Cost(2 * cubedSupports / 3, 0),
            _ => Divergence(data, 2 * rank, algorithm.Beta),
        };
    }

    // Two products with the data and the Gram matrices of both factors.
    private static Cost Euclidean(ExampleMatrix data, double rank)
    {
        double rows = (double)data.Rows + data.Columns;
        return Product(data, 2 * rank) + new Cost(rows * rank * rank, Floats(rows * rank));
    }

    // Products with that many columns altogether; the data is read once for about every two of the factors that share them.
    private static Cost Product(ExampleMatrix data, double columns)
        => new(2 * Entries(data) * columns, (2 * Data(data)) + Floats(((double)data.Rows + data.Columns) * columns));

    private static Cost Divergence(ExampleMatrix data, double columns, double beta)
    {
        double entries = beta == 1 ? Entries(data) : (double)data.Rows * data.Columns;
        return new Cost((beta == 1 ? 4 : 6) * entries * columns, (2 * Data(data)) + Floats(2 * ((double)data.Rows + data.Columns) * columns));
    }

    private static double Entries(ExampleMatrix data) => data is SparseExamples ? data.NonZeros : (double)data.Rows * data.Columns;

    private static double Data(ExampleMatrix data) => data is SparseExamples ? 8.0 * data.NonZeros : 4.0 * data.Rows * data.Columns;

    private static double Floats(double count) => sizeof(float) * count;
}
