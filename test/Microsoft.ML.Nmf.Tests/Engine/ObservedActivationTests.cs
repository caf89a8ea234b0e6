using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

/// <summary>Activations of a row with holes are those of a model without the missing features; a feature that counts twice is there twice.</summary>
public class ObservedActivationTests
{
    private const int Features = 40;
    private const int Rank = 4;

    public static TheoryData<double, bool> Cases()
    {
        var data = new TheoryData<double, bool>();
        foreach (double beta in new[] { -0.5, 0, 0.5, 1, 1.5, 2, 3 })
        {
            data.Add(beta, false);
            data.Add(beta, true);
        }

        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_missing_feature_is_as_if_the_model_had_it_not(double beta, bool isPenalised)
    {
        int[] observed = [.. Enumerable.Range(0, Features).Where(j => j % 3 != 1)];
        Check(beta, isPenalised, null, observed, observed, hasHoles: true);
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_feature_that_counts_twice_is_there_twice_and_one_that_does_not_count_is_not_there(double beta, bool isPenalised)
    {
        float[] weights = [.. Enumerable.Range(0, Features).Select(j => j % 3f)];
        int[] all = [.. Enumerable.Range(0, Features)], observed = [.. all.Where(j => j % 5 != 1)];
        Check(beta, isPenalised, weights, all, Repeated(all), hasHoles: false);
        Check(beta, isPenalised, weights, observed, Repeated(observed), hasHoles: true);

        int[] Repeated(int[] features) => [.. features.SelectMany(j => Enumerable.Repeat(j, (int)weights[j]))];
    }

    // The row of some features of one model, and the row of all features of another, which is made of those of the first.
    private static void Check(double beta, bool isPenalised, float[]? weights, int[] features, int[] ofOther, bool hasHoles)
    {
        FactorMatrix templates = Build.Matrix(Naive.Random(Features, Rank, 1));
        var settings = new ActivationSettings(beta, isPenalised ? 0.2f : 0, isPenalised ? 0.1f : 0, 3000, 1e-7f);
        ActivationSolver solver = ActivationProblem.Create(templates, settings, weights).CreateSolver();
        ActivationSolver other = ActivationProblem.Create(templates.TakeRows(ofOther), settings).CreateSolver();
        float[] actual = new float[Rank], expected = new float[Rank];
        for (int row = 0; row < 5; row++)
        {
            double[,] x = Naive.Random(1, Features, 10 + row);
            x[0, 3 * row] = hasHoles ? 0 : x[0, 3 * row];
            float[] values = [.. features.Select(j => (float)x[0, j])], same = [.. ofOther.Select(j => (float)x[0, j])];
            solver.Solve(features, values, hasHoles, actual);
            int[] present = [.. Enumerable.Range(0, same.Length).Where(p => same[p] > 0)];
            other.Solve(present, [.. present.Select(p => same[p])], hasHoles: false, expected);
            for (int k = 0; k < Rank; k++)
                Assert.Equal(expected[k], actual[k], 3e-3 * expected.Max());
        }
    }

    [Fact]
    public void A_row_without_values_or_of_zeros_gives_zeros()
    {
        foreach (double beta in new[] { 0, 1, 1.5, 2 })
        {
            ActivationSolver solver = ActivationProblem.Create(Build.Matrix(Naive.Random(5, 2, 1)), new ActivationSettings(beta, 0, 0, 100, 1e-4f)).CreateSolver();
            float[] activations = [1, 1];
            solver.Solve([], [], hasHoles: true, activations);
            Assert.Equal([0, 0], activations);
            activations[0] = 1;
            solver.Solve([1, 3], [0, 0], hasHoles: true, activations);
            Assert.Equal([0, 0], activations);
        }
    }
}
