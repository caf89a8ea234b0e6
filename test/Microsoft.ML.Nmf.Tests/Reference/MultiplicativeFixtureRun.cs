using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>The runs of the fixtures, on any engine.</summary>
public static class MultiplicativeFixtureRun
{
    public static TheoryData<string, bool> Cases()
    {
        var cases = new TheoryData<string, bool>();
        foreach (string name in new[] { "nmf_mu_beta0", "nmf_mu_beta1", "nmf_mu_beta2", "nmf_mu_beta1_l1_l2", "nmf_mu_beta2_l1_l2" })
        {
            cases.Add(name, true);
            cases.Add(name, false);
        }

        return cases;
    }

    /// <summary>Holds every step against the fixture.</summary>
    internal static void Check(ComputeEngine engine, string name, bool sparse)
    {
        MultiplicativeFixture fixture = MultiplicativeFixture.Load(name);
        using DataMatrix data = engine.Load(Build.Examples(fixture.X, sparse));
        using Factor h = Build.Factor(engine, fixture.H0), w = Build.Factor(engine, fixture.W0);
        var penalty = new Penalty((float)fixture.L1, (float)fixture.L2);
        using FactorChain solver = Resolved.Chain(engine, new FactorPair(data, w, h), fixture.Beta, FactorUpdate.Multiplicative, penalty, penalty);
        Near.Equal(fixture.Divergence[0], solver.Evaluate().Divergence, 1e-4);
        for (int t = 1; t <= 100; t++)
        {
            solver.Advance();
            // Evaluating or not must not change the steps.
            if (t % 3 != 1)
                Near.Equal(fixture.Divergence[t], solver.Evaluate().Divergence, 1e-4);
            if (!fixture.After.TryGetValue(t, out (double[,] H, double[,] W) after))
                continue;
            Near.Equal(after.H, Build.Read(h), 1e-3);
            Near.Equal(after.W, Build.Read(w), 1e-3);
        }
    }
}
