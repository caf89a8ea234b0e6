using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

public class ThreadTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_primitive_gives_the_same_bits_for_any_thread_count(bool sparse)
    {
        ExampleMatrix examples = Build.Examples(Naive.Random(2600, 900, 1, 0.05), sparse);
        List<float[]> one = Compute(new ManagedEngine(1), examples), two = Compute(new ManagedEngine(2), examples), five = Compute(new ManagedEngine(5), examples);
        for (int i = 0; i < one.Count; i++)
        {
            Assert.Equal(one[i], two[i]);
            Assert.Equal(one[i], five[i]);
        }
    }

    [Fact]
    public void Sums_are_added_in_the_order_of_the_blocks()
    {
        double[] parts = [.. Enumerable.Range(0, 500).Select(i => Math.Pow(10, i % 17 - 8))];
        double expected = new BlockScheduler(1).Sum(parts.Length, i => parts[i]);
        for (int run = 0; run < 20; run++)
            Assert.Equal(expected, new BlockScheduler(4).Sum(parts.Length, i => parts[i]));
    }

    private static List<float[]> Compute(ManagedEngine engine, ExampleMatrix examples)
    {
        var results = new List<float[]>();
        using DataMatrix data = engine.Load(examples);
        foreach ((DataMatrix view, int seed) in new[] { (data, 2), (data.Transposed, 3) })
        {
            using Factor factor = Build.Factor(engine, Naive.Random(view.Rows, 21, seed)), other = Build.Factor(engine, Naive.Random(view.Columns, 21, seed + 1)), product = engine.Allocate(view.Rows, 21);
            using Gram gram = engine.AllocateGram(21);
            engine.Gram(other, gram);
            engine.DataProduct(view, other, product);
            Add(product);
            engine.CoordinateDescent(factor, gram, product, new Penalty(0.01f, 0.02f, 0.03f), 3);
            Add(factor);
            engine.NonnegativeLeastSquares(factor, gram, product, default);
            Add(factor);
            results.Add([(float)engine.Inner(product, factor)]);
            foreach (double beta in new[] { 0, 1, 1.5 })
            {
                using MultiplicativeTerms terms = engine.AllocateTerms(view.Rows, 21, beta);
                results.Add([(float)engine.ComputeTerms(view, product, other, beta, terms, evaluate: true)]);
                Add(terms.Numerator);
                Add(terms.Denominator);
            }

            void Add(Factor values) => results.Add(Build.Floats(values));
        }

        return results;
    }
}
