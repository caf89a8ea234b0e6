using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

/// <summary>Every primitive against a plain loop in double, on shapes that do and do not fill vectors, tiles and blocks.</summary>
public class ManagedPrimitiveTests
{
    private const double Rounding = 2e-5;

    private static readonly ManagedEngine _engine = new(2);

    public static TheoryData<int, int, int, bool> Shapes()
    {
        var data = new TheoryData<int, int, int, bool>();
        foreach (bool sparse in new[] { true, false })
        {
            foreach ((int n, int m, int r) in new[] { (1, 1, 1), (7, 5, 3), (40, 33, 16), (300, 70, 17), (530, 290, 50), (259, 1100, 67), (33, 20, 130) })
                data.Add(n, m, r, sparse);
        }

        return data;
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Products_with_the_data_equal_the_plain_ones(int n, int m, int r, bool sparse)
    {
        double[,] x = Naive.Random(n, m, 1, 0.3), w = Naive.Random(m, r, 2), h = Naive.Random(n, r, 3);
        using DataMatrix data = _engine.Load(Build.Examples(x, sparse));
        using Factor xw = _engine.Allocate(n, r), xth = _engine.Allocate(m, r);
        _engine.DataProduct(data, Build.Factor(_engine, w), xw);
        _engine.DataProduct(data.Transposed, Build.Factor(_engine, h), xth);
        Near.Equal(Naive.Multiply(x, w), Build.Read(xw), Rounding);
        Near.Equal(Naive.Multiply(Naive.Transpose(x), h), Build.Read(xth), Rounding);
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Gram_and_small_product_equal_the_plain_ones(int n, int m, int r, bool sparse)
    {
        _ = (m, sparse);
        double[,] h = Naive.Random(n, r, 4, 0.7);
        using Factor factor = Build.Factor(_engine, h), product = _engine.Allocate(n, r);
        using Gram gram = _engine.AllocateGram(r);
        _engine.Gram(factor, gram);
        Near.Equal(Naive.Gram(h), Build.Read(gram), Rounding);
        _engine.GramProduct(factor, gram, product);
        Near.Equal(Naive.Multiply(h, Naive.Gram(h)), Build.Read(product), Rounding);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(300, 5, 17)]
    [InlineData(1100, 40, 9)]
    [InlineData(2100, 16, 33)]
    public void Products_with_small_factors_and_cross_products_equal_the_plain_ones(int rows, int a, int b)
    {
        double[,] tall = Naive.Random(rows, a, 4, 0.7), other = Naive.Random(rows, b, 5), small = Naive.Random(a, b, 6);
        using Factor f = Build.Factor(_engine, tall), o = Build.Factor(_engine, other), s = Build.Factor(_engine, small);
        using Factor product = _engine.Allocate(rows, b), back = _engine.Allocate(rows, a), cross = _engine.Allocate(a, b), weighed = _engine.Allocate(a, b);
        _engine.SmallProduct(f, s, product);
        Near.Equal(Naive.Multiply(tall, small), Build.Read(product), Rounding);
        _engine.SmallProductTransposed(o, s, back);
        Near.Equal(Naive.Multiply(other, Naive.Transpose(small)), Build.Read(back), Rounding);
        _engine.CrossProduct(f, o, cross);
        Near.Equal(Naive.Multiply(Naive.Transpose(tall), other), Build.Read(cross), Rounding);
        using Gram gram = Build.Gram(_engine, Naive.Gram(tall));
        _engine.LeftGramProduct(gram, s, weighed);
        Near.Equal(Naive.Multiply(Naive.Gram(tall), small), Build.Read(weighed), Rounding);
    }

    [Fact]
    public void Projected_terms_equal_the_plain_ones_for_one_denominator_row_and_for_many()
    {
        double[,] left = Naive.Random(500, 6, 7), numerator = Naive.Random(500, 4, 8), denominator = Naive.Random(500, 4, 9), row = Naive.Random(1, 4, 10), all = new double[500, 4];
        for (int i = 0; i < 500; i++)
        {
            for (int k = 0; k < 4; k++)
                all[i, k] = row[0, k];
        }

        foreach ((double[,] given, double[,] expected) in new[] { (denominator, denominator), (row, all) })
        {
            using var terms = new MultiplicativeTerms(Build.Factor(_engine, numerator), Build.Factor(_engine, given));
            using var result = new MultiplicativeTerms(_engine.Allocate(6, 4), _engine.Allocate(6, 4));
            _engine.ProjectTerms(Build.Factor(_engine, left), terms, result);
            Near.Equal(Naive.Multiply(Naive.Transpose(left), numerator), Build.Read(result.Numerator), Rounding);
            Near.Equal(Naive.Multiply(Naive.Transpose(left), expected), Build.Read(result.Denominator), Rounding);
        }
    }

    [Fact]
    public void Inner_products_and_penalties_equal_the_plain_ones()
    {
        double[,] a = Naive.Random(700, 21, 5), b = Naive.Random(700, 21, 6);
        using Factor fa = Build.Factor(_engine, a), fb = Build.Factor(_engine, b);
        double inner = 0, penalty = 0;
        for (int i = 0; i < 700; i++)
        {
            for (int k = 0; k < 21; k++)
            {
                inner += a[i, k] * b[i, k];
                penalty += 0.3 * a[i, k] + 0.5 * 0.7 * a[i, k] * a[i, k];
                for (int l = 0; l < 21; l++)
                    penalty += l == k ? 0 : 0.5 * 0.2 * a[i, k] * a[i, l];
            }
        }

        Near.Equal(inner, _engine.Inner(fa, fb), 1e-9);
        Near.Equal(penalty, _engine.PenaltyOf(fa, new Penalty(0.3f, 0.7f, 0.2f)), 1e-6);
    }

    public static TheoryData<double, bool> BetasAndKinds()
    {
        var data = new TheoryData<double, bool>();
        foreach (double beta in new[] { -1, -0.5, 0, 0.5, 1, 1.5, 1.7, 2, 2.5, 3 })
        {
            data.Add(beta, true);
            data.Add(beta, false);
        }

        return data;
    }

    [Theory, MemberData(nameof(BetasAndKinds))]
    public void Terms_and_divergence_equal_the_plain_ones_from_both_sides(double beta, bool sparse)
    {
        // Zeros in the data are the rule; for β ≤ 0 they count as the documented floor.
        double[,] x = Naive.Random(300, 270, 7, 0.4), h = Naive.Random(300, 19, 8), w = Naive.Random(270, 19, 9);
        using DataMatrix data = _engine.Load(Build.Examples(x, sparse));
        Check(data, x, h, w, beta);
        Check(data.Transposed, Naive.Transpose(x), w, h, beta);
    }

    private static void Check(DataMatrix data, double[,] x, double[,] f, double[,] o, double beta)
    {
        using Factor factor = Build.Factor(_engine, f), other = Build.Factor(_engine, o);
        double expected = Naive.Divergence(x, f, o, beta);
        Near.Equal(expected, _engine.Divergence(data, factor, other, beta), 3e-5);
        using MultiplicativeTerms terms = _engine.AllocateTerms(f.GetLength(0), f.GetLength(1), beta);
        Near.Equal(expected, _engine.ComputeTerms(data, factor, other, beta, terms, evaluate: true), 3e-5);
        (double[,] numerator, double[,] denominator) = Naive.Terms(x, f, o, beta);
        Near.Equal(numerator, Build.Read(terms.Numerator), 3e-5);
        double[,] actual = Build.Read(terms.Denominator);
        if (beta == 1)
        {
            // One row for all.
            for (int k = 0; k < f.GetLength(1); k++)
                Near.Equal(denominator[0, k], actual[0, k], 3e-5);
        }
        else
        {
            Near.Equal(denominator, actual, 3e-5);
        }

        Assert.True(double.IsNaN(_engine.ComputeTerms(data, factor, other, beta, terms, evaluate: false)));
        Near.Equal(numerator, Build.Read(terms.Numerator), 3e-5);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_approximation_of_zero_is_bounded_and_gives_no_nan(bool sparse)
    {
        double[,] x = Naive.Random(20, 18, 10, 0.5), zero = new double[20, 4], w = Naive.Random(18, 4, 11);
        using DataMatrix data = _engine.Load(Build.Examples(x, sparse));
        using Factor factor = Build.Factor(_engine, zero), other = Build.Factor(_engine, w);
        foreach (double beta in new[] { -2, -1, 0, 0.5, 1, 1.5, 3.0 })
        {
            using MultiplicativeTerms terms = _engine.AllocateTerms(20, 4, beta);
            Assert.True(double.IsFinite(_engine.ComputeTerms(data, factor, other, beta, terms, evaluate: true)), $"β = {beta}");
            Assert.All(Build.Floats(terms.Numerator), v => Assert.True(float.IsFinite(v), $"β = {beta}"));
            Assert.All(Build.Floats(terms.Denominator), v => Assert.True(float.IsFinite(v), $"β = {beta}"));
        }
    }

    [Fact]
    public void Compressed_rows_transposed_twice_are_the_same()
    {
        double[,] x = Naive.Random(600, 410, 12, 0.05);
        CompressedRows rows = Build.Sparse(x).Data;
        CompressedRows back = rows.Transpose().Transpose();
        Assert.Equal(rows.NonZeros, back.NonZeros);
        for (int b = 0; b < rows.Blocks.Length; b++)
        {
            Assert.Equal(rows.Blocks[b].Starts, back.Blocks[b].Starts);
            Assert.Equal(rows.Blocks[b].Columns, back.Blocks[b].Columns);
            Assert.Equal(rows.Blocks[b].Values, back.Blocks[b].Values);
        }
    }

    [Fact]
    public void A_factor_too_large_for_an_array_is_refused_in_words()
    {
        var problem = Assert.Throws<InvalidOperationException>(() => _engine.Allocate(200_000_000, 50));
        Assert.Contains("200000000 rows and rank 50", problem.Message);
    }
}
