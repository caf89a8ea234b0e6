using System.ComponentModel;
using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>
/// What the estimators of this library have in common: they check the column, read it, train on the engine that was asked for, and tell the log.
/// </summary>
/// <typeparam name="TTransformer">The transformer that fitting makes.</typeparam>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public abstract class FactorizationEstimator<TTransformer> : IEstimator<TTransformer>
    where TTransformer : ActivationTransformerBase
{
    private const int RowsBetweenChecks = 1024;

    private readonly FactorizationOptions _options;

    /// <summary>Takes over options that nobody else holds.</summary>
    private protected FactorizationEstimator(ComponentHost host, FactorizationOptions options)
    {
        Host = host;
        _options = options;
        options.Seed ??= host.DrawSeed();
        options.Resolve();
        options.CheckNegativeValues();
    }

    /// <summary>The column that is read.</summary>
    public string InputColumnName => _options.InputColumnName ?? _options.OutputColumnName;

    /// <summary>The component's host.</summary>
    private protected ComponentHost Host { get; }

    /// <summary>The columns that the transformer will add.</summary>
    private protected abstract IReadOnlyList<string> OutputColumnNames { get; }

    /// <summary>The column of labels, or null.</summary>
    private protected virtual string? LabelColumnName => null;

    /// <summary>The shape of an output column: of activations, unless said otherwise.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="hasNames">Whether the features have names.</param>
    /// <param name="inputSchema">The shape of the data's schema.</param>
    private protected virtual SchemaShape.Column ShapeOf(string name, bool hasNames, SchemaShape inputSchema) => ShapeColumns.SingleVector(name, hasNames);

    /// <summary>The components of each layer, from the one next to the features to the deepest, with the name of its option.</summary>
    private protected abstract IEnumerable<(string Option, int Rank)> RanksByOption { get; }

    /// <summary>What is trained, for the log.</summary>
    private protected abstract string Describe();

    /// <summary>The most bytes that a training holds at once, besides the data.</summary>
    /// <param name="memory">What it is made of.</param>
    /// <param name="input">What is trained on.</param>
    private protected abstract long WorkingBytes(WorkingMemory memory, TrainingInput input);

    /// <summary>The activations of the training's rows that a transformer's model keeps; null for none.</summary>
    private protected virtual TrainingActivations? KeptBy(TTransformer transformer) => null;

    /// <summary>Trains.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="input">What is trained on.</param>
    /// <param name="ofStart">The estimator's options, for one of several starts.</param>
    /// <param name="monitor">Is told of every iteration.</param>
    /// <param name="columns">The columns of the transformer.</param>
    private protected abstract TTransformer Train(
        ComputeEngine engine, TrainingInput input, FactorizationOptions ofStart, ITrainingMonitor monitor, ColumnNames columns);

    /// <summary>Trains on rows in batches, or goes on from a transformer.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="input">The rows, and where the training starts.</param>
    /// <param name="monitor">Is told of every pass.</param>
    /// <param name="columns">The columns of the transformer.</param>
    private protected abstract TTransformer TrainStreamed(
        ComputeEngine engine, StreamedInput<TTransformer> input, ITrainingMonitor monitor, ColumnNames columns);

    /// <summary>The unit of the data in the statistics of a transformer; null where it has none.</summary>
    private protected abstract double? UnitOf(TTransformer previous);

    /// <summary>Whether the statistics of a transformer are of entries listed one by one; null where it has none, or they are the same either way.</summary>
    private protected virtual bool? ObservesOf(TTransformer previous) => null;

    /// <summary>Whether a batch size means that rows are read again for every pass.</summary>
    private protected virtual bool ReadsInBatches => true;

    /// <summary>The objective that a training ended with.</summary>
    private protected abstract double ObjectiveOf(TTransformer transformer);

    /// <summary>Trains on the rows of <paramref name="input"/>, which it reads once.</summary>
    /// <param name="input">Data with the input column.</param>
    /// <returns>The transformer that computes activations with what was learned.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The input or label column is missing or of a wrong type, or an option does not fit the data.</exception>
    /// <exception cref="InvalidOperationException">
    /// The <see cref="FactorizationOptions.Recorder"/> records another training, or has no room; or there are no rows, or none has a label where a label column
    /// is named, or labels have more than 1,048,576 values, or a feature is negative, not a number or infinite (but where options say what such values mean),
    /// or a weight is.
    /// </exception>
    /// <exception cref="OperationCanceledException"><see cref="FactorizationOptions.CancellationToken"/> or the context's execution was cancelled.</exception>
    public TTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Record(() => Train(input, null));
    }

    /// <summary>
    /// Goes on with the training of a transformer, which stays as it is: its topics keep their places and start from what they are. Where it has statistics
    /// (<see cref="FactorizationOptions.KeepStatistics"/>), its rows count on, as often as <see cref="FactorizationOptions.ForgettingFactor"/> says, beside those
    /// of <paramref name="input"/>, which are to be others. Features are matched by their slot names: those that are new start without a part in any topic, and
    /// those that are gone are left out. Without slot names the features must be the same.
    /// </summary>
    /// <param name="input">Data with the input column. Its rows are in memory, or in batches with <see cref="FactorizationOptions.BatchSize"/>.</param>
    /// <param name="previous">A transformer of an estimator of the same ranks and β, trained or loaded.</param>
    /// <returns>A new transformer.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The transformer is of other ranks, another β, or other features without names.</exception>
    /// <exception cref="ArgumentOutOfRangeException">As for <see cref="Fit(IDataView)"/>.</exception>
    /// <exception cref="InvalidOperationException">As for <see cref="Fit(IDataView)"/>.</exception>
    /// <exception cref="OperationCanceledException">As for <see cref="Fit(IDataView)"/>.</exception>
    public TTransformer Fit(IDataView input, TTransformer previous)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(previous);
        return Record(() => Train(input, previous));
    }

    private TTransformer Record(Func<TTransformer> train)
    {
        _options.Recorder?.Begin();
        try
        {
            return train();
        }
        finally
        {
            _options.Recorder?.End();
        }
    }

    private TTransformer Train(IDataView input, TTransformer? previous)
    {
        FeatureColumn column = FeatureColumn.Find(input, InputColumnName);
        LabelColumn? label = LabelColumnName is null ? null : LabelColumn.Find(input.Schema, LabelColumnName);
        ReadingPlan plan = _options.Reading;
        plan.Check(column);
        if (previous is not null)
            _options.RefuseAllRows("a training that goes on from a model starts from its topics alone");
        if (_options.CheckpointPath is { } checkpoint)
            WholeFile.CheckFolder(checkpoint, nameof(FactorizationOptions.CheckpointPath));
        // Statistics that count on must be of rows that are stored alike.
        TTransformer? counted = _options.ForgettingFactor > 0 ? previous : null;
        double? unit = counted is null ? null : UnitOf(counted);
        bool? observes = counted is null ? null : ObservesOf(counted);
        using LogChannel log = Host.OpenLog("Training");
        var monitor = new HostMonitor(Host, log, _options);
        if (_options.BatchSize is { } size && ReadsInBatches)
        {
            label = label is { } named ? LabelReader.ReadClasses(input, named, monitor.CheckAlive) : null;
            var reader = new BatchReader(input, column, plan, size, _options.Seed!.Value, monitor.CheckAlive)
            {
                Label = label,
                Unit = unit,
            };
            reader.Observes ??= observes;
            using var rows = new StreamedRows(reader, _options.MostKeptBytes);
            if (previous is not null || !rows.AreOneBatch)
                return TrainInBatches(input, rows, column, label, previous, (monitor, log));
        }

        bool isCounted = previous is not null || _options.KeepStatistics;
        TrainingInput training = ExampleReader.Read(
            input, column, label, plan, monitor.CheckAlive, unit, isCounted && plan.Settings.AreMissing ? true : observes);
        if (previous is not null)
        {
            using var rows = new StreamedRows(new ExampleBatch(training.Examples, training.Labels));
            return TrainInBatches(input, rows, column, training.LabelColumn, previous, (monitor, log));
        }

        using ComputeEngine engine = EngineChoice.Create(Host, _options, log);
        log.Info(Announce(training, engine));
        foreach (string warning in _options.Warnings())
            log.Warning(warning);
        if (training.Examples.NonZeros == 0)
            log.Warning($"Column '{column.Name}' is zero in every row: there is nothing to learn from it.");
        foreach (string warning in training.LabelColumn?.Warnings(training.Labels) ?? [])
            log.Warning(warning);
        if (WarnOfRanks(training.Examples) is { } ofRanks)
            log.Warning(ofRanks);
        TTransformer transformer = TrainFromAll(engine, training, monitor, log);
        if (KeptBy(transformer) is { } kept)
            kept.RowIds = ReadIds(input, monitor.CheckAlive);
        return transformer;
    }

    private TTransformer TrainInBatches(
        IDataView input, StreamedRows rows, FeatureColumn column, LabelColumn? label, TTransformer? previous, (HostMonitor Monitor, LogChannel Log) told)
    {
        using ComputeEngine engine = EngineChoice.Create(Host, _options, told.Log);
        string size = rows.AreOneBatch ? "in memory" : string.Create(CultureInfo.InvariantCulture, $"in batches of {_options.BatchSize} rows");
        told.Log.Info(string.Create(CultureInfo.InvariantCulture,
            $"{Describe()} of column '{column.Name}' {size}{(previous is null ? "" : ", going on from a model")}: {column.Size} features; ")
            + string.Create(CultureInfo.InvariantCulture, $"seed {_options.Seed}; engine {engine.Description}."));
        foreach (string warning in _options.Warnings())
            told.Log.Warning(warning);
        if (rows.Sample.Examples.NonZeros == 0)
            told.Log.Warning($"Column '{column.Name}' is zero in every row: there is nothing to learn from it.");
        Action<TTransformer>? save = _options.CheckpointPath is { } path ? transformer => Host.Save(path, transformer, input.Schema) : null;
        var streamed = new StreamedInput<TTransformer>(rows, column.Size, column.ReadNames(), label, previous, save);
        return TrainStreamed(engine, streamed, told.Monitor, new ColumnNames(InputColumnName, OutputColumnNames));
    }

    private TTransformer TrainFromAll(ComputeEngine engine, TrainingInput input, ITrainingMonitor monitor, LogChannel log)
    {
        var columns = new ColumnNames(InputColumnName, OutputColumnNames);
        int starts = _options.NumberOfStarts;
        if (starts == 1)
            return Train(engine, input, _options, monitor, columns);
        int together = AtOnce(engine, input, starts);
        return SeveralStarts.Best(starts, together, monitor, FromStart, ObjectiveOf);

        TTransformer FromStart(int start, ITrainingMonitor ofStart)
        {
            FactorizationOptions options = _options.ForStart(start);
            if (together == 1)
                return Train(engine, input, options, ofStart, columns);
            options.NumberOfThreads = Math.Max(1, engine.Threads / together);
            using ComputeEngine own = EngineChoice.Create(Host, options, log);
            return Train(own, input, options, ofStart, columns);
        }
    }

    // As many starts as have a thread each, and memory for factors and a transpose of the data in half of what is free. A device has all its work to do with
    // one.
    private int AtOnce(ComputeEngine engine, TrainingInput input, int starts)
    {
        if (!engine.IsManaged)
            return 1;
        long each = input.Examples.Bytes + WorkingBytes(new WorkingMemory(engine, input.Examples.Rows, input.Examples.Columns), input);
        return (int)Math.Clamp(WorkingMemory.Free() / 2 / each, 1, Math.Min(starts, engine.Threads));
    }

    // A pass in which no column is computed.
    private static List<DataViewRowId> ReadIds(IDataView input, Action checkAlive)
    {
        using DataViewRowCursor cursor = input.GetRowCursor([]);
        ValueGetter<DataViewRowId> id = cursor.GetIdGetter();
        var ids = new List<DataViewRowId>();
        for (DataViewRowId value = default; cursor.MoveNext();)
        {
            if (ids.Count % RowsBetweenChecks == 0)
                checkAlive();
            id(ref value);
            ids.Add(value);
        }

        return ids;
    }

    /// <summary>The schema that transforming will give.</summary>
    /// <param name="inputSchema">The shape of the data's schema.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input or label column is missing or of a wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        bool hasNames = FeatureColumn.PromisesNames(inputSchema, InputColumnName);
        if (_options.Reading.WeightColumnName is { } weights)
            WeightColumn.Check(inputSchema, weights);
        var columns = new Dictionary<string, SchemaShape.Column>();
        foreach (SchemaShape.Column column in inputSchema)
            columns[column.Name] = column;
        foreach (string output in OutputColumnNames)
            columns[output] = output == _options.ResidualColumnName ? ShapeColumns.Single(output) : ShapeOf(output, hasNames, inputSchema);
        return new SchemaShape(columns.Values);
    }

    // As many components as there are features, or as there are examples, reproduce any data: each is one of them.
    private string? WarnOfRanks(ExampleMatrix examples)
    {
        int most = Math.Min(examples.Rows, examples.Columns);
        // A layer after the first factorizes the examples' activations; the options hold its rank to that of the layer before.
        string[] above =
            [.. RanksByOption.Where((layer, i) => layer.Rank > (i == 0 ? most : examples.Rows)).Select(layer => $"{layer.Option} is {layer.Rank}")];
        return above.Length == 0 ? null : string.Create(CultureInfo.InvariantCulture,
            $"{string.Join(" and ", above)}, but column '{InputColumnName}' has {examples.Rows} examples × {examples.Columns} features, which {most} ")
            + "components can reproduce exactly: others stay empty or repeat them. "
            + string.Create(CultureInfo.InvariantCulture, $"Set no rank above {most}.");
    }

    private string Announce(TrainingInput input, ComputeEngine engine)
    {
        ExampleMatrix examples = input.Examples;
        long working = WorkingBytes(new WorkingMemory(engine, examples.Rows, examples.Columns), input);
        string kind = examples is SparseExamples ? "sparse" : "dense";
        string entries = examples is ObservedExamples observed
            ? string.Create(CultureInfo.InvariantCulture, $"{observed.Observed / ((double)examples.Rows * examples.Columns):P2} observed")
            : string.Create(CultureInfo.InvariantCulture, $"{kind} ({examples.Density:P2} not zero)");
        string weighted = examples.Weights is null ? "" : ", weighted";
        return string.Create(CultureInfo.InvariantCulture,
            $"{Describe()} of column '{InputColumnName}': {examples.Rows} examples × {examples.Columns} features, {entries}{weighted}; ")
            + string.Create(CultureInfo.InvariantCulture,
                $"seed {_options.Seed}; engine {engine.Description}; {engine.DescribeMemory(examples, working, RanksByOption.Max(layer => layer.Rank))}.");
    }
}
