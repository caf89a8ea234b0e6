using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

/// <summary>What is done entry by entry or column by column to factors, against plain loops in double, on shapes that do and do not fill vectors and blocks.</summary>
public class ElementwisePrimitiveTests
{
    // A handful of operations in float32, whose rounding is 6e-8 each.
    private const double Rounding = 1e-6;

    private static readonly ManagedEngine _engine = new(2);

    public static TheoryData<int, int> Shapes() => new() { { 1, 1 }, { 7, 5 }, { 256, 16 }, { 300, 17 }, { 700, 33 } };

    [Theory, MemberData(nameof(Shapes))]
    public void A_copy_has_the_same_bits_and_is_apart(int rows, int rank)
    {
        using Factor source = Build.Factor(_engine, Naive.Signed(rows, rank, 1)), target = Build.Factor(_engine, Naive.Signed(rows, rank, 2));
        float[] expected = Build.Floats(source);
        _engine.Copy(source, target);
        source.CopyFrom(new float[rows * rank]);
        Assert.Equal(expected, Build.Floats(target));
        AssertPadding(target);
    }

    [Theory, MemberData(nameof(Shapes))]
    public void A_combination_is_the_plain_one_whether_or_not_it_replaces_an_operand(int rows, int rank)
    {
        double[,] a = Naive.Signed(rows, rank, 3), b = Naive.Signed(rows, rank, 4);
        using Factor first = Build.Factor(_engine, a), second = Build.Factor(_engine, b), apart = _engine.Allocate(rows, rank);
        _engine.Combine(0.7, first, -1.3, second, apart);
        Near.Equal(Map((i, k) => 0.7 * a[i, k] - 1.3 * b[i, k], rows, rank), Build.Read(apart), Rounding);
        AssertPadding(apart);
        float[] expected = Build.Floats(apart);
        using Factor onFirst = Build.Factor(_engine, a), onSecond = Build.Factor(_engine, b);
        _engine.Combine(0.7, onFirst, -1.3, second, onFirst);
        _engine.Combine(0.7, first, -1.3, onSecond, onSecond);
        Assert.Equal(expected, Build.Floats(onFirst));
        Assert.Equal(expected, Build.Floats(onSecond));
        _engine.Combine(0.5, onFirst, 0.25, onFirst, onFirst);
        Assert.Equal(expected.Select(v => 0.75f * v), Build.Floats(onFirst), (x, y) => Math.Abs(x - y) <= Rounding * Math.Abs(x));
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Projecting_sets_what_is_negative_to_zero_and_leaves_the_rest(int rows, int rank)
    {
        using Factor factor = Build.Factor(_engine, Naive.Signed(rows, rank, 5));
        float[] before = Build.Floats(factor);
        _engine.AtLeast(factor, 0);
        Assert.Equal(before.Select(v => v < 0 ? 0 : v), Build.Floats(factor));
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Values_are_kept_where_the_pattern_is_above_zero_alone(int rows, int rank)
    {
        double[,] f = Naive.Signed(rows, rank, 15), p = Naive.Signed(rows, rank, 16);
        for (int i = 0; i < rows; i++)
            p[i, rank - 1] = 0;
        using Factor factor = Build.Factor(_engine, f), pattern = Build.Factor(_engine, p), result = _engine.Allocate(rows, rank);
        float[] expected = [.. Build.Floats(factor).Zip(Build.Floats(pattern), (value, by) => by > 0 ? value : 0)];
        _engine.KeepWhere(factor, pattern, result);
        Assert.Equal(expected, Build.Floats(result));
        AssertPadding(result);
        _engine.KeepWhere(factor, pattern, factor);
        Assert.Equal(expected, Build.Floats(factor));
    }

    [Theory, MemberData(nameof(Shapes))]
    public void What_lies_along_a_direction_is_removed_from_every_column(int rows, int rank)
    {
        double[,] f = Naive.Signed(rows, rank, 6), d = Naive.Signed(rows, rank, 7), expected = (double[,])f.Clone();
        for (int i = 0; i < rows && rank > 3; i++)
            d[i, 3] = 0;
        for (int k = 0; k < rank; k++)
        {
            double shared = Column(d, k).Zip(Column(f, k), (x, y) => x * y).Sum(), length = Column(d, k).Sum(v => v * v);
            for (int i = 0; i < rows && length > 0; i++)
                expected[i, k] -= shared / length * d[i, k];
        }

        using Factor factor = Build.Factor(_engine, f), direction = Build.Factor(_engine, d);
        _engine.RemoveAlong(factor, direction);
        double[,] actual = Build.Read(factor);
        for (int i = 0; i < rows; i++)
        {
            for (int k = 0; k < rank; k++)
                Assert.Equal(expected[i, k], actual[i, k], Rounding);
            // A direction of zeros takes nothing, not a bit.
            if (rank > 3)
                Assert.Equal(f[i, 3], actual[i, 3]);
        }

        AssertPadding(factor);
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Columns_take_the_norms_of_a_pattern(int rows, int rank)
    {
        double[,] f = Naive.Random(rows, rank, 8, 0.8), p = Naive.Random(rows, rank, 9);
        using Factor factor = Build.Factor(_engine, f), pattern = Build.Factor(_engine, p);
        _engine.TakeColumnNorms(factor, pattern);
        double[] scales = [.. Enumerable.Range(0, rank).Select(k => Norm(p, k) / Norm(f, k))];
        Near.Equal(Map((i, k) => double.IsFinite(scales[k]) ? f[i, k] * scales[k] : p[i, k], rows, rank), Build.Read(factor), Rounding);
        for (int k = 0; k < rank; k++)
            Near.Equal(Norm(p, k), Norm(Build.Read(factor), k), Rounding);
        AssertPadding(factor);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e-44f)]
    [InlineData(1e-38f)]
    public void A_column_that_vanished_gets_a_finite_one_of_the_norm_of_the_pattern(float left)
    {
        double[,] f = Naive.Random(600, 5, 10), p = Naive.Random(600, 5, 11, scale: 1000);
        for (int i = 0; i < 600; i++)
            f[i, 2] = 0;
        f[599, 2] = left;
        using Factor factor = Build.Factor(_engine, f), pattern = Build.Factor(_engine, p);
        _engine.TakeColumnNorms(factor, pattern);
        double[,] actual = Build.Read(factor);
        for (int k = 0; k < 5; k++)
            Near.Equal(Norm(p, k), Norm(actual, k), Rounding);
        if (left == 0)
            Assert.Equal(Column(p, 2), Column(actual, 2));
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Steps_of_Adam_are_those_of_the_algorithm_in_double(int rows, int rank)
    {
        const double rate = 0.05, b1 = 0.8, b2 = 0.95, epsilon = 1e-3;
        double[,] x = Naive.Random(rows, rank, 12), m = new double[rows, rank], v = new double[rows, rank];
        using Factor factor = Build.Factor(_engine, x), first = _engine.Allocate(rows, rank), second = _engine.Allocate(rows, rank);
        for (int t = 1; t <= 20; t++)
        {
            double[,] g = Naive.Signed(rows, rank, 100 + t);
            using Factor gradient = Build.Factor(_engine, g);
            _engine.AdamUpdate(factor, gradient, (first, second), new AdamRule(rate, b1, b2, epsilon, t));
            for (int i = 0; i < rows; i++)
            {
                for (int k = 0; k < rank; k++)
                {
                    m[i, k] = b1 * m[i, k] + (1 - b1) * g[i, k];
                    v[i, k] = b2 * v[i, k] + (1 - b2) * g[i, k] * g[i, k];
                    x[i, k] = Math.Max(0, x[i, k] - rate * (m[i, k] / (1 - Math.Pow(b1, t))) / (Math.Sqrt(v[i, k] / (1 - Math.Pow(b2, t))) + epsilon));
                }
            }
        }

        // Twenty steps of a few roundings each.
        Near.Equal(m, Build.Read(first), 2e-6);
        Near.Equal(v, Build.Read(second), 2e-6);
        Near.Equal(x, Build.Read(factor), 5e-6);
        AssertPadding(factor);
    }

    [Theory]
    [InlineData(1e-8)]
    [InlineData(1e-60)]
    public void An_entry_whose_gradient_was_always_zero_stays_under_Adam(double epsilon)
    {
        double[,] x = Naive.Random(20, 3, 13);
        using Factor factor = Build.Factor(_engine, x), gradient = _engine.Allocate(20, 3), first = _engine.Allocate(20, 3), second = _engine.Allocate(20, 3);
        for (int t = 1; t <= 3; t++)
            _engine.AdamUpdate(factor, gradient, (first, second), new AdamRule(0.1, 0.9, 0.999, epsilon, t));
        Assert.Equal(x, Build.Read(factor));
        AssertPadding(factor);
    }

    [Theory]
    [InlineData(1e-20)]
    [InlineData(1e-30)]
    public void A_step_of_Adam_is_no_longer_than_its_rate_where_squares_vanish(double slope)
    {
        using Factor factor = Build.Factor(_engine, new double[,] { { 1, 1 } }), gradient = Build.Factor(_engine, new double[,] { { slope, -slope } }), first = _engine.Allocate(1, 2), second = _engine.Allocate(1, 2);
        _engine.AdamUpdate(factor, gradient, (first, second), new AdamRule(0.1, 0.9, 0.999, 1e-60, 1));
        Assert.All(Build.Floats(factor), v => Assert.InRange(v, 0.9f - 1e-6f, 1.1f + 1e-6f));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(300, 20, 3)]
    [InlineData(700, 33, 17)]
    public void The_squared_error_is_the_plain_one(int rows, int width, int rank)
    {
        double[,] t = Naive.Random(rows, width, 14), f = Naive.Random(rows, rank, 15), s = Naive.Random(width, rank, 16), product = Naive.Multiply(f, Naive.Transpose(s));
        double expected = Map((i, j) => t[i, j] - product[i, j], rows, width).Cast<double>().Sum(v => v * v);
        using Factor target = Build.Factor(_engine, t), factor = Build.Factor(_engine, f), small = Build.Factor(_engine, s), exact = Build.Factor(_engine, product);
        Near.Equal(expected, _engine.SquaredError(target, factor, small), Rounding);
        // The residuals of an exact product are its roundings, and none of them is lost in a difference of large sums.
        Assert.InRange(_engine.SquaredError(exact, factor, small), 0, 1e-12 * product.Cast<double>().Sum(v => v * v));
    }

    [Fact]
    public void The_same_bits_come_from_any_number_of_threads()
    {
        float[][] one = Compute(1);
        Assert.Equal(one, Compute(2));
        Assert.Equal(one, Compute(3));

        static float[][] Compute(int threads)
        {
            using var engine = new ManagedEngine(threads);
            using Factor a = Build.Factor(engine, Naive.Random(1500, 21, 17)), b = Build.Factor(engine, Naive.Random(1500, 21, 18)), c = engine.Allocate(1500, 21), s = Build.Factor(engine, Naive.Random(21, 21, 19));
            var results = new List<float[]>();
            engine.Combine(0.3, a, -0.4, b, c);
            results.Add(Build.Floats(c));
            engine.RemoveAlong(c, b);
            results.Add(Build.Floats(c));
            engine.TakeColumnNorms(c, a);
            results.Add(Build.Floats(c));
            using Factor first = engine.Allocate(1500, 21), second = engine.Allocate(1500, 21);
            engine.AdamUpdate(a, c, (first, second), new AdamRule(0.1, 0.9, 0.99, 1e-8, 1));
            results.AddRange([Build.Floats(a), Build.Floats(first), Build.Floats(second)]);
            engine.AtLeast(c, 0);
            engine.KeepWhere(b, c, c);
            engine.Copy(c, b);
            results.Add(Build.Floats(b));
            double error = engine.SquaredError(a, b, s);
            results.Add([(float)error, (float)(error - (float)error)]);
            return [.. results];
        }
    }

    private static void AssertPadding(Factor factor)
    {
        var managed = (ManagedFactor)factor;
        for (int i = 0; i < managed.Rows; i++)
            Assert.All(managed.RowRange(i, 1)[managed.Rank..].ToArray(), v => Assert.Equal(0, v));
    }

    private static double[,] Map(Func<int, int, double> value, int rows, int columns)
    {
        var values = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int k = 0; k < columns; k++)
                values[i, k] = value(i, k);
        }

        return values;
    }

    private static double[] Column(double[,] a, int column) => [.. Enumerable.Range(0, a.GetLength(0)).Select(i => a[i, column])];

    private static double Norm(double[,] a, int column) => Math.Sqrt(Column(a, column).Sum(v => v * v));
}
