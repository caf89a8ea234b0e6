using System.Diagnostics;
using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Benchmarks.Peers;

/// <summary>The activations of rows whose templates are known, one thread here and there.</summary>
internal static class TransformWorks
{
    private const string Column = "Activations";
    private const int FitIterations = 30;

    /// <summary>10,000 texts, exact least squares, through ML.NET; beside RcppML too at rank 50.</summary>
    public static IEnumerable<PeerRow> Sparse(PeerSession session, int rank)
    {
        const int Rows = 10_000, RankOfRcppML = 50;
        var context = new MLContext(1);
        IDataView rows = context.Data.Cache(context.Data.TakeRows(session.Texts, Rows), WordFeatures.Words);
        NmfTransformer transformer = context.Transforms.Nmf(Options(WordFeatures.Words, rank, 2)).Fit(session.Texts);
        PeerMatrix matrix = session.TextMatrixOf("some texts", rows);
        string templates = matrix.FileOf("transform-templates", transformer.Model.Templates);
        string found = matrix.FileOf("found", transformer.Model.Templates);
        List<double> theirs = [], ours = [], rcppML = [];
        FactorMatrix? activations = null;
        foreach (int _ in session.Rounds)
        {
            theirs.Add(session.Python.Ask("transform", matrix.File, templates, 2, "default", found)[0]);
            if (session.R is { } r && rank == RankOfRcppML)
                rcppML.Add(r.Ask("project", matrix.File, templates)[0]);
            (double seconds, activations) = Transform(transformer, rows);
            ours.Add(seconds);
        }

        double[] excess = session.Python.Ask("excess", matrix.File, templates, 2, found, matrix.FileOf("ours", activations!));
        Figures.Say($"rank {rank}: objective {excess[3]:G8} here, {excess[4]:E1} above the best of each row; {excess[0]:G8} in scikit-learn, {excess[1]:E1} above");
        string work = FormattableString.Invariant($"transform {Rows:N0} texts, rank {rank}, exact, one thread, through ML.NET");
        yield return PeerRow.Of(work, "scikit-learn", "s", theirs, ours);
        if (rcppML.Count > 0)
            yield return PeerRow.Of(work, "RcppML", "s", rcppML, ours);
    }

    /// <summary>4,000 dense rows with β 1; how far each is above the best that is known, in its own rows.</summary>
    public static IEnumerable<PeerRow> KullbackLeibler(PeerSession session)
    {
        const int Rank = 50, Updates = 200;
        // What is as good as exact.
        const float Tight = 1e-7f;
        const int TightUpdates = 5000;
        var context = new MLContext(1);
        PeerMatrix matrix = session.Dense;
        IDataView rows = PeerMatrix.ViewOf(matrix.Examples);
        NmfEstimator.Options options = Options(nameof(PeerMatrix.Row.Features), Rank, 1);
        NmfTransformer transformer = context.Transforms.Nmf(options).Fit(rows);
        options.TransformTolerance = Tight;
        options.TransformMaximumNumberOfIterations = TightUpdates;
        // The same seed gives the same templates.
        NmfTransformer exact = context.Transforms.Nmf(options).Fit(rows);
        string templates = matrix.FileOf("transform-templates", transformer.Model.Templates);
        string found = matrix.FileOf("found", transformer.Model.Templates);
        List<double> theirs = [], ours = [];
        FactorMatrix? activations = null;
        foreach (int _ in session.Rounds)
        {
            theirs.Add(session.Python.Ask("transform", matrix.File, templates, 1, Updates, found)[0]);
            (double seconds, activations) = Transform(transformer, rows);
            ours.Add(seconds);
        }

        (double best, FactorMatrix solutions) = Transform(exact, rows);
        double[] excess = session.Python.Ask(
            "excess", matrix.File, templates, 1, found, matrix.FileOf("ours", activations!), matrix.FileOf("exact", solutions));
        Figures.Say($"objective of scikit-learn {excess[0]:G9}, {excess[1]:E1} above the best known (worst row {excess[2]:E1})");
        Figures.Say($"objective of this library {excess[3]:G9}, {excess[4]:E1} above (worst row {excess[5]:E1})");
        Figures.Say($"with tolerance {Tight} and up to {TightUpdates} updates {excess[6]:G9}, {excess[7]:E1} above, in {best:F1} s");
        string work = $"transform {matrix.Examples.Rows:N0} dense rows of {matrix.Examples.Columns:N0}, β 1, rank {Rank}, one thread";
        yield return PeerRow.Of(work, $"scikit-learn, {Updates} updates", "s", theirs, ours);
        yield return new PeerRow("the same: excess over the best objective known", "scikit-learn", "", excess[1], excess[4]);
    }

    private static NmfEstimator.Options Options(string column, int rank, double beta) => new()
    {
        OutputColumnName = Column,
        InputColumnName = column,
        Rank = rank,
        Beta = beta,
        MaximumNumberOfIterations = FitIterations,
        Normalization = ActivationNormalization.None,
        Seed = 1,
    };

    // Reads all rows with a cursor, which computes on the thread that moves it.
    private static (double Seconds, FactorMatrix Activations) Transform(NmfTransformer transformer, IDataView rows)
    {
        var clock = Stopwatch.StartNew();
        IDataView transformed = transformer.Transform(rows);
        DataViewSchema.Column column = transformed.Schema[Column];
        var all = new List<float>();
        using DataViewRowCursor cursor = transformed.GetRowCursor([column]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> activations = default;
        while (cursor.MoveNext())
        {
            getter(ref activations);
            all.AddRange(activations.GetValues());
        }

        double seconds = clock.Elapsed.TotalSeconds;
        int rank = transformer.Model.Rank;
        return (seconds, new FactorMatrix([.. all], all.Count / rank, rank));
    }
}
