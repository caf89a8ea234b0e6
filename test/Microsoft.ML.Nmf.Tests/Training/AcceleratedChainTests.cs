using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Tests.Training;

/// <summary>Longer steps: extrapolated coordinate descent for β = 2, overrelaxed multiplicative updates for the others.</summary>
public class AcceleratedChainTests
{
    private static readonly ManagedEngine _engine = new(2);

    public static TheoryData<double, bool, bool> Cases
    {
        get
        {
            var cases = new TheoryData<double, bool, bool>();
            foreach (double beta in new[] { 0, 0.5, 1, 1.5, 2, 3 })
            {
                cases.Add(beta, false, false);
                cases.Add(beta, false, true);
                cases.Add(beta, true, false);
                cases.Add(beta, true, true);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_objective_never_rises_and_no_entry_is_negative(double beta, bool isSparse, bool isPenalized)
    {
        double[,] x = Planted(isSparse);
        using DataMatrix data = _engine.Load(isSparse ? Build.Sparse(x) : Build.Dense(x));
        using Factor h = Build.Factor(_engine, Naive.Random(60, 5, 2)), w = Build.Factor(_engine, Naive.Random(45, 5, 3));
        FactorUpdate update = beta == 2 ? FactorUpdate.CoordinateDescent : FactorUpdate.Overrelaxed;
        Penalty penalty = isPenalized ? new Penalty(0.02f, 0.05f, beta == 2 ? 0.01f : 0) : default;
        using FactorChain chain = Resolved.Chain(_engine, new FactorPair(data, w, h), beta, update, templatePenalty: penalty);
        var objectives = new List<double>();
        for (int i = 0; i < 80; i++)
        {
            objectives.Add(chain.Evaluate().Objective);
            chain.Advance();
        }

        Near.NeverRises(objectives, 1e-6);
        Assert.All(Build.Floats(h), value => Assert.True(value >= 0));
        Assert.All(Build.Floats(w), value => Assert.True(value >= 0));
        Near.Equal(Naive.Divergence(x, Build.Read(h), Build.Read(w), beta), chain.Evaluate().Divergence, 1e-3);
    }

    [Theory]
    [InlineData(2, 0.7)]
    [InlineData(1, 0.7)]
    [InlineData(0.5, 0.7)]
    public void They_come_as_far_in_fewer_iterations(double beta, double share)
    {
        const int Iterations = 60;
        (double best, List<double> certain) = Objectives(beta, isAccelerated: false, 10 * Iterations);
        double target = certain[Iterations];
        (_, List<double> longer) = Objectives(beta, isAccelerated: true, Iterations);
        Assert.True(best < target);
        Assert.InRange(longer.FindIndex(objective => objective <= target), 1, (int)(share * Iterations));
    }

    [Fact]
    public void An_update_of_one_factor_is_the_certain_one()
    {
        using DataMatrix data = _engine.Load(Build.Dense(Planted(isSparse: false)));
        float[][] results = [.. new[] { FactorUpdate.Overrelaxed, FactorUpdate.Multiplicative }.Select(update =>
        {
            using Factor h = Build.Factor(_engine, Naive.Random(60, 5, 2)), w = Build.Factor(_engine, Naive.Random(45, 5, 3));
            using FactorChain chain = Resolved.Chain(_engine, new FactorPair(data, w, h), 1, update);
            chain.Update(0);
            return Build.Floats(h);
        })];
        Assert.Equal(results[1], results[0]);
    }

    [Fact]
    public void A_factor_that_is_fixed_stays()
    {
        foreach (double beta in new[] { 1.0, 2 })
        {
            using DataMatrix data = _engine.Load(Build.Dense(Planted(isSparse: false)));
            using Factor h = Build.Factor(_engine, Naive.Random(60, 5, 2)), w = Build.Factor(_engine, Naive.Random(45, 5, 3));
            float[] before = Build.Floats(w);
            ChainLink[] links = [new(h, IsFixed: false, default), new(w, IsFixed: true, default)];
            using FactorChain chain = FactorChain.Create(_engine, data, links, beta, beta == 2 ? FactorUpdate.CoordinateDescent : FactorUpdate.Overrelaxed);
            double start = chain.Evaluate().Objective;
            chain.Advance();
            Assert.Equal(before, Build.Floats(w));
            Assert.True(chain.Evaluate().Objective < start);
        }
    }

    [Fact]
    public void A_start_from_a_sample_is_as_good_as_one_from_all_rows()
    {
        SparseExamples x = Build.Sparse(Naive.Multiply(Naive.Random(SampledStart.LeastRows, 4, 5, 0.4), Naive.Random(4, 30, 6, 0.3)));
        NmfResult sampled = Fit(x, NmfInitialization.Automatic), whole = Fit(x, NmfInitialization.Nndsvd);
        Assert.True(sampled.History[0].Objective < 0.05 * whole.History[0].Objective, $"{sampled.History[0].Objective} {whole.History[0].Objective}");
        Assert.True(sampled.History.Last.Objective < 1e-3 * x.SumOfSquares);
    }

    [Fact]
    public void Too_few_rows_are_all_taken()
    {
        SparseExamples x = Build.Sparse(Naive.Multiply(Naive.Random(SampledStart.LeastRows / 8, 4, 5, 0.4), Naive.Random(4, 30, 6, 0.3)));
        Assert.Equal(Fit(x, NmfInitialization.Nndsvd).Templates.Values, Fit(x, NmfInitialization.Automatic).Templates.Values);
    }

    private static NmfResult Fit(ExampleMatrix examples, NmfInitialization start)
        => NmfTraining.Run(_engine, examples, Resolved.Of(new NmfEstimator.Options { Rank = 4, Initialization = start, MaximumNumberOfIterations = 15, Tolerance = 0, Seed = 7 }), new QuietMonitor());

    private static (double Best, List<double> Objectives) Objectives(double beta, bool isAccelerated, int iterations)
    {
        using DataMatrix data = _engine.Load(Build.Dense(Planted(isSparse: false)));
        using Factor h = Build.Factor(_engine, Naive.Random(60, 5, 2)), w = Build.Factor(_engine, Naive.Random(45, 5, 3));
        ChainLink[] links = [new(h, IsFixed: false, default), new(w, IsFixed: false, default)];
        FactorUpdate update = (beta == 2, isAccelerated) switch
        {
            (true, _) => FactorUpdate.CoordinateDescent,
            (_, true) => FactorUpdate.Overrelaxed,
            _ => FactorUpdate.Multiplicative,
        };
        // Coordinate descent with an order of one's own is not extrapolated.
        using FactorChain chain = FactorChain.Create(_engine, data, links, beta, update, isAccelerated ? null : FactorChain.DefaultOrder(2));
        var objectives = new List<double> { chain.Evaluate().Objective };
        for (int i = 0; i < iterations; i++)
        {
            chain.Advance();
            objectives.Add(chain.Evaluate().Objective);
        }

        return (objectives[^1], objectives);
    }

    // Rank five, and a little of everything.
    private static double[,] Planted(bool isSparse)
    {
        double[,] product = Naive.Multiply(Naive.Random(60, 5, 8, 0.5), Naive.Transpose(Naive.Random(45, 5, 9, 0.5))), noise = Naive.Random(60, 45, 10, isSparse ? 0.3 : 1);
        for (int i = 0; i < 60; i++)
        {
            for (int j = 0; j < 45; j++)
                product[i, j] = isSparse && noise[i, j] == 0 ? 0 : product[i, j] + 0.05 * noise[i, j];
        }

        return product;
    }
}
