using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Torch;

/// <summary>Every primitive of the Torch engine does what its managed twin does, on data that lies on the device and on data that is streamed.</summary>
public sealed class TorchPrimitiveTests : IDisposable
{
    private const int Rows = 300;
    private const int Columns = 70;
    private const int Rank = 9;

    // The factors fit, the data does not.
    private const long Tight = 500_000;

    private readonly ManagedEngine _managed = new(2);

    public void Dispose() => _managed.Dispose();

    [TorchTheory]
    [InlineData(true, TorchEngines.Roomy)]
    [InlineData(false, TorchEngines.Roomy)]
    [InlineData(true, 60_000)]
    [InlineData(false, 60_000)]
    public void Products_with_the_data_agree(bool sparse, long budget) => Compare(budget, (engine, data) =>
    {
        using Factor w = Random(engine, Columns, Rank, 1), h = Random(engine, Rows, Rank, 2);
        using Factor first = engine.Allocate(Rows, Rank), second = engine.Allocate(Columns, Rank);
        engine.DataProduct(data!, w, first);
        engine.DataProduct(data!.Transposed, h, second);
        return [.. Build.Floats(first), .. Build.Floats(second)];
    }, sparse);

    [TorchFact]
    public void Products_of_factors_agree() => Compare(Tight, (engine, _) =>
    {
        using Factor f = Random(engine, Rows, Rank, 1), small = Random(engine, Rank, 4, 2), tall = Random(engine, Rows, 4, 3);
        using Factor a = engine.Allocate(Rows, 4), b = engine.Allocate(Rows, Rank), e = engine.Allocate(Rows, Rank);
        using Factor c = engine.Allocate(Rank, 4), d = engine.Allocate(Rank, 4);
        using Gram gram = engine.AllocateGram(Rank), other = engine.AllocateGram(Rank);
        engine.Gram(f, gram);
        engine.SmallProduct(f, small, a);
        engine.SmallProductTransposed(tall, small, b);
        engine.CrossProduct(f, tall, c);
        engine.LeftGramProduct(gram, small, d);
        engine.GramProduct(f, gram, e);
        engine.SymmetricCrossProduct(f, b, other);
        return [.. Build.Floats(a), .. Build.Floats(b), .. Build.Floats(c), .. Build.Floats(d), .. Build.Floats(e), .. Read(gram), .. Read(other),
            (float)engine.Inner(gram, other), (float)engine.Inner(f, b), (float)engine.SquaredError(f, tall, small),
            (float)engine.PenaltyOf(f, new Penalty(0.3f, 0.2f, 0.1f))];
    });

    [TorchFact]
    public void What_is_done_entry_by_entry_agrees() => Compare(Tight, (engine, _) =>
    {
        using Factor f = Random(engine, Rows, Rank, 1), g = Random(engine, Rows, Rank, 2, -0.6), copy = engine.Allocate(Rows, Rank);
        using Factor m = Random(engine, Rows, Rank, 3), v = Random(engine, Rows, Rank, 4);
        engine.Copy(f, copy);
        engine.Combine(2, copy, -0.5, g, copy);
        var results = new List<float>(Build.Floats(copy));
        engine.AtLeast(copy, 0);
        results.AddRange(Build.Floats(copy));
        engine.KeepWhere(g, copy, g);
        results.AddRange(Build.Floats(g));
        engine.RemoveAlong(copy, g);
        results.AddRange(Build.Floats(copy));
        engine.TakeColumnNorms(copy, f);
        results.AddRange(Build.Floats(copy));
        for (int step = 1; step <= 3; step++)
            engine.AdamUpdate(f, g, (m, v), new AdamRule(0.05, 0.9, 0.999, 1e-8, step));
        return [.. results, .. Build.Floats(f), .. Build.Floats(m), .. Build.Floats(v)];
    });

    public static TheoryData<double, bool, long> Divergences()
    {
        var cases = new TheoryData<double, bool, long>();
        foreach (double beta in new[] { -1, 0, 0.5, 1, 1.5, 2, 3 })
        {
            foreach (bool sparse in new[] { true, false })
            {
                cases.Add(beta, sparse, TorchEngines.Roomy);
                cases.Add(beta, sparse, 70_000);
            }
        }

        return cases;
    }

