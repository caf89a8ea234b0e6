using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Torch;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Nmf.Tests.Training;

/// <summary>A training that is stopped keeps what it has, on the managed engine.</summary>
public class ManagedStopTests : StopTests
{
    private protected override TrainingEngine Engine => TrainingEngine.Managed;
}

/// <summary>The same on Torch; where TorchSharp has no native library, on the managed engine again.</summary>
public class TorchStopTests : StopTests
{
    private protected override TrainingEngine Engine => TorchRuntime.Problem is null ? TrainingEngine.Torch : TrainingEngine.Managed;
}

/// <summary>The tests of a training that is stopped.</summary>
public abstract class StopTests
{
    private readonly MLContext _context = new(1);
    private readonly IDataView _data;

    protected StopTests() => _data = NeuralRows.GroupView(_context, Rows.Values());

    /// <summary>The engine to try.</summary>
    private protected abstract TrainingEngine Engine { get; }

    [Theory]
    [InlineData("Nmf", "NMF")]
    [InlineData("Nmf, β = 1", "NMF")]
    [InlineData("DeepNmf", "Deep NMF, all layers")]
    [InlineData("NeuralNmf", "Neural NMF, all layers")]
    public void What_a_stop_leaves_is_what_so_many_iterations_give(string kind, string phase)
    {
        Fitted stopped = FitUntil(kind, phase, 3), whole = Fit(kind, iterations: 3);
        TrainingHistory history = stopped.Phases[^1].History, expected = whole.Phases[^1].History;
        Assert.Equal((3, TrainingEnd.Stopped, false), (history.Last.Number, history.End, history.Converged));
        Assert.Equal(TrainingEnd.IterationsExhausted, expected.End);
        foreach ((TrainingIteration a, TrainingIteration b) in expected.Zip(history))
            Near.Equal(a.Objective, b.Objective, 1e-6);
        AssertNear(Topics(whole.Transformer), Topics(stopped.Transformer));
    }

    [Theory]
    [InlineData("Nmf", "NMF")]
    [InlineData("DeepNmf", "Deep NMF, layer 2 of 3")]
    [InlineData("NeuralNmf", "Neural NMF, all layers")]
    public void A_stopped_model_is_saved_and_loaded_with_its_end(string kind, string phase)
    {
        Fitted stopped = FitUntil(kind, phase, 3);
        var file = new MemoryStream();
        _context.Model.Save(stopped.Transformer, _data.Schema, file);
        ITransformer loaded = new MLContext().Model.Load(file, out _);
        ITransformer transformer = loaded is IEnumerable<ITransformer> chain ? chain.Single() : loaded;
        Assert.Equal(stopped.Phases.Select(Outcome), PhasesOf(transformer).Select(Outcome));
        Assert.Equal(Topics(stopped.Transformer), Topics(transformer));
    }

    [Theory]
    [InlineData("DeepNmf", "Deep NMF, layer {0} of 3", 1, 3)]
    [InlineData("DeepNmf", "Deep NMF, layer {0} of 3", 3, 3)]
    [InlineData("NeuralNmf", "Neural NMF, layer {0} of 2", 1, 2)]
    [InlineData("NeuralNmf", "Neural NMF, layer {0} of 2", 2, 2)]
    public void A_stop_in_a_layer_leaves_the_later_phases_at_their_start_and_the_model_whole(string kind, string phase, int layer, int layers)
    {
        Fitted stopped = FitUntil(kind, string.Format(null, phase, layer), 3);
        (string, int, TrainingEnd)[] expected =
        [
            .. Enumerable.Range(1, layers).Select(i => i < layer ? ($"layer {i}", 10, TrainingEnd.IterationsExhausted)
                : ($"layer {i}", i == layer ? 3 : 0, TrainingEnd.Stopped)),
            ("all layers", 0, TrainingEnd.Stopped),
        ];
        Assert.Equal(expected, stopped.Phases.Select(Outcome));
        AssertUsable(stopped.Transformer);
    }

