using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Streaming;

namespace Microsoft.ML.Nmf;

/// <summary>
/// The rows of one part of the data in memory. What it says of a state depends on the rows and on the state alone: a part that is lost can be opened again
/// elsewhere and says the same, bit for bit on processors with the same vector instructions.
/// </summary>
public sealed class TrainingPartition : IDisposable
{
    private readonly PartitionRows _rows;
    private readonly ComputeEngine _engine;
    private readonly Func<ComputeEngine, PartitionState, StreamedModel> _restore;
    private DataMatrix? _data;
    private (double Unit, bool Observes) _builtFor;

    internal TrainingPartition(PartitionRows rows, ComputeEngine engine, Func<ComputeEngine, PartitionState, StreamedModel> restore)
    {
        _rows = rows;
        _engine = engine;
        _restore = restore;
    }

    /// <summary>The number of rows.</summary>
    public long Rows => _rows.Count;

    /// <summary>The number of features, m.</summary>
    public int Features => _rows.Column.Size;

    /// <summary>Some of the rows, evenly spread over the part; all of them where there are no more.</summary>
    /// <param name="rows">How many, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rows"/> is below 1.</exception>
    public PartitionSample Sample(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return new PartitionSample(Features, _rows.Column.ReadNames(), _rows.Take(rows));
    }

    /// <summary>What the rows say about the templates of a state. Calls must not overlap.</summary>
    /// <param name="state">The state, of a training of the same estimator.</param>
    /// <exception cref="ArgumentNullException"><paramref name="state"/> is null.</exception>
    /// <exception cref="ArgumentException">The state is of other features.</exception>
    public TrainingStatistics ComputeStatistics(PartitionState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Templates[0].Rows != Features)
        {
            throw new ArgumentException($"The training has {state.Templates[0].Rows} features, but this part of the data has {Features}. Give all parts the same "
                + "features, for instance by one fitted featurizer.", nameof(state));
        }

        if (_data is null || _builtFor != (state.Unit, state.Observes))
        {
            _data?.Dispose();
            _data = _engine.Load(_rows.Build(state.Unit, state.Observes));
            _builtFor = (state.Unit, state.Observes);
        }

        using StreamedModel model = _restore(_engine, state);
        TrainingStatistics statistics = model.CreateStatistics();
        model.Add(_data, [], statistics);
        return statistics;
    }

    /// <summary>Frees the rows.</summary>
    public void Dispose()
    {
        _data?.Dispose();
        _engine.Dispose();
    }
}
