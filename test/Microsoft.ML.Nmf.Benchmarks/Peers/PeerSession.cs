using System.Runtime.InteropServices;
using Microsoft.ML.Nmf.Benchmarks.Charts;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Benchmarks.Peers;

/// <summary>What all works of a run share: the matrices, made when they are first asked for, and the peers.</summary>
internal sealed class PeerSession : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nmf-peers-").FullName;
    private readonly Dictionary<string, PeerMatrix> _matrices = [];
    private readonly Lazy<IDataView> _texts;
    private readonly PosixSignalRegistration[] _interruptions;

    public PeerSession(Func<IDataView> texts, PeerOptions options)
    {
        Options = options;
        _texts = new(texts);
        Python = new PeerProcess(options.Python, "peers.py");
        _interruptions = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, _ => RemoveFolder()))];
    }

    public PeerOptions Options { get; }

    /// <summary>scikit-learn.</summary>
    public PeerProcess Python { get; }

    /// <summary>RcppML; null where it is not installed.</summary>
    public PeerProcess? R { get; private set; }

    /// <summary>The TF-IDF of the texts, in the column <see cref="WordFeatures.Words"/>.</summary>
    public IDataView Texts => _texts.Value;

    /// <summary>The charts of objective against time; empty unless they are asked for.</summary>
    public List<ChartPanel> Panels { get; } = [];

    /// <summary>The rounds: the number of each.</summary>
    public IEnumerable<int> Rounds => Enumerable.Range(0, Options.Rounds);

    public PeerMatrix TextMatrix => Matrix("texts", () => WordFeatures.Matrix(Texts));

    public PeerMatrix Dense => Matrix("dense", SyntheticData.Dense);

    public PeerMatrix Spectrogram => Matrix("spectrogram", SyntheticData.Spectrogram);

    public PeerMatrix Images => Matrix("images", SyntheticData.Images);

    public PeerMatrix Small => Matrix("small", SyntheticData.Small);

    /// <summary>The matrix of some texts.</summary>
    public PeerMatrix TextMatrixOf(string name, IDataView texts) => Matrix(name, () => WordFeatures.Matrix(texts));

    /// <summary>Starts R, where it is installed with RcppML, and says what it is.</summary>
    public string? StartR()
    {
        try
        {
            R = new PeerProcess(Options.Rscript, "peers.R");
            return R.AskText("about")[0];
        }
        catch (Exception problem) when (problem is System.ComponentModel.Win32Exception or InvalidOperationException or IOException)
        {
            R = null;
            return null;
        }
    }

    public void Dispose()
    {
        Python.Dispose();
        R?.Dispose();
        Array.ForEach(_interruptions, interruption => interruption.Dispose());
        RemoveFolder();
    }

    private void RemoveFolder()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private PeerMatrix Matrix(string name, Func<ExampleMatrix> make)
    {
        if (!_matrices.TryGetValue(name, out PeerMatrix? matrix))
        {
            _matrices.Add(name, matrix = new PeerMatrix(name, make(), _folder));
            string kind = matrix.Examples is SparseExamples ? "sparse" : "dense";
            Figures.Say($"{name}: {matrix.Size}, {kind}, {matrix.Examples.NonZeros:N0} entries");
        }

        return matrix;
    }
}
