using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Exporting;

/// <summary>
/// How many steps of which length find the activations for β = 1 without looking at how far they are. With p_k = W_k / ΣW_k, x and y_k = h_k ΣW_k / Σx over
/// their sums, the objective is Σ y − Σ x log(P y): a few multiplicative updates, then Newton steps, each of which minimises the second-order model over y ≥ 0
/// by so many projected gradients with momentum, and goes there, or as far as no entry of P y loses more than <see cref="LongestStep"/> of itself.
/// </summary>
/// <param name="NewtonSteps">The Newton steps.</param>
/// <param name="Gradients">The projected gradients of each.</param>
internal readonly record struct NewtonPlan(int NewtonSteps, int Gradients)
{
    /// <summary>Multiplicative updates before the first step.</summary>
    public const int Updates = 8;

    /// <summary>The share of itself that an entry of P y may lose in a step.</summary>
    public const double LongestStep = 0.95;

    /// <summary>The least curvature that a gradient is divided by.</summary>
    public const double LeastCurvature = 1e-12;

    // Of the largest activation.
    private const double Accuracy = 1e-5;

    private const int Examples = 24;

    private static readonly NewtonPlan[] _plans = [new(6, 60), new(8, 120), new(10, 250), new(14, 500)];

    private static readonly NewtonPlan _reference = new(20, 1500);

    /// <summary>The momentum of a gradient.</summary>
    public static double Momentum(int gradient) => gradient / (gradient + 3.0);

    /// <summary>
    /// The next plan after the cheapest that solves rows which are drawn from the templates, short and long, to a hundred-thousandth of their largest
    /// activation, since there are harder rows than those; null where none solves these.
    /// </summary>
    /// <param name="templates">W.</param>
    /// <param name="l1">Weight of the sum of the activations.</param>
    /// <param name="sizes">What each activation is multiplied by before it is compared with the largest; empty for 1.</param>
    public static NewtonPlan? Choose(FactorMatrix templates, double l1, IReadOnlyList<double> sizes)
    {
        double[] sums = templates.ColumnSums();
        double[] linear = [.. sums.Select(sum => sum > 0 ? 1 + l1 / sum : 1)];
        double[] units = [.. sums.Select((sum, k) => sum > 0 ? (sizes.Count == 0 ? 1 : sizes[k]) / sum : 0)];
        if (units.All(unit => unit == 0))
            return _plans[0];
        DrawnRow[] rows = DrawnRow.Draw(templates, sums, Examples);
        double[][] expected = Solve(_reference, rows, linear);
        for (int i = 0; i < _plans.Length; i++)
        {
            double[][] solved = Solve(_plans[i], rows, linear);
            if (solved.Zip(expected).All(pair => ErrorOf(pair.First, pair.Second, units) <= Accuracy))
                return _plans[Math.Min(i + 1, _plans.Length - 1)];
        }

        return null;
    }

    private static double[][] Solve(NewtonPlan plan, DrawnRow[] rows, double[] linear)
    {
        var solved = new double[rows.Length][];
        Parallel.For(0, rows.Length, i => solved[i] = plan.Solve(rows[i], linear));
        return solved;
    }

    private static double ErrorOf(double[] solved, double[] expected, double[] units)
    {
        double largest = 0, error = 0;
        for (int k = 0; k < units.Length; k++)
        {
            largest = Math.Max(largest, expected[k] * units[k]);
            error = Math.Max(error, Math.Abs(solved[k] - expected[k]) * units[k]);
        }

        return error == 0 ? 0 : error / largest;
    }

    /// <summary>Runs the plan for one row, as the graph does for all.</summary>
    /// <param name="row">x over its sum and P, for the features of x that are not zero.</param>
    /// <param name="linear">Weight of each y_k: 1 without a penalty.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double[] Solve(DrawnRow row, double[] linear)
    {
        int rank = linear.Length, count = row.Values.Length;
        double[] y = [.. row.Start], approximation = new double[count], slope = new double[rank], gram = new double[rank * rank], moved = new double[count];
        for (int step = 0; step < Updates + NewtonSteps; step++)
        {
            row.Combine(y, approximation);
            row.Slope(approximation, slope);
            if (step < Updates)
            {
                for (int k = 0; k < rank; k++)
                    y[k] *= slope[k] / linear[k];
                continue;
            }

            row.Gram(approximation, gram);
            double[] next = MinimiseModel(gram, y, slope, linear);
            for (int k = 0; k < rank; k++)
                next[k] -= y[k];
            row.Combine(next, moved);
            double fall = 0;
            for (int j = 0; j < count; j++)
                fall = Math.Max(fall, -moved[j] / Math.Max(approximation[j], DrawnRow.Floor));
            double length = Math.Min(1, LongestStep / Math.Max(fall, double.Epsilon));
            for (int k = 0; k < rank; k++)
                y[k] = Math.Max(0, y[k] + length * next[k]);
        }

        return y;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double[] MinimiseModel(double[] gram, double[] y, double[] slope, double[] linear)
    {
        int rank = y.Length;
        double[] inverse = new double[rank], target = new double[rank], current = [.. y], leading = [.. y], product = new double[rank];
        for (int k = 0; k < rank; k++)
        {
            double sum = 0, at = slope[k] - linear[k];
            for (int l = 0; l < rank; l++)
            {
                sum += gram[k * rank + l];
                at += gram[k * rank + l] * y[l];
            }

            (inverse[k], target[k]) = (1 / Math.Max(sum, LeastCurvature), at);
        }

        for (int gradient = 0; gradient < Gradients; gradient++)
        {
            target.CopyTo(product, 0);
            for (int l = 0; l < rank; l++)
            {
                if (leading[l] != 0)
                    DoubleKernel.AddScaled(product, gram.AsSpan(l * rank, rank), -leading[l]);
            }

            double momentum = Momentum(gradient);
            for (int k = 0; k < rank; k++)
            {
                double next = Math.Max(0, leading[k] + product[k] * inverse[k]);
                leading[k] = next + momentum * (next - current[k]);
                current[k] = next;
            }
        }

        return current;
    }
}
