using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.DeepNmf;

public class FactorizationChainTests
{
    [Theory]
    [InlineData("chain_beta1")]
    [InlineData("chain_beta2")]
    public void Divergences_and_factors_are_those_of_the_fixture_step_by_step(string name)
    {
        ChainFixture fixture = ChainFixture.Load(name);
        using var chain = new FactorizationChain(Build.Matrix(fixture.X), [.. fixture.Initial.Select(f => new ChainFactor(Build.Matrix(f)))], fixture.Beta);
        Near.Equal(fixture.Divergence[0], chain.Divergence, 1e-4);
        for (int t = 1; t <= 100; t++)
        {
            Near.Equal(fixture.Divergence[t], chain.Step(), 1e-4);
            if (!fixture.After.TryGetValue(t, out double[][,]? after))
                continue;
            for (int k = 0; k < 4; k++)
                Near.Equal(after[k], Wide(chain.GetFactor(k)), 1e-3);
        }
    }

    // What a chain of three NMF layers gives elsewhere: 1024 × 64 from factors of 1024 × 4, 10 × 4, 24 × 10 and 64 × 24.
    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(0.5)]
    public void A_chain_of_three_layers_falls_step_by_step(double beta)
    {
        double[,] v = Naive.Multiply(Naive.Random(1024, 4, 1, 0.5), Naive.Random(4, 64, 2, 0.5));
        using var chain = new FactorizationChain(Build.Matrix(v), [ChainFactor.Random(1024, 4, 1), ChainFactor.Random(10, 4, 2), ChainFactor.Random(24, 10, 3), ChainFactor.Random(64, 24, 4)], beta);
        var divergences = new List<double> { chain.Divergence };
        for (int t = 0; t < 40; t++)
            divergences.Add(chain.Step());
        Near.NeverRises(divergences, 3e-6);
        Assert.True(divergences[^1] < divergences[1] && divergences[^1] < 0.2 * divergences[0], $"{divergences[0]}, {divergences[1]}, {divergences[^1]}");
        Near.Equal(Naive.Divergence(v, Product(chain, 1), Wide(chain.GetFactor(chain.Count - 1)), beta), chain.Divergence, 1e-3);
    }

    public static TheoryData<double, bool, bool> Cases()
    {
        var data = new TheoryData<double, bool, bool>();
        foreach (double beta in new[] { 0, 0.5, 1, 1.5, 2, 3 })
        {
            foreach (bool penalized in new[] { false, true })
            {
                data.Add(beta, penalized, true);
                data.Add(beta, penalized, false);
            }
        }

        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Objective_never_rises_whatever_factor_is_updated(double beta, bool penalized, bool sparse)
    {
        double[,] x = Naive.Random(90, 60, 3, sparse ? 0.15 : 1);
        ChainFactor Factor(int rows, int columns, int seed) => new(ChainFactor.Random(rows, columns, seed, 0.6f).InitialValues)
        {
            L1Regularization = penalized ? 0.05f * seed : 0,
            L2Regularization = penalized ? 2 * seed : 0,
            Orthogonality = penalized ? seed : 0,
        };
        using var chain = new FactorizationChain(Build.Matrix(x), [Factor(90, 3, 1), Factor(6, 3, 2), Factor(12, 6, 3), Factor(60, 12, 4)], beta);
        var random = new Random(5);
        var objectives = new List<double> { chain.Objective };
        for (int t = 0; t < 60; t++)
        {
            chain.Update(random.Next(4));
            objectives.Add(chain.Objective);
        }

        Near.NeverRises(objectives, 3e-6);
    }

    [Fact]
    public void Updating_every_factor_in_the_order_is_a_step()
    {
        double[,] x = Naive.Random(40, 30, 6);
        ChainFactor[] factors = [ChainFactor.Random(40, 2, 1), ChainFactor.Random(5, 2, 2), ChainFactor.Random(30, 5, 3)];
        foreach (double beta in new[] { 2, 1.5 })
        {
            using var whole = new FactorizationChain(Build.Matrix(x), factors, beta, updateOrder: [2, 0, 1]);
            using var single = new FactorizationChain(Build.Matrix(x), factors, beta);
            whole.Step();
            foreach (int k in new[] { 2, 0, 1 })
                single.Update(k);
            for (int k = 0; k < 3; k++)
                Assert.Equal(whole.GetFactor(k).Values, single.GetFactor(k).Values);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(0.5)]
    public void An_update_is_the_plain_formula(double beta)
    {
        double[,] x = Naive.Random(20, 15, 7), h = Naive.Random(20, 2, 8), w = Naive.Random(4, 2, 9), v = Naive.Random(15, 4, 10);
        using var chain = new FactorizationChain(Build.Matrix(x), [new(Build.Matrix(h)), new(Build.Matrix(w)), new(Build.Matrix(v))], beta);
        chain.Update(1);
        // Lᵀ(X̂^(β−2) ∘ X)Rᵀ with L = H and R = Vᵀ, transposed.
        double[,] effective = Naive.Multiply(v, w);
        (double[,] numerator, double[,] denominator) = Naive.Terms(Naive.Transpose(x), effective, h, beta);
        double[,] n = Naive.Multiply(Naive.Transpose(v), numerator), d = Naive.Multiply(Naive.Transpose(v), denominator);
        double exponent = beta < 1 ? 1 / (2 - beta) : 1;
        double[,] actual = Wide(chain.GetFactor(1));
        for (int i = 0; i < 4; i++)
        {
            for (int k = 0; k < 2; k++)
                Near.Equal(w[i, k] * Math.Pow(n[i, k] / d[i, k], exponent), actual[i, k], 1e-4);
        }

        Near.Equal(Naive.Multiply(v, actual), Wide(chain.GetEffectiveTemplates(1)), 1e-5);
    }

    [Fact]
    public void Fixed_factors_stay_as_they_are_and_the_others_still_fall()
    {
        double[,] x = Naive.Random(50, 30, 11);
        var given = new ChainFactor(ChainFactor.Random(30, 6, 1).InitialValues) { IsFixed = true };
        using var chain = new FactorizationChain(Build.Matrix(x), [ChainFactor.Random(50, 3, 2), ChainFactor.Random(6, 3, 3), given]);
        double before = chain.Divergence;
        double after = chain.Step();
        Assert.True(after < before);
        Assert.Equal(given.InitialValues.Values, chain.GetFactor(2).Values);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(0)]
    public void A_shared_factor_is_one_factor_and_never_raises_the_objective(double beta)
    {
        // X ≈ H Hᵀ, and X ≈ H S Sᵀ Vᵀ with the middle factor twice.
        double[,] h = Naive.Random(40, 3, 12, 0.7), x = Naive.Multiply(h, Naive.Transpose(h));
        for (int i = 0; i < 40; i++)
        {
            for (int j = 0; j < 40; j++)
                x[i, j] += 0.01;
        }

        ChainFactor shared = ChainFactor.Random(40, 3, 1), square = ChainFactor.Random(4, 4, 2);
        foreach (ChainFactor[] factors in new ChainFactor[][] { [shared, shared], [ChainFactor.Random(40, 4, 3), square, square, ChainFactor.Random(40, 4, 4)] })
        {
            using var chain = new FactorizationChain(Build.Matrix(x), factors, beta);
            var divergences = new List<double> { chain.Divergence };
            for (int t = 0; t < 60; t++)
                divergences.Add(chain.Step());
            Near.NeverRises(divergences, 3e-6);
            Assert.True(divergences[^1] < 0.2 * divergences[0], $"{divergences[0]} → {divergences[^1]}");
            int first = Array.FindIndex(factors, f => factors.Count(g => ReferenceEquals(f, g)) == 2);
            Assert.Equal(chain.GetFactor(first).Values, chain.GetFactor(Array.FindLastIndex(factors, f => ReferenceEquals(f, factors[first]))).Values);
        }
    }

    [Fact]
    public void Same_bits_for_any_thread_count()
    {
        double[,] x = Naive.Random(700, 500, 13, 0.2);
        ChainFactor[] factors = [ChainFactor.Random(700, 4, 1), ChainFactor.Random(9, 4, 2), ChainFactor.Random(500, 9, 3)];
        foreach (double beta in new[] { 2, 1, 0.5 })
        {
            FactorMatrix[] results = [.. new[] { 1, 2, 3 }.Select(threads =>
            {
                using var chain = new FactorizationChain(Build.Matrix(x), factors, beta, numberOfThreads: threads);
                for (int t = 0; t < 4; t++)
                    chain.Step();
                return chain.GetFactor(2);
            })];
            Assert.Equal(results[0].Values, results[1].Values);
            Assert.Equal(results[0].Values, results[2].Values);
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_with_the_right_ones()
    {
        FactorMatrix data = Build.Matrix(Naive.Random(20, 15, 14));
        string Message(params ChainFactor[] factors) => Assert.Throws<ArgumentException>(() => new FactorizationChain(data, factors)).Message;
        Assert.Contains("at least two factors", Message(ChainFactor.Random(20, 2, 1)));
        Assert.Contains("Factor 0 is 20 × 3, but must have 2 columns: as many as factor 1 has columns", Message(ChainFactor.Random(20, 3, 1), ChainFactor.Random(15, 2, 1)));
        Assert.Contains("Factor 2 is 15 × 5, but must have 4 columns: as many as factor 1 has rows", Message(ChainFactor.Random(20, 2, 1), ChainFactor.Random(4, 2, 1), ChainFactor.Random(15, 5, 1)));
        Assert.Contains("Factor 0 is 19 × 2, but must have 20 rows", Message(ChainFactor.Random(19, 2, 1), ChainFactor.Random(15, 2, 1)));
        Assert.Contains("Factor 1 is 14 × 2, but must have 15 rows", Message(ChainFactor.Random(20, 2, 1), ChainFactor.Random(14, 2, 1)));
        ChainFactor[] good = [ChainFactor.Random(20, 2, 1), ChainFactor.Random(15, 2, 1)];
        Assert.Throws<ArgumentOutOfRangeException>(() => new FactorizationChain(data, good, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FactorizationChain(data, good, updateOrder: [0, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChainFactor(Build.Matrix(new double[,] { { -1 } })));
        using var chain = new FactorizationChain(data, good);
        Assert.Throws<ArgumentOutOfRangeException>(() => chain.Update(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => chain.GetEffectiveTemplates(0));
    }

    private static double[,] Product(FactorizationChain chain, int first)
    {
        double[,] product = Wide(chain.GetFactor(0));
        for (int k = first; k < chain.Count - 1; k++)
            product = Naive.Multiply(product, Naive.Transpose(Wide(chain.GetFactor(k))));
        return product;
    }

    private static double[,] Wide(FactorMatrix matrix)
    {
        var values = new double[matrix.Rows, matrix.Columns];
        for (int i = 0; i < matrix.Rows; i++)
        {
            for (int k = 0; k < matrix.Columns; k++)
                values[i, k] = matrix[i, k];
        }

        return values;
    }
}
