using Microsoft.ML.Nmf.Benchmarks.Peers;
using Microsoft.ML.Nmf.Benchmarks.Reproductions;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Benchmarks.Streaming;

/// <summary>Training in batches of 1,024 texts here and in other libraries, in turn: seconds, and the error with the activations solved for.</summary>
internal static class StreamedPeers
{
    private const double Goal = 10;

    public static int Run(Func<ExampleMatrix> texts, string[] args)
    {
        StreamedPeerOptions options;
        try
        {
            options = StreamedPeerOptions.Read(args);
        }
        catch (Exception problem) when (problem is ArgumentException or FormatException)
        {
            Console.Error.WriteLine(problem.Message);
            return 1;
        }

        // The others take rows in the order of the file, which is that of their names.
        ExampleMatrix matrix = texts();
        var shuffled = (SparseExamples)ShuffledRows.Take(matrix, ShuffledRows.Order(matrix.Rows));
        string folder = Directory.CreateTempSubdirectory("nmf-streaming-").FullName;
        try
        {
            using var python = new PeerProcess(options.Python, "peers.py");
            Figures.Say($"{Environment.ProcessorCount} processors; numpy's BLAS is {python.AskText("about")[1]}; {python.AskText("versions")[0]}");
            Compare(options, new StreamedPeerSession(options, shuffled, python, folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static void Compare(StreamedPeerOptions options, StreamedPeerSession session)
    {
        Figures.Say($"{session.Size}");
        var rows = new List<string[]>();
        foreach (double beta in options.Betas)
        {
            if (options.RunsHere)
                session.WarmUp(beta);
            foreach (int passes in options.Passes)
            {
                StreamedPeer[] peers = [.. StreamedPeer.All.Where(peer => options.RunsPeers && peer.Beta == beta)];
                var theirs = peers.ToDictionary(peer => peer, _ => new List<PeerFigure>());
                var ours = new List<PeerFigure>();
                for (int round = 0; round < options.Rounds; round++)
                {
                    foreach (StreamedPeer peer in peers)
                        theirs[peer].Add(session.FigureOf(peer, passes, round));
                    if (options.RunsHere)
                        ours.Add(session.FigureHere(beta, passes, round));
                }

                rows.AddRange(RowsOf(beta, passes, theirs, ours));
            }
        }

        Figures.Say($"{session.Peers.Used} figures of peers were kept from earlier runs.");
        Figures.Say($"Medians of {options.Rounds} rounds.");
        Figures.Say($"The error is ‖X − HWᵀ‖ / ‖X‖ for β = 2 and D(X ‖ HWᵀ) / ΣX for β = 1, with the activations H solved for.");
        Figures.Say($"");
        string goal = $"{Goal} times the speed at no larger error";
        var table = new MarkdownTable("β", "passes", "who", "settings", "seconds", "error", "times as long", "error here", goal);
        rows.ForEach(table.Row);
    }

    private static IEnumerable<string[]> RowsOf(double beta, int passes, Dictionary<StreamedPeer, List<PeerFigure>> theirs, List<PeerFigure> ours)
    {
        string[] first = [FormattableString.Invariant($"{beta}"), $"{passes}"];
        double seconds = MedianOf(ours, figure => figure.Seconds), error = MedianOf(ours, figure => figure.Error);
        foreach ((StreamedPeer peer, List<PeerFigure> figures) in theirs)
        {
            double peerSeconds = MedianOf(figures, figure => figure.Seconds), peerError = MedianOf(figures, figure => figure.Error);
            string reached = ours.Count == 0 ? "" : peerSeconds >= Goal * seconds && error <= peerError ? "reached" : "**missed**";
            string times = MarkdownTable.Number(peerSeconds / seconds, 1);
            yield return [.. first, peer.Name, peer.SettingsInWords, .. Cells(peerSeconds, peerError), times, Compared(error, peerError), reached];
        }

        if (ours.Count > 0)
            yield return [.. first, "this library", $"`BatchSize = {FitPlan.BatchRows}`", .. Cells(seconds, error), "1", "", ""];
    }

    private static string[] Cells(double seconds, double error) => [MarkdownTable.Number(seconds, 3), MarkdownTable.Number(error, 5)];

    private static string Compared(double ours, double theirs)
        => double.IsNaN(ours) ? "" : ours <= theirs ? "no larger" : FormattableString.Invariant($"{100 * (ours / theirs - 1):F2} % larger");

    private static double MedianOf(List<PeerFigure> figures, Func<PeerFigure, double> value)
        => figures.Count == 0 ? double.NaN : Figures.Median(figures.Select(value));
}
