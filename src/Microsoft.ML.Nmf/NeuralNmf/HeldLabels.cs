using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// Labelled rows of a training in batches, as they come and as many as there is room for: what the classification layer, and in the end the scores, are trained
/// on.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="ranks">r_0, …, r_L.</param>
/// <param name="share">The share of all rows that have a label.</param>
internal sealed class HeldLabels(ComputeEngine engine, IReadOnlyList<int> ranks, double share) : IDisposable
{
    // So many rows, or so many entries, whichever come first.
    private const int MostRows = 16_384;
    private const long MostEntries = 1 << 23;

    private readonly List<uint> _keys = [];
    private ExampleMatrixBuilder? _builder;
    private LayerPass? _pass;
    private long _entries;
    private double _unit;
    private bool _isFull;

    /// <summary>The share of all rows that have a label.</summary>
    public double Share => share;

    /// <summary>The rows that are held, on their way through the layers; null as long as there are none.</summary>
    public LayerPass? Pass
    {
        get
        {
            if (_pass is null && _keys.Count > 0)
                _pass = new LayerPass(engine, engine.Load(Collected()), ranks, LabelledRows.From(_keys.ToArray()), ownsData: true);
            return _pass;
        }
    }

    /// <summary>Takes the labelled rows of a batch while there is room, in the first pass.</summary>
    public void Hold(ExampleMatrix examples, uint[] keys)
    {
        if (_isFull)
            return;
        var rows = new ExampleRows(examples);
        var taken = new List<int>();
        for (int i = 0; i < keys.Length && !_isFull; i++)
        {
            if (keys[i] == 0)
                continue;
            rows.Read(i);
            taken.Add(i);
            _keys.Add(keys[i]);
            _entries += rows.Count;
            _isFull = _keys.Count >= MostRows || _entries >= MostEntries;
        }

        if (taken.Count == 0)
            return;
        _builder ??= new ExampleMatrixBuilder(examples.Columns);
        _builder.AddRows(examples, taken.ToArray());
        _unit = examples.Unit;
        Forget();
    }

    /// <summary>Ends the taking of rows, which further passes bring again.</summary>
    public void Close() => _isFull = true;

    /// <summary>Trains the classification layer on what is held, with the layers as they are.</summary>
    /// <returns>The label loss, and its part in the loss; NaN and 0 as long as there are no rows.</returns>
    public (double Loss, double Weighted) Train(NeuralProblem problem)
    {
        if (Pass is not { } pass)
            return (double.NaN, 0);
        NeuralEvaluation evaluation = problem.Evaluate([pass], train: true);
        return (evaluation.LabelLoss, evaluation.Total - evaluation.LayerLosses.Sum());
    }

    /// <inheritdoc />
    public void Dispose() => Forget();

    private ExampleMatrix Collected()
    {
        ExampleMatrix held = _builder!.Build(_unit);
        // The rows go on to be held in the matrix alone; more of them are added to a copy.
        _builder = new ExampleMatrixBuilder(held.Columns);
        if (!_isFull)
            _builder.AddRows(held, [.. Enumerable.Range(0, held.Rows)]);
        return held;
    }

    private void Forget()
    {
        _pass?.Dispose();
        _pass = null;
    }
}
