using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

public abstract partial class FactorizationOptions
{
    private int? _batchSize;
    private double _forgettingFactor = 1;
    private string? _checkpointPath;
    private int _checkpointInterval = 256;
    private string? _needsAllRows;

    /// <summary>
    /// The rows of a batch, at least 1; null, the default, holds all rows in memory. With a batch size the rows are read again for every iteration, which is a
    /// pass over them, in memory that does not depend on how many there are; the templates improve after every batch. The view shuffles the rows where it can,
    /// otherwise a buffer of some batches does. The objective of a <see cref="TrainingHistory"/> is that of the first rows, 8192 of them or a batch. One batch
    /// that has all rows trains as without. 1024 is a good size for text.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int? BatchSize
    {
        get => _batchSize;
        set => _batchSize = value is { } rows ? OptionRange.AtLeastOne(rows, nameof(BatchSize)) : null;
    }

    /// <summary>
    /// Whether the model keeps the statistics of its training (<see cref="TrainingStatistics"/>), in its file too, so that a later training can go on with new
    /// rows on top of them. They take twice the templates' room, or up to four times for β other than 1 and 2. False unless set.
    /// </summary>
    public bool KeepStatistics { get; set; }

    /// <summary>
    /// What a row of before counts for beside one of now, where a training goes on from a model with statistics, from 0 to 1: 1 as much; 0 nothing, which trains
    /// the templates further on the rows at hand alone, as is right where these are the rows of before. 1 unless set.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 0, above 1 or not a number.</exception>
    public double ForgettingFactor
    {
        get => _forgettingFactor;
        set => _forgettingFactor = value is >= 0 and <= 1 ? value : throw OptionRange.Refuse(nameof(ForgettingFactor), value, "from 0 to 1");
    }

    /// <summary>
    /// A file that is written while a training in batches runs: the model as it is then, with its statistics, which <c>mlContext.Model.Load</c> reads and a later
    /// training goes on from. A file that is there is replaced at once when the new one is complete, so that it is always whole. Null, the default, writes none.
    /// </summary>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public string? CheckpointPath
    {
        get => _checkpointPath;
        set
        {
            if (value is not null)
                ArgumentException.ThrowIfNullOrEmpty(value, nameof(CheckpointPath));
            _checkpointPath = value;
        }
    }

    /// <summary>The batches from one checkpoint to the next, at least 1. 256 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int CheckpointInterval
    {
        get => _checkpointInterval;
        set => _checkpointInterval = OptionRange.AtLeastOne(value, nameof(CheckpointInterval));
    }

    /// <summary>Rows of no more bytes stay in memory after the first pass, and are not read again. 64 MB unless a test sets it.</summary>
    internal long MostKeptBytes { get; set; } = 1 << 26;

    /// <summary>Refuses what cannot be done in batches, whose rows are not held.</summary>
    /// <param name="excluded">Options that are set and need all rows at once.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is set, or there are several starts, or more is recorded than templates.</exception>
    private protected void CheckBatches(params (string Option, bool IsSet)[] excluded)
    {
        (string Option, bool IsSet)[] all =
        [
            (nameof(NumberOfStarts), NumberOfStarts > 1),
            ($"{nameof(Recorder)} with more than templates", Recorder is { } recorder && (recorder.Parts & ~RecordedParts.Templates) != 0),
            .. excluded,
        ];
        _needsAllRows = all.FirstOrDefault(option => option.IsSet).Option;
        if (_checkpointPath is not null && _batchSize is null)
        {
            throw new ArgumentOutOfRangeException(nameof(CheckpointPath), _checkpointPath,
                "CheckpointPath is set, but BatchSize is not: checkpoints are written between batches. Set BatchSize, to 1024 for instance, or leave CheckpointPath "
                + "out.");
        }

        if (_batchSize is { } size && _needsAllRows is { } needs)
        {
            throw new ArgumentOutOfRangeException(nameof(BatchSize), size,
                $"BatchSize is {size}, but {needs} is set, which needs all rows at once. Leave one of the two out.");
        }
    }

    /// <summary>Refuses options that need all rows in a training that does not have them.</summary>
    /// <param name="reason">Why it has not, the second half of a sentence.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is set.</exception>
    internal void RefuseAllRows(string reason)
    {
        if (_needsAllRows is { } needs)
        {
            throw new ArgumentOutOfRangeException(needs.Split(' ')[0], "set",
                $"{needs} is set, which needs all rows at once, but {reason}. Leave {needs.Split(' ')[0]} out.");
        }
    }
}
