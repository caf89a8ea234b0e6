using System.Diagnostics;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Streaming;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>
/// A training over several parts of the data, one iteration after the other: <see cref="State"/> goes to every part, what the parts say is merged, and
/// <see cref="Advance"/> improves the templates by it. <see cref="IPartitionedEstimator{TTransformer}"/> has an example.
/// </summary>
/// <typeparam name="TTransformer">The transformer that it ends with.</typeparam>
public sealed class PartitionedTraining<TTransformer> : IDisposable
    where TTransformer : class, ITransformer
{
    private readonly StreamedPlan<TTransformer> _plan;
    private readonly FactorizationOptions _options;
    private readonly LogChannel _log;
    private readonly HostMonitor _monitor;
    private readonly ComputeEngine _engine;
    private readonly StreamedModel _model;
    private readonly bool _observes;
    private readonly double _unit;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<TrainingIteration> _history = [];
    private TrainingStatistics? _last;
    private TrainingEnd? _end;

    internal PartitionedTraining(
        StreamedPlan<TTransformer> plan, ExampleMatrix sample, FactorizationOptions options, ComponentHost host, LogChannel log)
    {
        (_plan, _options, _log) = (plan, options, log);
        _monitor = new HostMonitor(host, log, options);
        _unit = sample.Unit;
        _observes = sample is ObservedExamples;
        _engine = EngineChoice.Create(host, options, log);
        _model = plan.Create(_engine, sample, plan.Start(_engine, sample, [], _monitor));
        State = StateAt(0);
    }

    /// <summary>Where the training stands: what every part is to be asked about next.</summary>
    public PartitionState State { get; private set; }

    /// <summary>The iterations so far whose objective is known, from the start on. That of the last is known after the next <see cref="Advance"/>.</summary>
    public IReadOnlyList<TrainingIteration> History => _history;

    /// <summary>Improves the templates by what all parts have said of <see cref="State"/>.</summary>
    /// <param name="merged">The statistics of all parts, merged.</param>
    /// <returns>Whether the training goes on with the new state; false when it has ended, and the state is the last.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="merged"/> is null.</exception>
    /// <exception cref="ArgumentException">The statistics are of another training.</exception>
    /// <exception cref="InvalidOperationException">The training has ended, or the objective is not finite.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public bool Advance(TrainingStatistics merged)
    {
        ArgumentNullException.ThrowIfNull(merged);
        if (_end is not null)
            throw new InvalidOperationException("The training has ended. Call Finish.");
        if (!merged.Fits(_model.CreateStatistics()))
            throw new ArgumentException($"These are {merged}, which are of another training. Compute them from the State of this one.", nameof(merged));
        _monitor.CheckAlive();
        TrainingLoop.Reach(_history, _model.ObjectiveOf(merged), _clock.Elapsed.TotalSeconds, _model.Remedy);
        _monitor.Report(TrainingLoop.ProgressOf(_history, _plan.Phase, _options.MaximumNumberOfIterations));
        _last = merged;
        double least = _history.Skip(1).Select(at => at.Objective).DefaultIfEmpty(double.NaN).Min();
        bool isIdle = _options.Tolerance > 0 && StoppingRule.ShareOf(_history, least) <= _options.Tolerance;
        _end = isIdle ? TrainingEnd.Converged
            : State.Iteration >= _options.MaximumNumberOfIterations ? TrainingEnd.IterationsExhausted
            : _monitor.IsStopRequested ? TrainingEnd.Stopped : null;
        if (_end is not null)
        {
            _monitor.Finish(_plan.Phase, new TrainingHistory(_history, _end.Value), _options.Stopping);
            return false;
        }

        _model.Update(merged, merged.Weight, isMoreToCome: false);
        State = StateAt(State.Iteration + 1);
        return true;
    }

    /// <summary>The transformer of the templates as they are; with the statistics where the options keep them.</summary>
    /// <exception cref="InvalidOperationException">No iteration was made.</exception>
    public TTransformer Finish()
    {
        if (_last is null)
            throw new InvalidOperationException("No part has said anything yet. Call Advance with the statistics of all parts.");
        var history = new TrainingHistory(_history, _end ?? TrainingEnd.Stopped);
        return _plan.Make(_model, new StreamedResult(_last, history), previous: null, _options.KeepStatistics);
    }

    /// <summary>Frees what the training holds.</summary>
    public void Dispose()
    {
        _model.Dispose();
        _engine.Dispose();
        _log.Dispose();
    }

    private PartitionState StateAt(int iteration) => new(iteration, _unit, _observes, [.. _model.Templates.Select(layer => layer.ToMatrix())]);
}
