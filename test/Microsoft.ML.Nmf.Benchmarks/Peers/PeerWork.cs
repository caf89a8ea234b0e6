namespace Microsoft.ML.Nmf.Benchmarks.Peers;

/// <summary>Something to measure beside others.</summary>
/// <param name="Name">What it is chosen by.</param>
/// <param name="Goals">What this library wants to reach in each of its rows; null, or none for the last ones, where no goal is set.</param>
/// <param name="Measure">Makes the rows.</param>
internal sealed record PeerWork(string Name, IReadOnlyList<Goal?> Goals, Func<PeerSession, IEnumerable<PeerRow>> Measure);

/// <summary>All of them.</summary>
internal static class PeerWorks
{
    // Milliseconds.
    private const double SmallFirstFit = 100;
    private const double DenseHalf = 12;

    /// <summary>In the order in which they are measured.</summary>
    public static IReadOnlyList<PeerWork> All { get; } =
    [
        new("sparse-20", [new(20)], s => FitWorks.ScikitLearn(s, s.TextMatrix, 20, 2, 50)),
        new("sparse-50", [new(40)], s => FitWorks.ScikitLearn(s, s.TextMatrix, 50, 2, 50)),
        new("sparse-100", [new(45)], s => FitWorks.ScikitLearn(s, s.TextMatrix, 100, 2, 50)),
        new("rcppml-50", [new(50)], s => FitWorks.RcppML(s, s.TextMatrix, 50, 50)),
        new("sparse-kl-20", [new(30)], s => FitWorks.ScikitLearn(s, s.TextMatrix, 20, 1, 100)),
        new("dense-50", [new(3)], s => FitWorks.ScikitLearn(s, s.Dense, 50, 2, 100)),
        new("spectrogram-20", [new(3)], s => FitWorks.ScikitLearn(s, s.Spectrogram, 20, 2, 100)),
        new("images-50", [new(3)], s => FitWorks.ScikitLearn(s, s.Images, 50, 2, 100)),
        new("dense-mu", [new(2)], s => IterationWorks.Multiplicative(s, s.Dense, 50, 2)),
        new("dense-kl", [new(5)], s => IterationWorks.Multiplicative(s, s.Dense, 50, 1)),
        new("dense-half", [new(AtMost: DenseHalf)], s => IterationWorks.Multiplicative(s, s.Dense, 50, 0.5)),
        new("spectrogram-mu", [new(2)], s => IterationWorks.Multiplicative(s, s.Spectrogram, 20, 2)),
        new("spectrogram-kl", [new(5)], s => IterationWorks.Multiplicative(s, s.Spectrogram, 20, 1)),
        new("spectrogram-half", [], s => IterationWorks.Multiplicative(s, s.Spectrogram, 20, 0.5)),
        new("images-mu", [new(2)], s => IterationWorks.Multiplicative(s, s.Images, 50, 2)),
        new("images-kl", [new(5)], s => IterationWorks.Multiplicative(s, s.Images, 50, 1)),
        new("images-half", [], s => IterationWorks.Multiplicative(s, s.Images, 50, 0.5)),
        new("transform-20", [new(12)], s => TransformWorks.Sparse(s, 20)),
        new("transform-50", [new(20)], s => TransformWorks.Sparse(s, 50)),
        new("transform-100", [new(30)], s => TransformWorks.Sparse(s, 100)),
        new("transform-kl", [new(AtMost: 0.5), new(AtMost: 1e-6)], TransformWorks.KullbackLeibler),
        // Each first warm and then cold: β 1, β 2 by multiplicative updates and by coordinate descent.
        new("small", [new(2), new(AtMost: SmallFirstFit), new(2), new(AtMost: SmallFirstFit), new(2), new(AtMost: SmallFirstFit)], SmallWorks.All),
        // Three ranks of the sparse one, then the dense ones.
        new("threads", [new(1.6), new(1.6), new(1.6), new(1.85), new(1.85)], IterationWorks.Threads),
        new("neural-epoch", [new(1 / 3.0)], IterationWorks.NeuralEpoch),
    ];

    /// <summary>The work of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static PeerWork Find(string name)
        => All.FirstOrDefault(work => work.Name == name)
            ?? throw new ArgumentException($"There is no work {name}: {string.Join(", ", All.Select(work => work.Name))}.");
}
