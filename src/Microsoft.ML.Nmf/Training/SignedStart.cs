using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// What semi-NMF starts from: activations alone, since the templates that suit them best are found at once. They are the heavier of the positive and the
/// negative parts of the left singular vectors of the data (Gillis and Kumar 2015, <see href="https://doi.org/10.1137/140993272">section 4.2</see>).
/// </summary>
internal static class SignedStart
{
    /// <summary>Fills the activations.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="factors">X, of any sign, and W and H.</param>
    /// <param name="random">Draws everything random.</param>
    /// <param name="checkAlive">Throws when the training has been cancelled.</param>
    public static void Fill(ComputeEngine engine, FactorPair factors, Random random, Action checkAlive)
    {
        using StartMatrix data = StartMatrix.Of(engine, factors.Data);
        double[] values = RandomizedSvd.Compute(engine, data, factors.Activations, factors.Templates, random, checkAlive);
        int rank = factors.Activations.Rank;
        var activations = new float[ArraySize.Of(factors.Activations.Rows, rank, "A factor")];
        factors.Activations.CopyTo(activations);
        for (int k = 0; k < rank; k++)
        {
            double positive = 0, negative = 0;
            for (int i = k; i < activations.Length; i += rank)
            {
                double square = (double)activations[i] * activations[i];
                positive += activations[i] > 0 ? square : 0;
                negative += activations[i] < 0 ? square : 0;
            }

            // Beyond the rank of the data there is nothing to start from.
            bool isEmpty = positive + negative == 0 || k >= values.Length;
            float sign = positive >= negative ? 1 : -1;
            for (int i = k; i < activations.Length; i += rank)
                activations[i] = isEmpty ? random.NextSingle() : Math.Max(sign * activations[i], 0);
        }

        factors.Activations.CopyFrom(activations);
    }
}
