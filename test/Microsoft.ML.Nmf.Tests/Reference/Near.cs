namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>Asserts on numbers that rounding may have touched.</summary>
internal static class Near
{
    /// <summary>Every entry within a share of the largest expected one.</summary>
    public static void Equal(double[,] expected, double[,] actual, double share)
    {
        Assert.Equal((expected.GetLength(0), expected.GetLength(1)), (actual.GetLength(0), actual.GetLength(1)));
        double largest = expected.Cast<double>().Max(Math.Abs);
        for (int i = 0; i < expected.GetLength(0); i++)
        {
            for (int j = 0; j < expected.GetLength(1); j++)
                Assert.True(Math.Abs(expected[i, j] - actual[i, j]) <= share * largest, $"[{i},{j}]: expected {expected[i, j]}, got {actual[i, j]}, largest {largest}");
        }
    }

    /// <summary>Within a share of the expected value.</summary>
    public static void Equal(double expected, double actual, double share)
        => Assert.True(Math.Abs(expected - actual) <= share * Math.Abs(expected), $"expected {expected}, got {actual}");

    /// <summary>Never more than a share of its start above the value before.</summary>
    public static void NeverRises(IEnumerable<double> values, double share)
    {
        double start = double.NaN, before = double.PositiveInfinity;
        int step = 0;
        foreach (double value in values)
        {
            if (step == 0)
                start = Math.Abs(value);
            Assert.True(double.IsFinite(value), $"step {step}: {value}");
            Assert.True(value <= before + share * start, $"step {step}: {before} rose to {value}");
            before = value;
            step++;
        }
    }
}
