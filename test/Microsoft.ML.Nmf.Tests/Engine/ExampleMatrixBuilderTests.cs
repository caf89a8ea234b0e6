using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

public class ExampleMatrixBuilderTests
{
    [Theory]
    [InlineData(true, 0.1)]
    [InlineData(true, 0.9)]
    [InlineData(false, 0.1)]
    [InlineData(false, 0.9)]
    public void The_rows_are_those_asked_for_in_their_order(bool sparse, double density)
    {
        double[,] x = Naive.Random(600, 13, 1, density);
        for (int j = 0; j < 13; j++)
            x[300, j] = 0;
        ExampleMatrix examples = Build.Examples(x, sparse);
        int[] shuffled = [.. Enumerable.Range(0, 600)];
        new Random(2).Shuffle(shuffled);
        foreach (int[] rows in new int[][] { [0], [599], [300], [255, 256, 511, 512], [5, 3, 3, 599, 0], shuffled, [.. shuffled.Take(257)], [.. Enumerable.Range(0, 600)] })
        {
            ExampleMatrix taken = ExampleMatrixBuilder.TakeRows(examples, rows);
            double[,] values = Read(taken);
            Assert.Equal((rows.Length, 13), (taken.Rows, taken.Columns));
            for (int i = 0; i < rows.Length; i++)
                Assert.Equal(Naive.Row(x, rows[i]), Naive.Row(values, i));
            double[] all = [.. values.Cast<double>()];
            Assert.Equal(all.Count(v => v != 0), taken.NonZeros);
            Assert.Equal(all.Sum(), taken.Sum, 1e-9);
            Assert.Equal(all.Sum(v => v * v), taken.SumOfSquares, 1e-9);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_rows_are_an_empty_matrix(bool sparse)
        => Assert.Equal((0, 4, 0d), ExampleMatrixBuilder.TakeRows(Build.Examples(Naive.Random(5, 4, 3), sparse), []) is var taken ? (taken.Rows, taken.Columns, taken.Sum) : default);

    private static double[,] Read(ExampleMatrix examples)
    {
        var values = new double[examples.Rows, examples.Columns];
        for (int i = 0; i < examples.Rows; i++)
        {
            (int block, int place) = Math.DivRem(i, ExampleMatrix.BlockRows);
            if (examples is DenseExamples dense)
            {
                for (int j = 0; j < examples.Columns; j++)
                    values[i, j] = dense.Row(block, place)[j];
                continue;
            }

            CompressedBlock from = ((SparseExamples)examples).Data.Blocks[block];
            for (int at = from.Starts[place]; at < from.Starts[place + 1]; at++)
                values[i, from.Columns[at]] = from.Values[at];
        }

        return values;
    }
}