    [TorchTheory, MemberData(nameof(Divergences))]
    public void Terms_divergences_and_updates_agree(double beta, bool sparse, long budget) => Compare(budget, (engine, data) =>
    {
        using Factor w = Random(engine, Columns, Rank, 1), h = Random(engine, Rows, Rank, 2);
        using MultiplicativeTerms terms = engine.AllocateTerms(Rows, Rank, beta), ofTemplates = engine.AllocateTerms(Columns, Rank, beta);
        double first = engine.Divergence(data!, h, w, beta), second = engine.ComputeTerms(data!, h, w, beta, terms, evaluate: true);
        engine.ComputeTerms(data!.Transposed, w, h, beta, ofTemplates, evaluate: false);
        engine.MultiplicativeUpdate(h, terms, default, beta, relaxation: 1.75);
        engine.MultiplicativeUpdate(w, ofTemplates, new Penalty(0.5f, 40, 3), beta);
        return [(float)first, (float)second, .. Build.Floats(terms.Numerator), .. Build.Floats(terms.Denominator), .. Build.Floats(h), .. Build.Floats(w)];
    }, sparse, 1e-4);

    [TorchTheory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void Coordinate_descent_agrees_sweep_by_sweep(int sweeps, bool penalized) => Compare(Tight, (engine, _) =>
    {
        using Factor f = Random(engine, Rows, Rank, 1), templates = Random(engine, Columns, Rank, 2), product = Random(engine, Rows, Rank, 3);
        using Gram gram = engine.AllocateGram(Rank);
        engine.Gram(templates, gram);
        engine.CoordinateDescent(f, gram, product, penalized ? new Penalty(0.2f, 0.3f, 0.1f) : default, sweeps);
        return Build.Floats(f);
    });

    [TorchFact]
    public void Extrapolated_descent_agrees() => Compare(Tight, (engine, _) =>
    {
        using Factor f = Random(engine, Rows, Rank, 1), templates = Random(engine, Columns, Rank, 2), product = Random(engine, Rows, Rank, 3);
        using Factor plain = Random(engine, Rows, Rank, 4), next = engine.Allocate(Rows, Rank);
        using Gram gram = engine.AllocateGram(Rank);
        engine.Gram(templates, gram);
        double inner = engine.ExtrapolatedDescent(f, plain, next, new(gram, product, new Penalty(0.2f, 0.3f, 0.1f)), 2, 0.6);
        f.Exchange(next);
        return [(float)inner, .. Build.Floats(f), .. Build.Floats(plain), .. Build.Floats(next)];
    }, share: 1e-3);

    [TorchTheory]
    [InlineData(9, TorchEngines.Roomy)]
    [InlineData(9, Tight)]
    [InlineData(1, Tight)]
    [InlineData(40, TorchEngines.Roomy)]
    public void Exact_least_squares_agree_forward_and_back(int rank, long budget) => Compare(budget, (engine, _) =>
    {
        using Factor templates = Random(engine, Columns, rank, 2), product = Random(engine, Rows, rank, 3, -0.3);
        using Factor gradient = Random(engine, Rows, rank, 4, -0.5);
        using Factor s = engine.Allocate(Rows, rank), penalized = Random(engine, Rows, rank, 5), z = engine.Allocate(Rows, rank);
        using Gram gram = engine.AllocateGram(rank);
        engine.Gram(templates, gram);
        engine.NonnegativeLeastSquares(s, gram, product, default);
        engine.NonnegativeLeastSquares(penalized, gram, product, new Penalty(0.1f, 0.4f));
        engine.LeastSquaresBackward(s, gram, gradient, z);
        Assert.InRange(engine.OptimalityResidual(s, gram, product), 0, NonnegativeLeastSquares.OptimalityTolerance);
        Assert.True(engine.OptimalityResidual(gradient, gram, product) > 0.1);
        return [.. Build.Floats(s), .. Build.Floats(penalized), .. Build.Floats(z)];
    }, share: 1e-4);

    [TorchFact]
    public void Least_squares_with_dependent_columns_and_rows_of_zeros_stay_finite() => Compare(Tight, (engine, _) =>
    {
        (double[,] a, double[,] product) = Dependent();
        using Factor templates = Build.Factor(engine, a), b = Build.Factor(engine, product), s = engine.Allocate(Rows, 6), z = engine.Allocate(Rows, 6);
        using Gram gram = engine.AllocateGram(6);
        engine.Gram(templates, gram);
        engine.NonnegativeLeastSquares(s, gram, b, default);
        engine.LeastSquaresBackward(s, gram, b, z);
        Assert.All(Build.Floats(z), v => Assert.True(float.IsFinite(v)));
        Assert.InRange(engine.OptimalityResidual(s, gram, b), 0, 1e-4);
        // Which of the minimisers it is depends on the way there; what they explain does not.
        engine.GramProduct(s, gram, z);
        return Build.Floats(z);
    }, share: 1e-3);

    [TorchFact]
    public void Rows_that_meet_dependent_columns_minimise_with_1e_5_of_the_diagonal_added()
    {
        (double[,] a, double[,] product) = Dependent();
        using ComputeEngine engine = TorchEngines.Create();
        using Factor templates = Build.Factor(engine, a), b = Build.Factor(engine, product), s = engine.Allocate(Rows, 6);
        using Gram gram = engine.AllocateGram(6);
        engine.Gram(templates, gram);
        double[,] q = Naive.Gram(Build.Read(templates)), read = Build.Read(gram), rows = Build.Read(b);
        for (int k = 0; k < 6; k++)
        {
            Assert.Equal(read[k, 1], read[k, 4], 1e-12);
            for (int l = 0; l < 6; l++)
                Assert.Equal(read[k, l], read[l, k]);
            q[k, k] *= 1 + 1e-5;
        }

        // From every column at once, so that every row meets the dependent ones.
        s.CopyFrom([.. Enumerable.Repeat(1f, Rows * 6)]);
        engine.NonnegativeLeastSquares(s, gram, b, default);
        double[,] actual = Build.Read(s);
        for (int i = 0; i < Rows; i++)
        {
            double[] expected = Naive.BestOfAllSupports(q, Naive.Row(rows, i));
            for (int k = 0; k < 6; k++)
                Assert.Equal(expected[k], actual[i, k], 1e-6 * expected.Max() + 1e-12);
        }
    }

    // Two equal templates, one of zeros, and rows of zeros.
    private static (double[,] Templates, double[,] Product) Dependent()
    {
        double[,] a = Naive.Random(Columns, 6, 3), product = Naive.Random(Rows, 6, 4);
        for (int j = 0; j < Columns; j++)
        {
            a[j, 4] = a[j, 1];
            a[j, 5] = 0;
        }

        for (int i = 0; i < Rows; i++)
        {
            product[i, 5] = 0;
            product[i, 4] = product[i, 1];
            for (int k = 0; i % 7 == 0 && k < 6; k++)
                product[i, k] = 0;
        }

        return (a, product);
    }

    private static float[] Read(Gram gram) => [.. Build.Read(gram).Cast<double>().Select(v => (float)v)];

    private static Factor Random(ComputeEngine engine, int rows, int rank, int seed, double shift = 0)
    {
        double[,] values = Naive.Random(rows, rank, seed, 0.8);
        for (int i = 0; i < rows; i++)
        {
            for (int k = 0; k < rank; k++)
                values[i, k] += shift;
        }

        return Build.Factor(engine, values);
    }

    // Runs the same on both engines and holds every number against its twin, as a share of the largest of the neighbouring ones.
    private void Compare(long budget, Func<ComputeEngine, DataMatrix?, float[]> run, bool? sparse = null, double share = 1e-5)
    {
        float[] expected = RunOn(_managed), actual;
        using (ComputeEngine engine = TorchEngines.Create(budget))
            actual = RunOn(engine);
        Assert.Equal(expected.Length, actual.Length);
        double largest = expected.Max(v => Math.Abs((double)v));
        for (int i = 0; i < expected.Length; i++)
        {
            float[] around = expected[Math.Max(i - 20, 0)..Math.Min(i + 20, expected.Length)];
            double scale = Math.Max(Math.Abs(expected[i]), expected.Length > 3 ? around.Max(v => Math.Abs(v)) : largest);
            Assert.True(Math.Abs(expected[i] - actual[i]) <= share * scale, $"[{i}]: managed {expected[i]}, torch {actual[i]}");
        }

        float[] RunOn(ComputeEngine engine)
        {
            using DataMatrix? data = sparse is { } isSparse ? engine.Load(Build.Examples(Naive.Random(Rows, Columns, 7, isSparse ? 0.15 : 1), isSparse)) : null;
            return run(engine, data);
        }
    }
}
