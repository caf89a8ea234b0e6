using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

/// <summary>
/// The kernels on dense data against plain loops in double, on shapes that leave a rest in every direction, and on those that are cut into parts of what is
/// summed over because they have few rows or few columns.
/// </summary>
public class DenseKernelTests
{
    private const double Rounding = 2e-5;

    private static readonly ManagedEngine _one = new(1);
    private static readonly ManagedEngine _three = new(3);

    public static TheoryData<int, int, int> Shapes()
    {
        var data = new TheoryData<int, int, int>();
        // Every height of a tile: ranks up to 14, and 26 and 27.
        for (int rank = 1; rank <= 14; rank++)
            data.Add(9 + rank, 30 + 7 * rank, rank);
        foreach ((int n, int m, int r) in new[]
        {
            (1, 700, 26), (700, 1, 27), (31, 33, 40), (257, 513, 21), (64, 480, 52), (65, 481, 53), (33, 1024, 8), (130, 2048, 11), (2, 3, 200), (520, 47, 50),
        })
        {
            data.Add(n, m, r);
        }

        return data;
    }

    /// <summary>Enough work for several threads, but few rows, few columns, or few of neither.</summary>
    public static TheoryData<int, int, int> SharedShapes() => new() { { 5200, 33, 31 }, { 33, 5200, 31 }, { 1300, 520, 13 }, { 4100, 17, 77 } };

    [Theory, MemberData(nameof(Shapes)), MemberData(nameof(SharedShapes))]
    public void Products_equal_the_plain_ones_with_the_same_bits_on_any_number_of_threads(int n, int m, int r)
    {
        double[,] x = Naive.Random(n, m, 1, 0.7), w = Naive.Signed(m, r, 2), h = Naive.Signed(n, r, 3);
        (float[] xw, float[] xth) = Products(_one, x, w, h);
        AssertNear(Naive.Multiply(x, w), xw);
        AssertNear(Naive.Multiply(Naive.Transpose(x), h), xth);
        (float[] sameXw, float[] sameXth) = Products(_three, x, w, h);
        Assert.Equal(xw, sameXw);
        Assert.Equal(xth, sameXth);
    }

    [Theory, MemberData(nameof(Shapes)), MemberData(nameof(SharedShapes))]
    public void Terms_equal_the_plain_ones_with_the_same_bits_on_any_number_of_threads(int n, int m, int r)
    {
        double[,] x = Naive.Random(n, m, 4, 0.7), w = Naive.Random(m, r, 5), h = Naive.Random(n, r, 6);
        foreach (double beta in new[] { -0.7, 0, 0.5, 1, 1.3, 1.5, 3 })
        {
            Check(x, h, w, beta, isTransposed: false);
            Check(Naive.Transpose(x), w, h, beta, isTransposed: true);
        }
    }

    [Fact]
    public void Padding_of_products_and_terms_stays_zero()
    {
        double[,] x = Naive.Random(70, 50, 7), w = Naive.Random(50, 5, 8), h = Naive.Random(70, 5, 9);
        using DataMatrix data = _one.Load(Build.Dense(x));
        using var xw = new ManagedFactor(70, 5);
        using var xth = new ManagedFactor(50, 5);
        using Factor left = Build.Factor(_one, h), right = Build.Factor(_one, w);
        _one.DataProduct(data, right, xw);
        AssertPadded(xw);
        _one.DataProduct(data.Transposed, left, xth);
        AssertPadded(xth);
        foreach (double beta in new[] { -1, 0.5, 1 })
        {
            using MultiplicativeTerms ofRows = _one.AllocateTerms(70, 5, beta), ofColumns = _one.AllocateTerms(50, 5, beta);
            _one.ComputeTerms(data, left, right, beta, ofRows, evaluate: true);
            _one.ComputeTerms(data.Transposed, right, left, beta, ofColumns, evaluate: true);
            foreach (Factor term in new[] { ofRows.Numerator, ofRows.Denominator, ofColumns.Numerator, ofColumns.Denominator })
                AssertPadded((ManagedFactor)term);
        }
    }

