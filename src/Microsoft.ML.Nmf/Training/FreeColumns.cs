using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// Exact least squares for a factor some of whose first columns are kept (<see cref="Penalty.Kept"/>). With F = [T, E], T kept, the rows e of E minimise
/// ½ e G_EE eᵀ − (b_E − t G_TE) eᵀ: a problem of fewer columns, which any engine solves. It is set up on the host, cost p·(columns of T)·(columns of E).
/// </summary>
internal static class FreeColumns
{
    /// <summary>As <see cref="ComputeEngine.NonnegativeLeastSquares"/>, with columns that are kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long LeastSquares(ComputeEngine engine, Factor factor, Gram gram, Factor product, Penalty penalty)
    {
        int kept = penalty.Kept, rank = factor.Rank, free = rank - kept;
        if (kept == 0)
            return engine.NonnegativeLeastSquares(factor, gram, product, penalty);
        FactorMatrix all = factor.ToMatrix(), products = product.ToMatrix();
        double[] whole = new double[rank * rank], part = new double[free * free];
        gram.CopyTo(whole);
        for (int k = 0; k < free; k++)
            whole.AsSpan((kept + k) * rank + kept, free).CopyTo(part.AsSpan(k * free));
        float[] start = new float[all.Rows * free], targets = new float[all.Rows * free];
        for (int i = 0; i < all.Rows; i++)
        {
            ReadOnlySpan<float> row = all.Row(i), given = products.Row(i);
            for (int k = 0; k < free; k++)
            {
                double target = given[kept + k];
                for (int l = 0; l < kept; l++)
                    target -= row[l] * whole[l * rank + kept + k];
                start[i * free + k] = row[kept + k];
                targets[i * free + k] = (float)target;
            }
        }

        using Factor rest = engine.Allocate(all.Rows, free), productOfRest = engine.Allocate(all.Rows, free);
        using Gram gramOfRest = engine.AllocateGram(free);
        rest.CopyFrom(start);
        productOfRest.CopyFrom(targets);
        gramOfRest.CopyFrom(part);
        long unsolved = engine.NonnegativeLeastSquares(rest, gramOfRest, productOfRest, penalty with { Kept = 0 });
        FactorMatrix keptColumns = all.TakeColumns([.. Enumerable.Range(0, kept)]);
        factor.CopyFrom(keptColumns.Beside(rest.ToMatrix()).Values);
        return unsolved;
    }
}
