using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Tests.Training;

public class InitializationTests
{
    private static readonly ManagedEngine _engine = new(2);

    [Theory]
    [InlineData(70, 45, true)]
    [InlineData(70, 45, false)]
    [InlineData(45, 70, false)]
    public void Singular_triplets_are_those_of_the_data(int rows, int columns, bool sparse)
    {
        double[,] x = Naive.Random(rows, columns, 1, 0.3);
        using DataMatrix data = _engine.Load(Build.Examples(x, sparse));
        (double[,] u, double[] values, double[,] v) = Svd(data, 6, 2);
        (double[] eigenvalues, _) = SymmetricEigen.Of([.. Naive.Gram(x).Cast<double>()], columns);
        double[,] projected = Naive.Multiply(Naive.Transpose(u), Naive.Multiply(x, v));
        for (int k = 0; k < 6; k++)
        {
            Near.Equal(Math.Sqrt(eigenvalues[k]), values[k], 1e-4);
            Near.Equal(1, Naive.Gram(u)[k, k], 1e-3);
            Near.Equal(1, Naive.Gram(v)[k, k], 1e-3);
            Near.Equal(values[k], projected[k, k], 1e-3);
        }
    }

    [Fact]
    public void Singular_vectors_do_not_depend_on_the_seed()
    {
        // Singular values that fall slowly, as those of texts do.
        using DataMatrix data = _engine.Load(Build.Sparse(Naive.Random(300, 200, 13, 0.1)));
        (double[,] first, _, _) = Svd(data, 20, 1);
        (double[,] second, _, _) = Svd(data, 20, 2);
        double[,] cosines = Naive.Multiply(Naive.Transpose(first), second);
        for (int k = 0; k < 20; k++)
            Near.Equal(1, Math.Abs(cosines[k, k]), 1e-3);
    }

    [Fact]
    public void Data_of_low_rank_has_no_more_triplets_than_its_rank()
    {
        double[,] x = Naive.Multiply(Naive.Random(40, 3, 3), Naive.Random(3, 30, 4));
        using DataMatrix data = _engine.Load(Build.Dense(x));
        (_, double[] values, _) = Svd(data, 8, 5);
        Assert.All(values.Take(3), v => Assert.True(v > 0.1));
        Assert.All(values.Skip(3), v => Assert.True(v < 1e-3 * values[0]));
    }

    [Fact]
    public void Inverse_of_cholesky_makes_columns_orthonormal_and_drops_dependent_ones()
    {
        double[,] y = Naive.Random(30, 5, 7);
        for (int i = 0; i < 30; i++)
            y[i, 3] = y[i, 0] - 2 * y[i, 1];
        double[] inverse = SmallMatrices.InverseOfCholesky([.. Naive.Gram(y).Cast<double>()], 5, 1e-10);
        var r = new double[5, 5];
        Buffer.BlockCopy(inverse, 0, r, 0, 25 * sizeof(double));
        double[,] q = Naive.Gram(Naive.Multiply(y, r));
        for (int k = 0; k < 5; k++)
        {
            for (int l = 0; l < 5; l++)
                Assert.Equal(k == l && k != 3 ? 1 : 0, q[k, l], 1e-8);
        }
    }

    [Theory]
    [InlineData(NmfInitialization.Random)]
    [InlineData(NmfInitialization.Nndsvd)]
    [InlineData(NmfInitialization.NndsvdA)]
    [InlineData(NmfInitialization.NndsvdAr)]
    public void A_start_is_not_negative_and_of_the_size_of_the_data(NmfInitialization start)
    {
        double[,] x = Naive.Random(200, 150, 8, 0.1, scale: 50);
        (double[,] h, double[,] w) = Start(x, 8, start);
        Assert.All(h.Cast<double>().Concat(w.Cast<double>()), v => Assert.True(v >= 0 && double.IsFinite(v)));
        double mean = Naive.Multiply(h, Naive.Transpose(w)).Cast<double>().Average(), expected = x.Cast<double>().Average();
        if (start != NmfInitialization.NndsvdA)
            Assert.InRange(mean, 0.3 * expected, 3 * expected);
        int zeros = h.Cast<double>().Concat(w.Cast<double>()).Count(v => v == 0);
        if (start == NmfInitialization.Nndsvd)
            Assert.InRange(zeros, 0.2 * 8 * 350, 0.9 * 8 * 350);
        else
            Assert.Equal(0, zeros);
        // What would be zero is a tenth of √(mean / r), in the unit of the factors.
        if (start == NmfInitialization.NndsvdA)
        {
            double fill = 0.1 * Math.Sqrt(expected / 8);
            Assert.InRange(h.Cast<double>().Concat(w.Cast<double>()).Count(v => Math.Abs(v - fill) < 1e-5 * fill), 0.2 * 8 * 350, 0.9 * 8 * 350);
        }
    }

    [Fact]
    public void More_components_than_the_data_has_rows_start_at_random()
    {
        (double[,] h, double[,] w) = Start(Naive.Random(5, 30, 9), 9, NmfInitialization.Nndsvd);
        for (int k = 0; k < 9; k++)
        {
            Assert.Contains(Enumerable.Range(0, 5), i => h[i, k] > 0);
            Assert.Contains(Enumerable.Range(0, 30), j => w[j, k] > 0);
        }
    }

    [Fact]
    public void Nndsvd_starts_below_random()
    {
        double[,] x = Naive.Multiply(Naive.Random(80, 5, 10, 0.4), Naive.Random(5, 60, 11, 0.4));
        (double[,] h, double[,] w) = Start(x, 5, NmfInitialization.Nndsvd);
        (double[,] randomH, double[,] randomW) = Start(x, 5, NmfInitialization.Random);
        Assert.True(Naive.Divergence(x, h, w, 2) < 0.7 * Naive.Divergence(x, randomH, randomW, 2));
    }

    private static (double[,] Left, double[] Values, double[,] Right) Svd(DataMatrix data, int rank, int seed)
    {
        using Factor left = _engine.Allocate(data.Rows, rank), right = _engine.Allocate(data.Columns, rank);
        double[] values = RandomizedSvd.Compute(_engine, StartMatrix.Of(_engine, data), left, right, new Random(seed), () => { });
        return (Build.Read(left), values, Build.Read(right));
    }

    private static (double[,] H, double[,] W) Start(double[,] x, int rank, NmfInitialization start)
    {
        using DataMatrix data = _engine.Load(Build.Sparse(x));
        using Factor h = _engine.Allocate(x.GetLength(0), rank), w = _engine.Allocate(x.GetLength(1), rank);
        var factors = new FactorPair(data, w, h);
        NmfTraining.Start(_engine, factors, Resolved.Of(new NmfEstimator.Options { Rank = rank, Initialization = start, Seed = 12 }), new QuietMonitor());
        return (Build.Read(h), Build.Read(w));
    }
}
