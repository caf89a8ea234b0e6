namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>Matrices of double and the plain loops that the kernels are held against.</summary>
internal static class Naive
{
    public static double[,] Random(int rows, int columns, int seed, double density = 1, double scale = 1)
    {
        var random = new Random(seed);
        var values = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                values[i, j] = random.NextDouble() < density ? (float)((0.05 + random.NextDouble()) * scale) : 0;
        }

        return values;
    }

    /// <summary>Uniform values from −1 to 1.</summary>
    public static double[,] Signed(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        var values = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                values[i, j] = (float)(2 * random.NextDouble() - 1);
        }

        return values;
    }

    public static double[] Row(double[,] a, int row) => [.. Enumerable.Range(0, a.GetLength(1)).Select(k => a[row, k])];

    public static double[,] Transpose(double[,] a)
    {
        var t = new double[a.GetLength(1), a.GetLength(0)];
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < a.GetLength(1); j++)
                t[j, i] = a[i, j];
        }

        return t;
    }

    public static double[,] Multiply(double[,] a, double[,] b)
    {
        var c = new double[a.GetLength(0), b.GetLength(1)];
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int k = 0; k < a.GetLength(1); k++)
            {
                for (int j = 0; j < b.GetLength(1); j++)
                    c[i, j] += a[i, k] * b[k, j];
            }
        }

        return c;
    }

    public static double[,] Gram(double[,] a) => Multiply(Transpose(a), a);

    /// <summary>Entry by entry, with both sides bounded below as the library documents.</summary>
    public static double Divergence(double[,] x, double[,] f, double[,] o, double beta)
    {
        double[,] approximation = Multiply(f, Transpose(o));
        double floor = FloorOf(x, beta), sum = 0;
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int j = 0; j < x.GetLength(1); j++)
                sum += BetaDivergence.Of(beta <= 0 ? Math.Max(x[i, j], floor) : x[i, j], beta == 2 ? approximation[i, j] : Math.Max(approximation[i, j], floor), beta);
        }

        return sum;
    }

    /// <summary>(X ∘ X̂^(β−2)) O and X̂^(β−1) O.</summary>
    public static (double[,] Numerator, double[,] Denominator) Terms(double[,] x, double[,] f, double[,] o, double beta)
    {
        double[,] approximation = Multiply(f, Transpose(o));
        double floor = FloorOf(x, beta);
        var left = new double[x.GetLength(0), x.GetLength(1)];
        var right = new double[x.GetLength(0), x.GetLength(1)];
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int j = 0; j < x.GetLength(1); j++)
            {
                double y = Math.Max(approximation[i, j], floor);
                left[i, j] = (beta <= 0 ? Math.Max(x[i, j], floor) : x[i, j]) * Math.Pow(y, beta - 2);
                right[i, j] = Math.Pow(y, beta - 1);
            }
        }

        return (Multiply(left, o), Multiply(right, o));
    }

    /// <summary>½ f Q fᵀ − b fᵀ over f ≥ 0 by trying every support: exact for a handful of variables.</summary>
    public static double[] BestOfAllSupports(double[,] q, double[] b)
    {
        int r = b.Length;
        var best = new double[r];
        double bestValue = 0;
        for (int support = 1; support < 1 << r; support++)
        {
            int[] on = [.. Enumerable.Range(0, r).Where(k => (support >> k & 1) == 1)];
            double[]? x = Solve(q, b, on);
            if (x is null || x.Any(v => v < 0))
                continue;
            double value = 0;
            for (int k = 0; k < on.Length; k++)
                value -= 0.5 * b[on[k]] * x[k];
            if (value < bestValue)
            {
                bestValue = value;
                best = new double[r];
                for (int k = 0; k < on.Length; k++)
                    best[on[k]] = x[k];
            }
        }

        return best;
    }

    public static double Quadratic(double[,] q, double[] b, double[] f)
    {
        double sum = 0;
        for (int k = 0; k < f.Length; k++)
        {
            for (int l = 0; l < f.Length; l++)
                sum += 0.5 * f[k] * q[k, l] * f[l];
            sum -= b[k] * f[k];
        }

        return sum;
    }

    /// <summary>Gaussian elimination with pivoting on the rows and columns that are on; null where they are singular.</summary>
    public static double[]? Solve(double[,] q, double[] b, int[] on)
    {
        int n = on.Length;
        var a = new double[n, n + 1];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                a[i, j] = q[on[i], on[j]];
            a[i, n] = b[on[i]];
        }

        for (int c = 0; c < n; c++)
        {
            int pivot = Enumerable.Range(c, n - c).MaxBy(i => Math.Abs(a[i, c]));
            if (Math.Abs(a[pivot, c]) < 1e-12)
                return null;
            for (int j = 0; j <= n; j++)
                (a[c, j], a[pivot, j]) = (a[pivot, j], a[c, j]);
            for (int i = 0; i < n; i++)
            {
                if (i == c)
                    continue;
                double factor = a[i, c] / a[c, c];
                for (int j = c; j <= n; j++)
                    a[i, j] -= factor * a[c, j];
            }
        }

        return [.. Enumerable.Range(0, n).Select(i => a[i, n] / a[i, i])];
    }

    private static double FloorOf(double[,] x, double beta)
    {
        double mean = x.Cast<double>().Average();
        return BetaDivergence.FloorOf(beta) * (mean > 0 ? mean : 1);
    }
}
