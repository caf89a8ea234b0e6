using System.Text.Json;

namespace Microsoft.ML.Nmf.Benchmarks.Streaming;

/// <summary>What a fit of a peer took and came to.</summary>
internal sealed record PeerFigure(double Seconds, double Error);

/// <summary>The figures of peers, kept in a file from run to run where there is one: they are slow, and change only where they themselves do.</summary>
internal sealed class PeerFigures
{
    private static readonly JsonSerializerOptions _readable = new() { WriteIndented = true };

    private readonly string? _file;
    private readonly Dictionary<string, PeerFigure> _figures;

    public PeerFigures(string? file)
    {
        _file = file;
        _figures = file is not null && File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, PeerFigure>>(File.ReadAllText(file))! : [];
    }

    /// <summary>How many of those that were asked for are from the file.</summary>
    public int Used { get; private set; }

    /// <summary>The figure of a name, measured where it is not there yet.</summary>
    public PeerFigure Get(string name, Func<PeerFigure> measure)
    {
        if (_figures.TryGetValue(name, out PeerFigure? known))
        {
            Used++;
            return known;
        }

        PeerFigure figure = measure();
        _figures.Add(name, figure);
        if (_file is not null)
            File.WriteAllText(_file, JsonSerializer.Serialize(_figures, _readable));
        return figure;
    }
}
