using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Training;

/// <summary>Trainings drawn at random; NMF_RANDOM_FITS in the environment sets how many, where more are wanted than everyday runs can afford.</summary>
public class RandomFitTests
{
    private const int Parts = 4;

    private static readonly int _fits = int.TryParse(Environment.GetEnvironmentVariable("NMF_RANDOM_FITS"), out int fits) ? fits : 5000;

    public static TheoryData<int> AllParts() => [.. Enumerable.Range(0, Parts)];

    [Theory, MemberData(nameof(AllParts))]
    public void Factors_are_finite_the_objective_never_rises_and_what_is_reported_is_true(int part)
    {
        using ComputeEngine engine = ComputeEngine.OnProcessor(1);
        string[] problems = [.. Enumerable.Range(0, _fits).Where(seed => seed % Parts == part).SelectMany(seed => RandomFit.Check(seed, engine)).Take(40)];
        Assert.True(problems.Length == 0, string.Join(Environment.NewLine, problems));
    }

    [TorchFact]
    public void The_same_holds_on_torch()
    {
        using ComputeEngine engine = TorchEngines.Create();
        string[] problems = [.. Enumerable.Range(0, _fits / 25).SelectMany(seed => RandomFit.Check(seed, engine)).Take(40)];
        Assert.True(problems.Length == 0, string.Join(Environment.NewLine, problems));
    }
}
