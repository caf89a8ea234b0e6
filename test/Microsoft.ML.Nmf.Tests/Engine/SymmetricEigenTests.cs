using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

public class SymmetricEigenTests
{
    public static TheoryData<string, int> Matrices => new()
    {
        { "Gram", 1 }, { "Gram", 2 }, { "Gram", 3 }, { "Gram", 24 }, { "Gram", 61 }, { "signed", 2 }, { "signed", 17 }, { "signed", 50 },
        { "zero", 5 }, { "identity", 6 }, { "diagonal", 7 }, { "blocks", 10 }, { "rank one", 9 }, { "graded", 12 }, { "huge", 8 }, { "tiny", 8 },
    };

    [Theory]
    [MemberData(nameof(Matrices))]
    public void Its_pairs_are_eigenpairs_in_order_and_its_vectors_orthonormal(string kind, int size)
    {
        double[,] a = Matrix(kind, size);
        double norm = Math.Max(a.Cast<double>().Max(Math.Abs) * size, double.Epsilon);
        (double[] values, double[] vectors) = SymmetricEigen.Of([.. a.Cast<double>()], size);
        Assert.Equal(values.OrderDescending(), values);
        for (int c = 0; c < size; c++)
        {
            for (int i = 0; i < size; i++)
            {
                double product = Enumerable.Range(0, size).Sum(k => a[i, k] / norm * vectors[k * size + c]);
                Assert.Equal(values[c] / norm * vectors[i * size + c], product, 1e-13);
            }

            for (int d = 0; d <= c; d++)
                Assert.Equal(c == d ? 1 : 0, Enumerable.Range(0, size).Sum(k => vectors[k * size + c] * vectors[k * size + d]), 1e-12);
        }
    }

    [Fact]
    public void It_can_be_cancelled()
        => Assert.Throws<OperationCanceledException>(() => SymmetricEigen.Of(new double[9], 3, () => throw new OperationCanceledException()));

    private static double[,] Matrix(string kind, int size)
    {
        double[,] signed = Naive.Signed(size, size, 4), gram = Naive.Gram(Naive.Random(size + 6, size, 6));
        double[,] matrix = new double[size, size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                matrix[i, j] = kind switch
                {
                    "Gram" => gram[i, j],
                    "signed" => signed[i, j] + signed[j, i],
                    "identity" => i == j ? 1 : 0,
                    "diagonal" => i == j ? (i * 5 % size) - 2 : 0,
                    "blocks" => i / 3 == j / 3 ? gram[i, j] : 0,
                    "rank one" => (i + 1) * (j + 1),
                    "graded" => gram[i, j] * Math.Pow(10, -i - j),
                    "huge" => gram[i, j] * 1e250,
                    "tiny" => gram[i, j] * 1e-250,
                    _ => 0,
                };
            }
        }

        return matrix;
    }
}
