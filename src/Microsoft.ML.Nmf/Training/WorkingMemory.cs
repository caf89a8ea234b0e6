using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>The bytes of what a training holds at once besides its data, by kind, for the estimate that the log gets.</summary>
/// <param name="engine">The engine, which knows how a factor is stored.</param>
/// <param name="examples">The number of examples, n.</param>
/// <param name="features">The number of features, m.</param>
internal sealed class WorkingMemory(ComputeEngine engine, int examples, int features)
{
    /// <summary>The bytes that the process may still take without others having to give theirs up.</summary>
    public static long Free()
    {
        GCMemoryInfo information = GC.GetGCMemoryInfo();
        return Math.Max(0, information.TotalAvailableMemoryBytes - information.MemoryLoadBytes);
    }

    /// <summary>Factors with a row for each example.</summary>
    public long OfExamples(params IEnumerable<int> ranks) => ranks.Sum(rank => engine.BytesOf(examples, rank));

    /// <summary>Factors with a row for each feature.</summary>
    public long OfFeatures(params IEnumerable<int> ranks) => ranks.Sum(rank => engine.BytesOf(features, rank));

    /// <summary>A few Gram matrices of a rank, and what products of factors take.</summary>
    public long OfProducts(int rank)
        => 4L * sizeof(double) * rank * rank + engine.BytesOfScratch(Math.Max(examples, features), rank);

    /// <summary>The iterations of a factorization of n × (rows) data, without its two factors.</summary>
    /// <param name="rows">The rows of the templates.</param>
    /// <param name="rank">The rank.</param>
    /// <param name="beta">β.</param>
    /// <param name="update">How the factors are updated.</param>
    /// <param name="hasHoles">Whether only observed entries count.</param>
    public long OfIterations(int rows, int rank, double beta, FactorUpdate update, bool hasHoles = false)
    {
        if (hasHoles)
        {
            long factors = engine.BytesOf(examples, rank) + engine.BytesOf(rows, rank);
            return update == FactorUpdate.CoordinateDescent ? 2 * factors : factors * (update == FactorUpdate.Overrelaxed ? 3 : 2);
        }

        // A numerator for each factor; a denominator as large where updates are multiplicative, but for β = 1, where it is one row.
        long both = engine.BytesOf(examples, rank) + engine.BytesOf(rows, rank), terms = both;
        if ((update is FactorUpdate.Multiplicative or FactorUpdate.Overrelaxed) && beta != BetaDivergence.KullbackLeibler)
            terms += both;
        // What extrapolation starts from and ends with, and the activations rounded to half the bytes; what is put back after a step that was too long.
        if (update == FactorUpdate.CoordinateDescent)
            terms += 2 * both + engine.BytesOf(examples, rank) / 2;
        else if (update == FactorUpdate.Overrelaxed)
            terms += both;
        return terms + OfTiles(rows, rank, beta) + OfProducts(rank);
    }

    /// <summary>The transposed factor of a pass over the tiles of X̂, which only β = 2 does without.</summary>
    public long OfTiles(int rows, int rank, double beta) => beta == BetaDivergence.Euclidean ? 0 : engine.BytesOf(rank, Math.Max(examples, rows));

    /// <summary>A random start of a factorization of n × (rows) data, without its two factors: one of them at a time comes from the host.</summary>
    /// <param name="rows">The rows of the templates.</param>
    /// <param name="rank">The rank.</param>
    public long OfRandomStart(int rows, int rank) => sizeof(float) * (long)Math.Max(examples, rows) * rank;

    /// <summary>A start by NNDSVD, its singular vectors, without the two factors.</summary>
    /// <param name="rows">The rows of the templates.</param>
    /// <param name="rank">The rank.</param>
    public long OfNndsvd(int rows, int rank)
    {
        int size = Math.Min(rank + RandomizedSvd.Oversampling, Math.Min(examples, rows));
        return 2 * (engine.BytesOf(examples, size) + engine.BytesOf(rows, size)) + OfProducts(size);
    }

    /// <summary>A start layer by layer, without the templates of the layers and the activations of the deepest.</summary>
    /// <param name="ranks">The rank of each layer, from the features on.</param>
    /// <param name="beta">β.</param>
    public long OfLayerWiseStart(IReadOnlyList<int> ranks, double beta)
    {
        FactorUpdate update = beta == BetaDivergence.Euclidean ? FactorUpdate.CoordinateDescent : FactorUpdate.Overrelaxed;
        long most = 0;
        for (int i = 0; i < ranks.Count; i++)
        {
            int rows = i == 0 ? features : ranks[i - 1];
            long held = (i == 0 ? 0 : sizeof(float) * (long)examples * rows) + (i == ranks.Count - 1 ? 0 : engine.BytesOf(examples, ranks[i]));
            most = Math.Max(most, held + Math.Max(OfNndsvd(rows, ranks[i]), OfIterations(rows, ranks[i], beta, update)));
        }

        return most;
    }
}
