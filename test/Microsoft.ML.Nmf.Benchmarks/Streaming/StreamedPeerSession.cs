using Microsoft.ML.Nmf.Benchmarks.Peers;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.GpuCheck.Data;

namespace Microsoft.ML.Nmf.Benchmarks.Streaming;

/// <summary>The matrix in every form that somebody takes it in, and fits of it.</summary>
/// <param name="options">The options of the command.</param>
/// <param name="examples">The matrix.</param>
/// <param name="python">The peers.</param>
/// <param name="folder">Where files go.</param>
internal sealed class StreamedPeerSession(StreamedPeerOptions options, SparseExamples examples, PeerProcess python, string folder)
{
    private const int Rank = 20;

    // An array, so that reading a row costs next to nothing.
    private readonly Lazy<IDataView> _view = new(() => SparseView.Of([.. SparseView.RowsOf(examples)], examples.Columns));
    private readonly Lazy<string> _file = new(() =>
    {
        string file = Path.Combine(folder, "texts.bin");
        MatrixFile.Write(examples, file);
        return file;
    });

    /// <summary>The size of the matrix and the rank, in words.</summary>
    public string Size => FormattableString.Invariant($"{examples.Rows:N0} × {examples.Columns:N0}, rank {Rank}");

    /// <summary>What is known of the peers.</summary>
    public PeerFigures Peers { get; } = new(options.Cache);

    /// <summary>A fit of a peer, measured or known.</summary>
    public PeerFigure FigureOf(StreamedPeer peer, int passes, int round)
    {
        string name = FormattableString.Invariant($"{peer.Request} {peer.Settings}, β {peer.Beta}, {passes} passes, round {round}, {Size}");
        PeerFigure figure = Peers.Get(name, () =>
        {
            string result = Path.Combine(folder, "templates.bin");
            double seconds = python.Ask(peer.Request, _file.Value, Rank, peer.Beta, passes, FitPlan.BatchRows, round, peer.Settings, result)[0];
            return new PeerFigure(seconds, SolvedError.Relative(examples, DenseFile.ReadFactor(result), peer.Beta));
        });
        return Said(name, figure);
    }

    /// <summary>A fit here that nobody measures: the peers' code is compiled when theirs begin, too.</summary>
    public void WarmUp(double beta) => Fit(beta, new FitPlan(Passes: 1));

    /// <summary>A fit here.</summary>
    public PeerFigure FigureHere(double beta, int passes, int round)
    {
        StreamedFit fit = Fit(beta, new FitPlan(passes, round));
        var figure = new PeerFigure(fit.Seconds, SolvedError.Relative(examples, fit.Templates[0], beta));
        return Said(FormattableString.Invariant($"here, β {beta}, {passes} passes, round {round}"), figure);
    }

    private StreamedFit Fit(double beta, FitPlan plan) => new FlatStreamedModel(Rank, beta).Fit(_view.Value, SparseView.Features, plan);

    private static PeerFigure Said(string name, PeerFigure figure)
    {
        Figures.Say($"{name}: {figure.Seconds:F3} s, {figure.Error:F5}");
        return figure;
    }
}
