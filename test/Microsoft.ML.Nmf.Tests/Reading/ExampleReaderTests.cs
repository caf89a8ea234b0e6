using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Reading;

public class ExampleReaderTests
{
    private readonly MLContext _context = new(1);

    [Theory]
    [InlineData(0.1, true)]
    [InlineData(0.24, true)]
    [InlineData(0.3, false)]
    [InlineData(1, false)]
    public void Density_decides_how_the_data_is_kept(double density, bool sparse)
    {
        float[][] rows = Random(700, density);
        foreach (IDataView view in new[] { Rows.View(_context, rows), Rows.SparseView(_context, rows), Rows.DoubleView(_context, rows) })
            Assert.Equal(sparse, Read(view) is SparseExamples);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(600)]
    public void What_is_read_is_what_was_there(int count)
    {
        foreach (double density in new[] { 0.1, 0.8 })
        {
            float[][] rows = Random(count, density);
            rows[0] = [.. Enumerable.Range(0, Rows.Size).Select(j => j == 5 ? 1f : 0)];
            foreach (IDataView view in new[] { Rows.View(_context, rows), Rows.SparseView(_context, rows), Rows.DoubleView(_context, rows) })
            {
                ExampleMatrix examples = Read(view);
                Assert.Equal((count, Rows.Size), (examples.Rows, examples.Columns));
                Assert.Equal(rows.Sum(r => r.Sum(v => (double)v)), examples.Unit * examples.Sum, 1e-6);
                Assert.Equal(rows.Sum(r => r.Sum(v => (double)v * v)), examples.Unit * examples.Unit * examples.SumOfSquares, 1e-6);
                Assert.InRange(examples.Mean, 0.5, 2);
                Assert.Equal(rows.Sum(r => r.Count(v => v != 0)), examples.NonZeros);
                Assert.Equal(rows, Unpack(examples));
            }
        }
    }

    [Fact]
    public void Explicit_zeros_are_not_kept()
    {
        var sparse = new Rows.Sparse { Features = new VBuffer<float>(Rows.Size, 3, [0, 2, 0], [1, 4, 9]) };
        ExampleMatrix examples = Read(_context.Data.LoadFromEnumerable([sparse]));
        Assert.Equal(1, examples.NonZeros);
        Assert.Equal(2, Unpack(examples)[0][4]);
    }

    [Fact]
    public void Data_is_read_in_one_pass()
    {
        int passes = 0;
        IEnumerable<Rows.Single> Counted()
        {
            passes++;
            foreach (float[] row in Rows.Values())
                yield return new Rows.Single { Features = row };
        }

        _context.Transforms.Nmf("Topics", "Features", rank: 2).Fit(_context.Data.LoadFromEnumerable(Counted()));
        Assert.Equal(1, passes);
    }

    private static ExampleMatrix Read(IDataView view) => ExampleReader.Read(view, FeatureColumn.Find(view, "Features"), null, ReadingPlan.Plain, () => { }).Examples;

    private static float[][] Random(int count, double density)
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, Rows.Size).Select(_ => random.NextDouble() < density ? random.NextSingle() + 0.1f : 0).ToArray())];
    }

    private static float[][] Unpack(ExampleMatrix examples)
    {
        var rows = new float[examples.Rows][];
        for (int i = 0; i < rows.Length; i++)
        {
            (int b, int at) = (i / ExampleMatrix.BlockRows, i % ExampleMatrix.BlockRows);
            rows[i] = new float[examples.Columns];
            if (examples is DenseExamples dense)
            {
                for (int j = 0; j < examples.Columns; j++)
                    rows[i][j] = dense.Row(b, at)[j] * (float)examples.Unit;
                continue;
            }

            CompressedBlock block = ((SparseExamples)examples).Data.Blocks[b];
            for (int p = block.Starts[at]; p < block.Starts[at + 1]; p++)
                rows[i][block.Columns[p]] = block.Values[p] * (float)examples.Unit;
        }

        return rows;
    }
}
