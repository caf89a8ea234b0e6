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

    [Theory]
    [InlineData(1, 5, 2, false)]
    [InlineData(700, 40, 17, false)]
    [InlineData(700, 40, 50, true)]
    [InlineData(300, 30, 130, false)]
    [InlineData(300, 30, 260, false)]
    public void A_step_on_sparse_data_is_a_product_a_descent_and_a_Gram_matrix(int rows, int columns, int rank, bool isTransposed)
    {
        using var engine = new ManagedEngine(2);
        double[,] x = Naive.Random(rows, columns, 1, 0.1);
        using DataMatrix loaded = engine.Load(Build.Sparse(isTransposed ? Naive.Transpose(x) : x));
        DataMatrix data = isTransposed ? loaded.Transposed : loaded;
        using Factor other = Build.Factor(engine, Naive.Random(columns, rank, 2));
        var step = new DescentStep(GramOf(engine, other), new Penalty(0.1f, 0.2f, 0.05f), 2, 0.6, IsRough: false);
        using Factor expected = engine.Allocate(rows, rank), product = engine.Allocate(rows, rank), expectedPlain = Build.Factor(engine, Naive.Random(rows, rank, 4));
        using Factor start = Build.Factor(engine, Naive.Random(rows, rank, 3));
        engine.DataProduct(data, other, product);
        double expectedInner = engine.ExtrapolatedDescent(
            start, expectedPlain, expected, new(step.Gram, product, step.Penalty), step.Sweeps, step.Extrapolation);

        (float[] next, float[] plain, double[] gram, double inner) = Step(engine, data, other, step, rank);

        Assert.Equal(Build.Floats(expected), next);
        Assert.Equal(Build.Floats(expectedPlain), plain);
        Near.Equal(expectedInner, inner, 1e-9);
        double[,] z = Build.Read(expected), square = Naive.Multiply(Naive.Transpose(z), z);
        for (int k = 0; k < rank; k++)
        {
            for (int l = 0; l < rank; l++)
                Near.Equal(square[k, l], gram[k * rank + l], 1e-5);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_step_has_the_same_bits_for_any_thread_count(bool isRough)
    {
        double[,] x = Naive.Random(70_000, 30, 3, 0.05);
        (float[] Next, float[] Plain, double[] Gram, double Inner)[] results = [.. new[] { 1, 2, 3 }.Select(threads =>
        {
            using var engine = new ManagedEngine(threads);
            using DataMatrix data = engine.Load(Build.Sparse(x));
            using Factor other = Build.Factor(engine, Naive.Random(70_000, 3, 2));
            var step = new DescentStep(GramOf(engine, other), default, 2, 0.6, isRough);
            return Step(engine, data.Transposed, other, step, 3);
        })];
        foreach ((float[] next, float[] plain, double[] gram, double inner) in results[1..])
        {
            Assert.Equal(results[0].Next, next);
            Assert.Equal(results[0].Plain, plain);
            Assert.Equal(results[0].Gram, gram);
            Assert.Equal(results[0].Inner, inner);
        }
    }

    private static (float[] Next, float[] Plain, double[] Gram, double Inner) Step(
        ManagedEngine engine, DataMatrix data, Factor other, DescentStep step, int rank)
    {
        using Factor factor = Build.Factor(engine, Naive.Random(data.Rows, rank, 3)), plain = Build.Factor(engine, Naive.Random(data.Rows, rank, 4));
        using Factor next = engine.Allocate(data.Rows, rank);
        using Gram gram = engine.AllocateGram(rank);
        double inner = engine.StepByDescent(data, other, (factor, plain, next), step, gram, () => engine.Allocate(data.Rows, rank));
        var values = new double[rank * rank];
        gram.CopyTo(values);
        return (Build.Floats(next), Build.Floats(plain), values, inner);
    }

    private static Gram GramOf(ManagedEngine engine, Factor factor)
    {
        Gram gram = engine.AllocateGram(factor.Rank);
        engine.Gram(factor, gram);
        return gram;
    }
}
