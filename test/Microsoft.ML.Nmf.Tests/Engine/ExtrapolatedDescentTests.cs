using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

public class ExtrapolatedDescentTests
{
    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(33, 3, 0.5)]
    [InlineData(300, 17, 0.9)]
    [InlineData(70, 50, 0.3)]
    public void It_is_descent_and_then_a_step_in_the_same_direction(int rows, int rank, double extrapolation)
    {
        using var engine = new ManagedEngine(2);
        using Factor factor = Build.Factor(engine, Naive.Random(rows, rank, 1)), plain = Build.Factor(engine, Naive.Random(rows, rank, 2));
        using Factor product = Build.Factor(engine, Naive.Random(rows, rank, 3)), templates = Build.Factor(engine, Naive.Random(90, rank, 4));
        using Factor descended = engine.Allocate(rows, rank), next = engine.Allocate(rows, rank);
        using Gram gram = engine.AllocateGram(rank);
        engine.Gram(templates, gram);
        var penalty = new Penalty(0.1f, 0.2f, 0.05f);
        engine.Copy(factor, descended);
        engine.CoordinateDescent(descended, gram, product, penalty, 2);
        float[] before = Build.Floats(factor), last = Build.Floats(plain), z = Build.Floats(descended), b = Build.Floats(product);

        double inner = engine.ExtrapolatedDescent(factor, plain, next, new(gram, product, penalty), 2, extrapolation);

        Assert.Equal(before, Build.Floats(factor));
        Assert.Equal(z, Build.Floats(plain));
        double[] expected = [.. z.Select((value, i) => Math.Max(value + extrapolation * (value - last[i]), 0))];
        float[] actual = Build.Floats(next);
        for (int i = 0; i < z.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5);
        Near.Equal(actual.Zip(b, (f, p) => (double)f * p).Sum(), inner, 1e-5);
    }
}