    [Theory]
    [InlineData("Nmf")]
    [InlineData("Nmf, β = 1")]
    [InlineData("DeepNmf")]
    [InlineData("DeepNmf, random")]
    [InlineData("NeuralNmf")]
    [InlineData("NeuralNmf, batches and held-out rows")]
    public void A_stop_before_the_first_iteration_gives_the_model_of_the_start(string kind)
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Fitted stopped = Fit(kind, stop: stop.Token);
        Assert.All(stopped.Phases, phase => Assert.Equal((0, TrainingEnd.Stopped), (phase.History.Last.Number, phase.History.End)));
        // The first phase starts where that of a whole training does.
        Near.Equal(Fit(kind).Phases[0].History[0].Objective, stopped.Phases[0].History.Last.Objective, 1e-6);
        AssertUsable(stopped.Transformer);
    }

    [Theory]
    [InlineData("Nmf")]
    [InlineData("DeepNmf")]
    [InlineData("NeuralNmf")]
    public void Cancelling_keeps_nothing_even_after_a_stop(string kind)
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => Fit(kind, stop: source.Token, cancel: source.Token));
    }

    [Fact]
    public void The_log_says_that_it_was_stopped_and_does_not_warn()
    {
        var lines = new List<(ChannelMessageKind Kind, string Text)>();
        _context.Log += (_, e) => lines.Add((e.Kind, e.RawMessage));
        FitUntil("Nmf", "NMF", 3);
        Assert.Single(lines, line => line.Text.StartsWith("NMF ended after 3 iterations")
            && line.Text.EndsWith(": it was stopped on request, and the model is as it was then."));
        Assert.DoesNotContain(lines, line => line.Kind == ChannelMessageKind.Warning);
    }

    private static (string Name, int Iterations, TrainingEnd End) Outcome(TrainingPhase phase)
        => (phase.Name, phase.History.Last.Number, phase.History.End);

    private static IReadOnlyList<TrainingPhase> PhasesOf(ITransformer transformer) => transformer switch
    {
        NmfTransformer nmf => [new TrainingPhase { Name = "all", History = nmf.Model.History }],
        DeepNmfTransformer deep => deep.Model.Phases,
        _ => Assert.IsType<NeuralNmfTransformer>(transformer).Model.Phases,
    };

    private static void AssertNear(float[][] expected, float[][] actual)
    {
        float largest = expected.Max(row => row.Max());
        foreach ((float[] e, float[] a) in expected.Zip(actual))
            Assert.All(e.Zip(a), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * largest));
    }

    private float[][] Topics(ITransformer transformer) => Rows.Topics(transformer.Transform(_data));

    // Rows get activations that are numbers, and not all of them zero.
    private void AssertUsable(ITransformer transformer)
    {
        float[][] topics = Topics(transformer);
        Assert.Equal(90, topics.Length);
        Assert.All(topics, row => Assert.All(row, value => Assert.True(value >= 0 && float.IsFinite(value))));
        Assert.Contains(topics, row => row.Max() > 0);
        if (transformer is NeuralNmfTransformer neural)
            Assert.All(neural.Transform(_data).GetColumn<float[]>("Score"), row => Assert.All(row, value => Assert.True(float.IsFinite(value))));
    }

    private Fitted FitUntil(string kind, string phase, int iteration)
    {
        using var stop = new CancellationTokenSource();
        var progress = new Synchronous(step =>
        {
            if (step.Phase == phase && step.Iteration.Number == iteration)
                stop.Cancel();
        });
        return Fit(kind, progress: progress, stop: stop.Token);
    }

    private Fitted Fit(
        string kind, int iterations = 12, IProgress<TrainingProgress>? progress = null, CancellationToken stop = default, CancellationToken cancel = default)
    {
        FactorizationOptions options = kind switch
        {
            "DeepNmf" => new DeepNmfEstimator.Options { Ranks = [6, 4, 3], PretrainingIterations = 10 },
            "DeepNmf, random" => new DeepNmfEstimator.Options { Ranks = [6, 4, 3], Initialization = LayerInitialization.Random },
            "NeuralNmf, batches and held-out rows" => NeuralRows.Options(
                new() { PretrainingIterations = 10, BatchSize = 20, Optimizer = NeuralNmfOptimizer.Adam(0.01), ValidationFraction = 0.2 }),
            "NeuralNmf" => NeuralRows.Options(new() { PretrainingIterations = 10 }),
            _ => new NmfEstimator.Options { Rank = 3, Beta = kind == "Nmf" ? 2 : 1 },
        };
        options.OutputColumnName = "Topics";
        options.InputColumnName = "Features";
        options.MaximumNumberOfIterations = iterations;
        options.Tolerance = 0;
        options.Seed = 2;
        options.Engine = Engine;
        options.NumberOfThreads = 1;
        options.Progress = progress;
        options.StoppingToken = stop;
        options.CancellationToken = cancel;
        ITransformer transformer = options switch
        {
            DeepNmfEstimator.Options deep => _context.Transforms.DeepNmf(deep).Fit(_data),
            NeuralNmfEstimator.Options neural => _context.Transforms.NeuralNmf(neural).Fit(_data),
            _ => _context.Transforms.Nmf((NmfEstimator.Options)options).Fit(_data),
        };
        return new Fitted(transformer, PhasesOf(transformer));
    }

    private sealed record Fitted(ITransformer Transformer, IReadOnlyList<TrainingPhase> Phases);

    private sealed class Synchronous(Action<TrainingProgress> then) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => then(value);
    }
}
