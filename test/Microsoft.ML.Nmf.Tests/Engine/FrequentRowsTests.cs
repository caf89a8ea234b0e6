using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

public class FrequentRowsTests
{
    [Theory]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(70)]
    public void Their_part_of_a_product_equals_the_plain_one(int rank)
    {
        double[,] x = Words(4000, 300), h = Naive.Random(4000, rank, 2);
        CompressedRows documents = Build.Sparse(x).Data, words = documents.Transpose();
        FrequentRows frequent = FrequentRows.Find(words, documents)!;
        Assert.InRange(frequent.IsFrequent.Count(f => f), 10, 299);
        var engine = new ManagedEngine(2);
        var result = (ManagedFactor)Build.Factor(engine, Naive.Random(300, rank, 3));
        float[] before = Build.Floats(result);
        frequent.Multiply(new BlockScheduler(2), (ManagedFactor)Build.Factor(engine, h), result);
        double[,] expected = Naive.Multiply(Naive.Transpose(x), h), actual = Build.Read(result);
        for (int j = 0; j < 300; j++)
        {
            for (int k = 0; k < rank; k++)
            {
                if (frequent.IsFrequent[j])
                    Near.Equal(expected[j, k], actual[j, k], 1e-5);
                else
                    Assert.Equal(before[j * rank + k], actual[j, k]);
            }
        }
    }

    [Fact]
    public void A_product_with_a_factor_beyond_the_cache_takes_them_and_gives_the_same_bits_for_any_thread_count()
    {
        double[,] x = Words(70_000, 40), h = Naive.Random(70_000, 3, 4);
        double[,] expected = Naive.Multiply(Naive.Transpose(x), h);
        float[][] results = [.. new[] { 1, 2, 3 }.Select(threads =>
        {
            using var engine = new ManagedEngine(threads);
            using DataMatrix data = engine.Load(Build.Sparse(x));
            Assert.NotNull(((SparseData)data.Transposed).Frequent);
            using Factor factor = Build.Factor(engine, h), result = engine.Allocate(40, 3);
            // Not taken before they pay: the sums of the same product then come in another order.
            engine.DataProduct(data.Transposed, factor, result);
            float[] without = Build.Floats(result);
            for (int i = 0; i < SparseData.ProductsBeforeFrequent; i++)
                engine.DataProduct(data.Transposed, factor, result);
            Assert.NotEqual(without, Build.Floats(result));
            Near.Equal(expected, Build.Read(result), 1e-5);
            return Build.Floats(result);
        })];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void A_matrix_of_evenly_rare_rows_has_none()
    {
        // Two entries a row, in 1100 columns: no row reaches one column in 512.
        var x = new double[900, 1100];
        for (int i = 0; i < 900; i++)
            x[i, i] = x[i, i + 200] = 1;
        CompressedRows rows = Build.Sparse(x).Data;
        Assert.Null(FrequentRows.Find(rows, rows.Transpose()));
    }

    // Word j is in about one document in j + 2.
    private static double[,] Words(int documents, int words)
    {
        var random = new Random(1);
        var x = new double[documents, words];
        for (int i = 0; i < documents; i++)
        {
            for (int j = 0; j < words; j++)
                x[i, j] = random.Next(8 * (j + 2)) == 0 ? 1 + random.NextSingle() : 0;
        }

        return x;
    }
}
