using Microsoft.ML.Nmf.Benchmarks.Charts;

namespace Microsoft.ML.Nmf.Benchmarks.Peers;

/// <summary>The time until a fit here has the objective that a fit of a peer ends with.</summary>
internal static class FitWorks
{
    // After how many of the peer's iterations a chart has a point, in per cent.
    private static readonly int[] _points = [2, 6, 10, 20, 40, 70, 100];

    /// <summary>Beside scikit-learn, whose start takes no part in its time.</summary>
    public static IEnumerable<PeerRow> ScikitLearn(PeerSession session, PeerMatrix matrix, int rank, double beta, int iterations)
    {
        (string solver, string start) = beta == 2 ? ("cd", "nndsvd") : ("mu", "nndsvda");
        string work = Describe(matrix, rank, beta) + $": time to the objective of {solver} after {iterations} iterations";
        var theirs = new List<double>();
        var ours = new List<TimedFit>();
        double target = 0;
        foreach (int round in session.Rounds)
        {
            double[] peer = session.Python.Ask("fit", matrix.File, rank, beta, solver, iterations, start);
            target = peer[2];
            theirs.Add(peer[0]);
            ours.Add(TimedFit.Run(matrix.Examples, TimedFit.Options(rank, beta, round), target));
            Say("scikit-learn", peer[0], target, ours[^1], ours[^1].Seconds);
        }

        Figures.Say($"{ours.Count(fit => fit.IsReached)} of {ours.Count} seeds came there");
        Judge(session, matrix, TimedFit.Options(rank, beta, 0), target, ours[0].Objective);
        if (session.Options.Chart is not null)
        {
            IEnumerable<(double, double)> curve = _points.Select(percent => Math.Max(1, iterations * percent / 100)).Distinct().Select(count =>
            {
                double[] peer = session.Python.Ask("fit", matrix.File, rank, beta, solver, count, start);
                return (peer[0], peer[2]);
            });
            Draw(session, work, new ChartSeries("scikit-learn", [.. curve]), ours[0]);
        }

        yield return PeerRow.Of(work, "scikit-learn", "s", theirs, ours.Select(fit => fit.Seconds));
    }

    /// <summary>Beside RcppML, by the seconds of all processors together.</summary>
    public static IEnumerable<PeerRow> RcppML(PeerSession session, PeerMatrix matrix, int rank, int iterations)
    {
        if (session.R is null)
            yield break;
        var theirs = new List<double>();
        var ours = new List<TimedFit>();
        foreach (int round in session.Rounds)
        {
            double[] peer = session.R.Ask("fit", matrix.File, rank, iterations, round + 1);
            theirs.Add(peer[1]);
            ours.Add(TimedFit.Run(matrix.Examples, TimedFit.Options(rank, 2, round), peer[2]));
            Say("RcppML, of all processors", peer[1], peer[2], ours[^1], ours[^1].ProcessorSeconds);
        }

        string work = $"{Describe(matrix, rank, 2)}: processor seconds to the objective of {iterations} iterations";
        yield return PeerRow.Of(work, "RcppML", "s", theirs, ours.Select(fit => fit.ProcessorSeconds));
    }

    public static string Describe(PeerMatrix matrix, int rank, double beta) => FormattableString.Invariant($"{matrix.Name} {matrix.Size}, β {beta}, rank {rank}");

    private static void Say(string peer, double theirs, double target, TimedFit fit, double ours)
        => Figures.Say($"{peer} {theirs:F3} s to {target:G8}; here {ours:F3} s, {fit.Iterations} iterations to {fit.Objective:G8}");

    // An objective is only worth as much as the program that computes it.
    private static void Judge(PeerSession session, PeerMatrix matrix, NmfEstimator.Options options, double target, double objective)
    {
        (FactorMatrix templates, FactorMatrix activations) = TimedFit.Factors(matrix.Examples, options, target);
        string ofTemplates = matrix.FileOf("judged-templates", templates), ofActivations = matrix.FileOf("judged-activations", activations);
        double found = session.Python.Ask("objective", matrix.File, ofTemplates, options.Beta, ofActivations)[0];
        Figures.Say($"the objective of the factors from here, {objective:G8}, is {found:G8} as numpy computes it in double");
    }

    private static void Draw(PeerSession session, string title, ChartSeries peer, TimedFit ours)
        => session.Panels.Add(new ChartPanel(title, "seconds", "objective", IsLogarithmicX: true, IsLogarithmicY: false,
            [peer, new ChartSeries("this library", [.. ours.Curve.Skip(1)])]));
}