    [Fact]
    public void A_divergence_of_a_good_fit_keeps_its_digits()
    {
        // Residuals of 1e-3: separate sums of x log(x / x̂) and x̂ − x would leave nothing of them in float32.
        double[,] h = Naive.Random(150, 4, 10), w = Naive.Random(333, 4, 11), x = Naive.Multiply(h, Naive.Transpose(w)), noise = Naive.Signed(150, 333, 12);
        for (int i = 0; i < 150; i++)
        {
            for (int j = 0; j < 333; j++)
                x[i, j] = (float)(x[i, j] * (1 + 1e-3 * noise[i, j]));
        }

        using DataMatrix data = _one.Load(Build.Dense(x));
        using Factor left = Build.Factor(_one, h), right = Build.Factor(_one, w);
        foreach (double beta in new[] { 0, 0.5, 1, 1.2, 1.5, 3 })
        {
            double expected = Naive.Divergence(x, h, w, beta);
            Near.Equal(expected, _one.Divergence(data, left, right, beta), 1e-3);
            Near.Equal(expected, _one.Divergence(data.Transposed, right, left, beta), 1e-3);
        }
    }

    private static (float[] Xw, float[] Xth) Products(ManagedEngine engine, double[,] x, double[,] w, double[,] h)
    {
        using DataMatrix data = engine.Load(Build.Dense(x));
        using Factor right = Build.Factor(engine, w), left = Build.Factor(engine, h), xw = engine.Allocate(x.GetLength(0), w.GetLength(1));
        using Factor xth = engine.Allocate(x.GetLength(1), w.GetLength(1));
        engine.DataProduct(data, right, xw);
        engine.DataProduct(data.Transposed, left, xth);
        return (Build.Floats(xw), Build.Floats(xth));
    }

    private static void Check(double[,] x, double[,] f, double[,] o, double beta, bool isTransposed)
    {
        (double divergence, float[] numerator, float[] denominator) = Terms(_one, x, f, o, beta, isTransposed);
        (double[,] expected, double[,] expectedDenominator) = Naive.Terms(x, f, o, beta);
        Near.Equal(Naive.Divergence(x, f, o, beta), divergence, Rounding);
        AssertNear(expected, numerator);
        if (beta != 1)
            AssertNear(expectedDenominator, denominator);
        (double sameDivergence, float[] sameNumerator, float[] sameDenominator) = Terms(_three, x, f, o, beta, isTransposed);
        Assert.Equal(divergence, sameDivergence);
        Assert.Equal(numerator, sameNumerator);
        Assert.Equal(denominator, sameDenominator);
    }

    private static (double Divergence, float[] Numerator, float[] Denominator) Terms(
        ManagedEngine engine, double[,] x, double[,] f, double[,] o, double beta, bool isTransposed)
    {
        using DataMatrix data = engine.Load(Build.Dense(isTransposed ? Naive.Transpose(x) : x));
        using Factor factor = Build.Factor(engine, f), other = Build.Factor(engine, o);
        using MultiplicativeTerms terms = engine.AllocateTerms(f.GetLength(0), f.GetLength(1), beta);
        double divergence = engine.ComputeTerms(isTransposed ? data.Transposed : data, factor, other, beta, terms, evaluate: true);
        float[] numerator = Build.Floats(terms.Numerator);
        engine.ComputeTerms(isTransposed ? data.Transposed : data, factor, other, beta, terms, evaluate: false);
        Assert.Equal(numerator, Build.Floats(terms.Numerator));
        return (divergence, numerator, Build.Floats(terms.Denominator));
    }

    private static void AssertNear(double[,] expected, float[] actual)
    {
        double scale = expected.Cast<double>().Max(Math.Abs);
        int at = 0;
        foreach (double value in expected)
            Assert.InRange(actual[at++], value - Rounding * scale, value + Rounding * scale);
    }

    private static void AssertPadded(ManagedFactor factor)
    {
        for (int i = 0; i < factor.Rows; i++)
            Assert.All(factor.RowRange(i, 1)[factor.Rank..].ToArray(), value => Assert.Equal(0, value));
    }
}
