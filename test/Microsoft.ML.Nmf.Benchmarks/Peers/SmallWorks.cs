using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.Benchmarks.Children;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Benchmarks.Peers;

/// <summary>A whole fit of a small matrix through ML.NET, from the same start: warm, and the first of a process with the runtime's default settings.</summary>
internal static class SmallWorks
{
    private const int Rank = 10;
    private const int Iterations = 200;

    private static readonly string[] _kinds = ["kl", "mu", "cd"];

    public static IEnumerable<PeerRow> All(PeerSession session)
    {
        PeerMatrix matrix = session.Small;
        string start = matrix.StartAt(Rank).Files;
        IDataView rows = PeerMatrix.ViewOf(matrix.Examples);
        // Tiered compilation takes 30 calls and a while in the background.
        foreach (string kind in _kinds)
            Fit(kind, matrix.Examples, rows);
        foreach (string kind in _kinds)
        {
            double expected = kind == "cd" ? double.NaN : session.Python.Ask("mirrored", matrix.File, Rank, BetaOf(kind), Iterations, start)[0];
            List<double> theirs = [], warm = [], first = [];
            foreach (int _ in session.Rounds)
            {
                double[] peer = session.Python.Ask("fit", matrix.File, Rank, BetaOf(kind), kind == "cd" ? "cd" : "mu", Iterations, start);
                theirs.Add(1000 * peer[0]);
                (double seconds, double objective) = Fit(kind, matrix.Examples, rows);
                warm.Add(1000 * seconds);
                first.Add(1000 * double.Parse(ChildProcess.Run("first-fit", kind)[0], CultureInfo.InvariantCulture));
                Figures.Say($"{kind}: scikit-learn {theirs[^1]:F1} ms to {peer[2]:G7}; here {warm[^1]:F1} ms to {objective:G7}, cold {first[^1]:F1} ms");
                if (kind != "cd")
                    Figures.Say($"{kind}: {objective / expected - 1:E1} from scikit-learn's, where it updates the templates first as this library does");
            }

            string work = $"{FitWorks.Describe(matrix, Rank, BetaOf(kind))}, {(kind == "cd" ? "cd" : "mu")}, {Iterations} iterations";
            yield return PeerRow.Of($"{work}, warm", "scikit-learn", "ms", theirs, warm);
            yield return PeerRow.Of($"{work}, the first fit of a process", "scikit-learn, warm", "ms", theirs, first);
        }
    }

    /// <summary>The seconds of the first fit of this process.</summary>
    public static double FirstFit(string kind)
    {
        ExampleMatrix examples = SyntheticData.Small();
        IDataView rows = PeerMatrix.ViewOf(examples);
        // What ML.NET itself compiles to read objects is not what is measured.
        foreach (DataViewSchema.Column column in rows.Schema)
        {
            using DataViewRowCursor cursor = rows.GetRowCursor([column]);
            cursor.MoveNext();
        }

        return Fit(kind, examples, rows).Seconds;
    }

    private static double BetaOf(string kind) => kind == "kl" ? 1 : 2;

    private static (double Seconds, double Objective) Fit(string kind, ExampleMatrix examples, IDataView rows)
    {
        (FactorMatrix templates, FactorMatrix activations) = SyntheticData.Start(examples, Rank);
        var context = new MLContext(1);
        var clock = Stopwatch.StartNew();
        NmfTransformer transformer = context.Transforms.Nmf(new NmfEstimator.Options
        {
            InputColumnName = nameof(PeerMatrix.Row.Features),
            Rank = Rank,
            Beta = BetaOf(kind),
            Solver = kind == "cd" ? NmfSolver.CoordinateDescent : NmfSolver.MultiplicativeUpdates,
            InitialTemplates = templates,
            InitialActivations = activations,
            MaximumNumberOfIterations = Iterations,
            Tolerance = 0,
            Seed = 1,
        }).Fit(rows);
        return (clock.Elapsed.TotalSeconds, transformer.Model.ReconstructionError);
    }
}
