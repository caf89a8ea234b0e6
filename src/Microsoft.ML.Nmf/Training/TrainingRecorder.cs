using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>
/// Keeps what a training looks like on its way, every few iterations, for plots and debugging: set it as <see cref="FactorizationOptions.Recorder"/>. It can be read
/// while the training runs, from any thread, and stays readable after a training that was cancelled or failed. It reads alone: a recorded training gives the same
/// bits as one that is not recorded.
/// </summary>
/// <remarks>
/// Every phase has a snapshot of its start (iteration 0), of every iteration that is a multiple of <see cref="Interval"/>, and of its last. In memory they take up to
/// <see cref="MaximumBytes"/>: when one more does not fit, every second of those between the first and the newest is dropped, beginning with the second, and again
/// until it does. So the first and the last are always there, and the older a part of the training is, the fewer of its snapshots are left. A folder keeps all.
/// The model is the last of all, or with rows that are held out the one of the least <see cref="TrainingSnapshot.ValidationLoss"/>.
/// Another training with the same recorder starts anew.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class TrainingRecorder
{
    private const int BytesOfNumbers = 512;

    private readonly Lock _lock = new();
    private readonly List<TrainingSnapshot> _snapshots = [];
    private readonly RecordedParts _parts = RecordedParts.Templates;
    private readonly int _interval = 1;
    private readonly long _maximumBytes = 256L << 20;
    private readonly string? _folder;
    private IReadOnlyList<IReadOnlyList<int>> _finalOrder = [];
    private RecordingFolder? _file;
    private bool _isTraining;
    private long _bytes;
    private (string Phase, int Number)? _newest;

    /// <summary>What snapshots hold besides their numbers. <see cref="RecordedParts.Templates"/> unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value has a part that is none of the named ones.</exception>
    public RecordedParts Parts
    {
        get => _parts;
        init => _parts = (value & ~RecordedParts.All) == 0 ? value : throw OptionRange.Refuse(nameof(Parts), value, "made of the named parts");
    }

    /// <summary>The iterations from one snapshot to the next, at least 1. 1 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Interval
    {
        get => _interval;
        init => _interval = OptionRange.AtLeastOne(value, nameof(Interval));
    }

    /// <summary>
    /// The most bytes that snapshots take in memory together, at least 1; what they are when no <see cref="Folder"/> is set. 256 MiB unless set. The first and the
    /// newest must fit: training throws an <see cref="InvalidOperationException"/> where they do not.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public long MaximumBytes
    {
        get => _maximumBytes;
        init => _maximumBytes = value >= 1 ? value : throw OptionRange.Refuse(nameof(MaximumBytes), value, "at least 1 byte");
    }

    /// <summary>
    /// A folder for the snapshots, made if it is not there, which must not hold those of another training; null, the default, keeps them in memory. Their numbers are
    /// kept in memory all the same. The matrices are .npy files, which numpy.load reads, and the numbers lines of a table.
    /// </summary>
    /// <exception cref="ArgumentException">The value is empty.</exception>
    public string? Folder
    {
        get => _folder;
        init
        {
            if (value is not null)
                ArgumentException.ThrowIfNullOrEmpty(value, nameof(Folder));
            _folder = value;
        }
    }

    /// <summary>The snapshots so far, in the order of the training: a list that does not change when more are taken.</summary>
    public IReadOnlyList<TrainingSnapshot> Snapshots
    {
        get
        {
            lock (_lock)
                return [.. _snapshots];
        }
    }

    /// <summary>
    /// The order that the topics of each layer are given when all layers are trained: topic t of layer i in the model is column FinalOrder[i][t] of the layer's
    /// recorded templates, and their rows have the order of the layer before. Empty until then.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>> FinalOrder
    {
        get
        {
            lock (_lock)
                return _finalOrder;
        }
    }

    /// <summary>Reads the snapshots of a folder, of a training that has ended or still runs. The recorder that is returned records no training.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or it holds no snapshots.</exception>
    /// <exception cref="FormatException">A file in it is not what a recorder writes.</exception>
    public static TrainingRecorder Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var recorder = new TrainingRecorder { Folder = folder, _isTraining = true };
        recorder._snapshots.AddRange(RecordingFolder.ReadSnapshots(folder));
        recorder._finalOrder = RecordingFolder.ReadOrder(folder);
        return recorder;
    }

    /// <summary>How many snapshots there are, where, and the newest, in one line for people to read.</summary>
    public override string ToString()
    {
        IReadOnlyList<TrainingSnapshot> snapshots = Snapshots;
        string newest = snapshots.Count == 0 ? "" : $", the newest {snapshots[^1]}";
        return $"{InWords.Count(snapshots.Count, "snapshot")} {(Folder is null ? "in memory" : $"in '{Folder}'")}{newest}";
    }

    /// <summary>Forgets what there is, and gets ready for a training.</summary>
    /// <exception cref="InvalidOperationException">It records another training, or was opened from a folder, or the folder holds snapshots.</exception>
    internal void Begin()
    {
        lock (_lock)
        {
            if (_isTraining)
            {
                throw new InvalidOperationException(
                    "The Recorder records another training already, or was opened to read a folder. Give each of several trainings at once a recorder of its own.");
            }

            _file = _folder is null ? null : RecordingFolder.Create(_folder);
            _snapshots.Clear();
            (_bytes, _newest, _finalOrder, _isTraining) = (0, null, [], true);
        }
    }

    /// <summary>Ends a training, however it ended.</summary>
    internal void End()
    {
        lock (_lock)
            _isTraining = false;
    }

    /// <summary>Takes a snapshot, if the iteration has one and it is not taken yet.</summary>
    /// <param name="solver">The algorithm.</param>
    /// <param name="phase">What is being trained.</param>
    /// <param name="at">Where it stands.</param>
    /// <param name="isLast">Whether it is the last of the phase, which always has one.</param>
    internal void Take(IIterativeSolver solver, string phase, TrainingIteration at, bool isLast)
    {
        if ((!isLast && at.Number % Interval != 0) || _newest == (phase, at.Number))
            return;
        _newest = (phase, at.Number);
        Add(phase, at, solver.ReadState(Parts));
    }

    /// <summary>Takes the order that the topics of each layer are given.</summary>
    internal void Finish(int[][] order)
    {
        lock (_lock)
            _finalOrder = order;
        _file?.WriteOrder(order);
    }

    private void Add(string phase, TrainingIteration at, SolverState state)
    {
        IReadOnlyList<FactorMatrix> gradients = Parts.HasFlag(RecordedParts.Gradients) ? state.Gradients : [];
        double[] norms = !Parts.HasFlag(RecordedParts.GradientNorms) ? []
            : state.Gradients.Count == 0 ? [.. Enumerable.Repeat(double.NaN, state.Layers)]
            : [.. state.Gradients.Select(SolverState.NormOf)];
        IReadOnlyList<FactorMatrix> Held(RecordedParts part) => part switch
        {
            RecordedParts.Templates => state.Templates,
            RecordedParts.Activations => state.Activations,
            _ => gradients,
        };
        long values = RecordingFolder.MatrixParts.Sum(part => Held(part).Sum(matrix => (long)matrix.Values.Length));
        int index = _snapshots.Count;
        var snapshot = new TrainingSnapshot(_file is { } file ? file.ReaderOf(index, part => Held(part).Count) : Held)
        {
            Phase = phase,
            Iteration = at,
            StepLength = state.StepLength,
            LayerLosses = state.LayerLosses.Count == 0 ? [at.Divergence] : state.LayerLosses,
            LabelLoss = state.LabelLoss,
            ValidationLoss = state.ValidationLoss,
            GradientNorms = norms,
            Bytes = sizeof(float) * values + BytesOfNumbers,
        };
        _file?.Write(index, snapshot, Held);
        lock (_lock)
        {
            _snapshots.Add(snapshot);
            if (_file is null)
                Thin(snapshot);
        }
    }

    // Drops every second of the snapshots between the first and the newest until all fit.
    private void Thin(TrainingSnapshot added)
    {
        _bytes += added.Bytes;
        while (_bytes > MaximumBytes)
        {
            if (_snapshots.Count <= 2)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                    $"The Recorder's MaximumBytes is {MaximumBytes}, but the first and the newest snapshot take {_bytes} bytes. ")
                    + "Raise it, record fewer Parts, or set a Folder.");
            }

            int newest = _snapshots.Count - 1;
            TrainingSnapshot[] kept = [.. _snapshots.Where((_, i) => i % 2 == 0 || i == newest)];
            _snapshots.Clear();
            _snapshots.AddRange(kept);
            _bytes = _snapshots.Sum(snapshot => snapshot.Bytes);
        }
    }
}
