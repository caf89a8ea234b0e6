namespace Microsoft.ML.Nmf.Reporting;

/// <summary>
/// Places topics in a plane by classical multidimensional scaling (Torgerson 1952, https://doi.org/10.1007/BF02288916): squared distances 2 − 2 cos become the two
/// leading eigenvectors of the doubly centred matrix of cosines.
/// </summary>
internal static class TopicMap
{
    // An eigenvector of a picture need not be exact.
    private const int Iterations = 200;

    /// <summary>The places, around the origin.</summary>
    /// <param name="similarity">The cosines between topics, rank × rank.</param>
    public static (double X, double Y)[] Place(double[,] similarity)
    {
        int rank = similarity.GetLength(0);
        double[] centred = Centre(similarity);
        double[] first = Leading(centred, rank, []), second = Leading(centred, rank, first);
        return [.. first.Zip(second)];
    }

    private static double[] Centre(double[,] similarity)
    {
        int rank = similarity.GetLength(0);
        double[] means = [.. Enumerable.Range(0, rank).Select(k => Enumerable.Range(0, rank).Average(l => similarity[l, k]))];
        double mean = means.Sum() / rank;
        var centred = new double[rank * rank];
        for (int k = 0; k < rank; k++)
        {
            for (int l = 0; l < rank; l++)
                centred[k * rank + l] = similarity[k, l] - means[k] - means[l] + mean;
        }

        return centred;
    }

    // √λ times the leading eigenvector that is orthogonal to another one; the entry of the largest size is positive.
    private static double[] Leading(double[] matrix, int rank, double[] other)
    {
        double[] vector = [.. Enumerable.Range(0, rank).Select(k => Math.Cos(k + 1.0))];
        double eigenvalue = 0;
        for (int i = 0; i < Iterations; i++)
        {
            RemoveAlong(vector, other);
            var next = new double[rank];
            for (int k = 0; k < rank; k++)
            {
                for (int l = 0; l < rank; l++)
                    next[k] += matrix[k * rank + l] * vector[l];
            }

            RemoveAlong(next, other);
            eigenvalue = Math.Sqrt(next.Sum(v => v * v));
            // What is left of a matrix of lower rank is rounding.
            if (eigenvalue <= 1e-9)
                return new double[rank];
            vector = [.. next.Select(v => v / eigenvalue)];
        }

        double scale = Math.Sqrt(eigenvalue) * Math.Sign(vector.MaxBy(Math.Abs));
        return [.. vector.Select(v => v * scale)];
    }

    private static void RemoveAlong(double[] vector, double[] other)
    {
        double squares = other.Sum(v => v * v);
        if (squares == 0)
            return;
        double share = vector.Zip(other, (a, b) => a * b).Sum() / squares;
        for (int k = 0; k < vector.Length; k++)
            vector[k] -= share * other[k];
    }
}
