namespace Microsoft.ML.Nmf.GpuCheck.Measuring;

/// <summary>
/// The least work of an iteration by the primitives it is made of, for data of n × m with z entries and rank r. A product reads the data and its factors once,
/// whatever a cache does. Elementwise work on X̂ counts as nothing.
/// </summary>
internal static class CostModel
{
    /// <summary>What the table says about it.</summary>
    public const string Words =
        "Counted is the least work of an iteration, two operations for a multiply-add. "
        + "A product with the data: 2zr operations, the data (4 bytes an entry, sparse 8 a non-zero) and both factors once. A Gram matrix: pr². "
        + "Coordinate descent: 2pr² for one sweep, of up to three that are made. β = 1: 4zr a factor (z = nm where the data is dense); β = 0.5: 6nmr. "
        + "Exact least squares: Σ s³/3 over rows with s entries above zero, once a row and pass. "
        + "Deep and neural: products with the data (and X̂) at the ranks of all layers, and the least squares.";

    /// <summary>The cost of an iteration.</summary>
    /// <param name="algorithm">The algorithm.</param>
    /// <param name="data">The data.</param>
    /// <param name="rank">The widest rank.</param>
    /// <param name="cubedSupports">See <see cref="Workload.CubedSupports"/>.</param>
    public static Cost Of(Algorithm algorithm, DataShape data, int rank, double cubedSupports)
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
    private static Cost Euclidean(DataShape data, double rank)
    {
        double rows = (double)data.Rows + data.Columns;
        return Product(data, 2 * rank) + new Cost(rows * rank * rank, Floats(rows * rank));
    }

    // Products with that many columns altogether; the data is read twice, however many factors share those products.
    private static Cost Product(DataShape data, double columns)
        => new(2 * data.Entries * columns, (2 * data.Bytes) + Floats(((double)data.Rows + data.Columns) * columns));

    private static Cost Divergence(DataShape data, double columns, double beta)
    {
        double entries = beta == 1 ? data.Entries : (double)data.Rows * data.Columns;
        return new Cost((beta == 1 ? 4 : 6) * entries * columns, (2 * data.Bytes) + Floats(2 * ((double)data.Rows + data.Columns) * columns));
    }

    private static double Floats(double count) => sizeof(float) * count;
}
