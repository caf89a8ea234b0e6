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
    [InlineData(true)]
    [InlineData(false)]
    public void Singular_triplets_are_those_of_the_data(bool sparse)
    {
        double[,] x = Naive.Random(70, 45, 1, 0.3);
        using DataMatrix data = _engine.Load(Build.Examples(x, sparse));
        RandomizedSvd.Triplets svd = RandomizedSvd.Compute(_engine, data, 6, new Random(2), () => { });
        (double[] eigenvalues, _) = SymmetricEigen.Of([.. Naive.Gram(x).Cast<double>()], 45);
        for (int k = 0; k < 6; k++)
        {
            // The leading value stands out; the bulk of a random matrix is crowded, where the method is only near.
            Near.Equal(Math.Sqrt(eigenvalues[k]), svd.Values[k], k == 0 ? 1e-4 : 2e-2);
            double[] u = [.. Enumerable.Range(0, 70).Select(i => (double)svd.Left[i, k])], v = [.. Enumerable.Range(0, 45).Select(j => (double)svd.Right[j, k])];
            Near.Equal(1, u.Sum(a => a * a), 1e-3);
            Near.Equal(1, v.Sum(a => a * a), 1e-3);
            double projected = 0;
            for (int i = 0; i < 70; i++)
            {
                for (int j = 0; j < 45; j++)
                    projected += u[i] * x[i, j] * v[j];
            }

            Near.Equal(svd.Values[k], projected, 1e-3);
        }
    }

    [Fact]
    public void Data_of_low_rank_has_no_more_triplets_than_its_rank()
    {
        double[,] x = Naive.Multiply(Naive.Random(40, 3, 3), Naive.Random(3, 30, 4));
        using DataMatrix data = _engine.Load(Build.Dense(x));
        RandomizedSvd.Triplets svd = RandomizedSvd.Compute(_engine, data, 8, new Random(5), () => { });
        Assert.All(svd.Values.Take(3), v => Assert.True(v > 0.1));
        Assert.All(svd.Values.Skip(3), v => Assert.True(v < 1e-3 * svd.Values[0]));
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

    private static (double[,] H, double[,] W) Start(double[,] x, int rank, NmfInitialization start)
    {
        using DataMatrix data = _engine.Load(Build.Sparse(x));
        using Factor h = _engine.Allocate(x.GetLength(0), rank), w = _engine.Allocate(x.GetLength(1), rank);
        var factors = new FactorPair(data, w, h);
        NmfTraining.Start(_engine, factors, Resolved.Of(new NmfEstimator.Options { Rank = rank, Initialization = start, Seed = 12 }), new QuietMonitor());
        return (Build.Read(h), Build.Read(w));
    }
}
