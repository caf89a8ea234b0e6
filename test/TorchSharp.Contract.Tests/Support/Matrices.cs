using static TorchSharp.torch;

namespace TorchSharp.Contract.Support;

/// <summary>Matrices with reproducible values, and what loops make of them.</summary>
internal static class Matrices
{
    /// <summary>Values between 0.5 and 1.5.</summary>
    public static float[,] Random(int rows, int columns, int seed = 1)
    {
        var random = new Random(seed);
        var result = new float[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                result[i, j] = 0.5f + random.NextSingle();
        }

        return result;
    }

    public static float[,] Product(float[,] a, float[,] b)
    {
        var result = new float[a.GetLength(0), b.GetLength(1)];
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < b.GetLength(1); j++)
            {
                for (int k = 0; k < a.GetLength(1); k++)
                    result[i, j] += a[i, k] * b[k, j];
            }
        }

        return result;
    }

    public static float[,] Map(float[,] a, float[,] b, Func<float, float, float> f)
    {
        var result = new float[a.GetLength(0), a.GetLength(1)];
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < a.GetLength(1); j++)
                result[i, j] = f(a[i, j], b[i, j]);
        }

        return result;
    }

    /// <summary>A symmetric positive definite matrix, or several of them.</summary>
    public static Tensor PositiveDefinite(int size, params long[] batch)
    {
        using var scope = NewDisposeScope();
        var factor = tensor(Random((int)batch.Aggregate(1L, (a, b) => a * b) * size, size, 7)).to(float64).reshape([.. batch, size, size]);
        return (factor.matmul(factor.transpose(-2, -1)) + eye(size, dtype: float64)).MoveToOuterDisposeScope();
    }

    public static void Equal(float[,] expected, Tensor actual, float tolerance = 1e-5f)
    {
        Assert.Equal([expected.GetLength(0), expected.GetLength(1)], actual.shape);
        float[] values = actual.data<float>().ToArray();
        int at = 0;
        foreach (float value in expected)
            Assert.Equal(value, values[at++], tolerance * Math.Max(1, Math.Abs(value)));
    }

    public static void Equal(Tensor expected, Tensor actual, double tolerance = 1e-8)
        => Assert.True(expected.shape.SequenceEqual(actual.shape) && expected.allclose(actual, tolerance, tolerance), $"{expected} against {actual}");
}
