using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.NeuralNmf;

public sealed class CurvaturePairsTests : IDisposable
{
    private readonly ManagedEngine _engine = new(1);
    private readonly List<Factor> _made = [];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(20)]
    public void The_change_of_the_gradient_along_the_last_step_becomes_that_step(int steps)
    {
        using var pairs = new CurvaturePairs(_engine, () => [_engine.Allocate(4, 2), _engine.Allocate(2, 1)]);
        (double[] last, double[] change) = Fill(pairs, steps);
        Factor[] gradient = Factors(change), free = Factors([.. change.Select(_ => 1.0)]);
        pairs.Apply(gradient, free, Doubled);
        Near(last, gradient);
    }

    [Fact]
    public void What_is_held_has_no_part_in_a_step_and_what_is_free_goes_down()
    {
        using var pairs = new CurvaturePairs(_engine, () => [_engine.Allocate(4, 2), _engine.Allocate(2, 1)]);
        (double[] last, double[] change) = Fill(pairs, 5);
        double[] isFree = [1, 0, 1, 1, 0, 1, 0, 1, 1, 0];
        // Without the held entries, y is no longer that of the whole matrix, but the last pair's step still is what its y becomes.
        Factor[] gradient = Factors([.. change.Zip(isFree, (v, f) => v * f)]), free = Factors(isFree);
        double[] before = Values(gradient);
        pairs.Apply(gradient, free, (from, to) =>
        {
            Doubled(from, to);
            for (int i = 0; i < to.Length; i++)
                _engine.KeepWhere(to[i], free[i], to[i]);
        });
        Near([.. last.Zip(isFree, (v, f) => v * f)], gradient);
        Assert.True(before.Zip(Values(gradient), (g, d) => g * d).Sum() > 0);
    }

    [Fact]
    public void Steps_without_curvature_are_left_out()
    {
        using var pairs = new CurvaturePairs(_engine, () => [_engine.Allocate(4, 2), _engine.Allocate(2, 1)]);
        double[] zero = new double[10], one = [.. Enumerable.Repeat(1.0, 10)], less = [.. Enumerable.Repeat(-1.0, 10)];
        pairs.Add(Factors(zero), Factors(one), Factors(zero), Factors(less));
        Assert.True(pairs.IsEmpty);
        pairs.Add(Factors(zero), Factors(one), Factors(less), Factors(zero));
        Assert.False(pairs.IsEmpty);
        pairs.Clear();
        Assert.True(pairs.IsEmpty);
    }

    public void Dispose()
    {
        _made.ForEach(factor => factor.Dispose());
        _engine.Dispose();
    }

    // Random steps on ½ x Q xᵀ with a positive definite Q; returns the last s and y.
    private (double[] Step, double[] Change) Fill(CurvaturePairs pairs, int steps)
    {
        double[,] q = Naive.Gram(Naive.Signed(30, 10, 1));
        var random = new Random(2);
        double[] at = [.. Enumerable.Range(0, 10).Select(_ => random.NextDouble())], step = [], change = [];
        for (int i = 0; i < steps; i++)
        {
            double[] to = [.. Enumerable.Range(0, 10).Select(_ => random.NextDouble())];
            pairs.Add(Factors(at), Factors(to), Factors(Gradient(at)), Factors(Gradient(to)));
            step = [.. to.Zip(at, (after, before) => after - before)];
            change = Gradient(step);
            at = to;
        }

        return (step, change);

        double[] Gradient(double[] x) => [.. Enumerable.Range(0, 10).Select(i => Enumerable.Range(0, 10).Sum(j => q[i, j] * x[j]))];
    }

    private void Doubled(Factor[] from, Factor[] to)
    {
        for (int i = 0; i < from.Length; i++)
            _engine.Combine(2, from[i], 0, from[i], to[i]);
    }

    private Factor[] Factors(double[] values)
    {
        Factor first = _engine.Allocate(4, 2), second = _engine.Allocate(2, 1);
        first.CopyFrom([.. values.Take(8).Select(v => (float)v)]);
        second.CopyFrom([.. values.Skip(8).Select(v => (float)v)]);
        _made.AddRange([first, second]);
        return [first, second];
    }

    private static double[] Values(Factor[] factors) => [.. factors.SelectMany(factor => factor.ToMatrix().Values.ToArray()).Select(v => (double)v)];

    private static void Near(double[] expected, Factor[] actual)
    {
        foreach ((double e, double a) in expected.Zip(Values(actual)))
            Assert.Equal(e, a, 1e-3);
    }
}
