using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Exporting;

namespace Microsoft.ML.Nmf.Tests.Exporting;

/// <summary>The numbers of steps that are chosen for a graph, before there is one.</summary>
public class StepTests
{
    [Theory]
    [InlineData(40, 5, 0, 60)]
    [InlineData(40, 5, 2, 600)]
    [InlineData(30, 8, 5, 4000)]
    public void Reflected_steps_end_within_their_bound_of_the_exact_solution(int features, int rank, double shared, int most)
    {
        // The more the columns share, the worse the condition.
        var random = new Random(3);
        float[] common = [.. Enumerable.Range(0, features).Select(_ => random.NextSingle())];
        var values = new float[features, rank];
        for (int j = 0; j < features; j++)
        {
            for (int k = 0; k < rank; k++)
                values[j, k] = (float)Math.Pow(10, k % 3) * (float)(random.NextDouble() * random.Next(2) + shared * common[j]);
        }

        var templates = new FactorMatrix(values);
        var steps = ReflectedSteps.Of(PaddedGram.Of(templates, 0), []);
        Assert.InRange(steps.Count, 1, most);
        using var exact = new NonnegativeLeastSquares(1);
        for (int row = 0; row < 20; row++)
        {
            float[] x = [.. Enumerable.Range(0, features).Select(_ => random.Next(2) * random.NextSingle())];
            float[] expected = exact.Solve(templates, new FactorMatrix(x, 1, features)).Row(0).ToArray();
            double[] actual = Run(steps, templates, x);
            for (int k = 0; k < rank; k++)
                Assert.Equal(expected[k], actual[k], 1e-6 * expected.Max());
        }
    }

    [Fact]
    public void Dependent_columns_have_no_number_of_steps_and_an_empty_one_does_not_matter()
    {
        Assert.True(ReflectedSteps.Of(PaddedGram.Of(new FactorMatrix(new float[,] { { 1, 1 }, { 2, 2 } }), 0), []).Count > ReflectedSteps.MostSteps);
        var steps = ReflectedSteps.Of(PaddedGram.Of(new FactorMatrix(new float[,] { { 1, 0 }, { 2, 0 } }), 0), []);
        Assert.InRange(steps.Count, 1, ReflectedSteps.MostSteps);
        Assert.Equal(0, Run(steps, new FactorMatrix(new float[,] { { 1, 0 }, { 2, 0 } }), [3, 1])[1]);
    }

    [Fact]
    public void A_plan_solves_rows_that_it_was_not_chosen_by()
    {
        var random = new Random(5);
        const int Features = 60, Rank = 6;
        float[] values = [.. Enumerable.Range(0, Features * Rank).Select(i => random.Next(3) == 0 ? random.NextSingle() : 0)];
        var templates = new FactorMatrix(values, Features, Rank);
        NewtonPlan? plan = NewtonPlan.Choose(templates, 0, []);
        Assert.NotNull(plan);
        double[] sums = templates.ColumnSums(), ones = [.. Enumerable.Repeat(1d, Rank)];
        ActivationSolver exact = ActivationProblem.Create(templates, new ActivationSettings(1, 0, 0, 500, 1e-9f)).CreateSolver();
        foreach (int seed in new[] { 7, 8 })
        {
            foreach (DrawnRow row in DrawnRow.Draw(templates, sums, 20, seed))
            {
                var expected = new float[Rank];
                exact.Solve(row.Features, [.. row.Values.Select(value => (float)value)], hasHoles: false, expected);
                double[] actual = plan.Value.Solve(row, ones);
                for (int k = 0; k < Rank; k++)
                    Assert.Equal(expected[k] * sums[k], actual[k], 1e-5 * expected.Zip(sums, (h, sum) => h * sum).Max());
            }
        }
    }

    [Fact]
    public void Topics_that_are_nearly_mixtures_of_others_have_no_plan()
    {
        const int Features = 60, Rank = 12;
        var values = new float[Features, Rank];
        for (int j = 0; j < Features; j++)
        {
            for (int k = 0; k < Rank; k++)
                values[j, k] = (float)Math.Exp(-0.5 * Math.Pow((j / (double)Features - k / (double)Rank) / 0.4, 2));
        }

        Assert.Null(NewtonPlan.Choose(new FactorMatrix(values), 0, []));
    }

    private static double[] Run(ReflectedSteps steps, FactorMatrix templates, float[] x)
    {
        int rank = templates.Columns;
        var target = new double[rank];
        for (int k = 0; k < rank; k++)
            target[k] = steps.InverseLengths[k] * x.Select((value, j) => (double)value * templates[j, k]).Sum();
        double[] constant = Times(target, steps.Response), state = constant;
        for (int step = 1; step < steps.Count; step++)
            state = [.. Times([.. state.Select(Math.Abs)], steps.Reflection).Zip(constant, (reflected, given) => reflected + given)];
        return [.. state.Select((value, k) => steps.InverseLengths[k] * Math.Max(0, value))];

        double[] Times(double[] row, double[] matrix)
            => [.. Enumerable.Range(0, rank).Select(k => Enumerable.Range(0, rank).Sum(l => row[l] * matrix[l * rank + k]))];
    }
}
