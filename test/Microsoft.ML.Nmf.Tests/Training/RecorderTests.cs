using Microsoft.ML.Data;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Torch;

namespace Microsoft.ML.Nmf.Tests.Training;

/// <summary>What a recorder keeps of trainings on the managed engine.</summary>
public class ManagedRecorderTests : RecorderTests
{
    private protected override TrainingEngine Engine => TrainingEngine.Managed;
}

/// <summary>The same on Torch; where TorchSharp has no native library, on the managed engine again.</summary>
public class TorchRecorderTests : RecorderTests
{
    private protected override TrainingEngine Engine => TorchRuntime.Problem is null ? TrainingEngine.Torch : TrainingEngine.Managed;
}

/// <summary>The tests of a recorder that need an engine.</summary>
public abstract class RecorderTests
{
    // Data of another unit than 1, so that factors in the unit of the stored data would show.
    private const float Scale = 5000;

    private readonly MLContext _context = new(1);
    private readonly IDataView _data;

    protected RecorderTests() => _data = NeuralRows.GroupView(_context, Rows.Values().Select(row => row.Select(value => Scale * value).ToArray()));

    public static TheoryData<string> Kinds =>
    [
        "Nmf", "Nmf, β = 1", "Nmf, least squares", "DeepNmf", "DeepNmf, β = 0.5", "NeuralNmf", "NeuralNmf, reconstruction", "NeuralNmf, batches",
        "NeuralNmf, held-out rows",
    ];

    /// <summary>The engine to try.</summary>
    private protected abstract TrainingEngine Engine { get; }

    [Theory, MemberData(nameof(Kinds))]
    public void The_last_snapshot_is_the_model_or_with_held_out_rows_the_best_is(string kind)
    {
        // Snapshots of every epoch where the best may be any.
        bool isBest = kind == "NeuralNmf, held-out rows";
        var recorder = new TrainingRecorder { Interval = isBest ? 1 : 5, Parts = RecordedParts.Templates };
        Fitted fitted = Fit(kind, recorder);
        TrainingSnapshot last = recorder.Snapshots[^1];
        Assert.Equal((fitted.History.Last.Number, fitted.History.Last.Objective, fitted.History.Last.Divergence),
            (last.Iteration.Number, last.Iteration.Objective, last.Iteration.Divergence));
        Assert.Equal(fitted.Templates.Length, recorder.FinalOrder.Count);
        for (int i = 0; i < fitted.Templates.Length; i++)
        {
            FactorMatrix recorded = (isBest ? recorder.Snapshots.Where(at => !double.IsNaN(at.ValidationLoss)).MinBy(at => at.ValidationLoss)! : last).Templates[i].TakeColumns([.. recorder.FinalOrder[i]]);
            if (i > 0)
                recorded = recorded.TakeRows([.. recorder.FinalOrder[i - 1]]);
            Assert.Equal(fitted.Templates[i].Values, recorded.Values);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Recording_changes_no_bit_of_the_model(string kind)
    {
        Fitted plain = Fit(kind, null), recorded = Fit(kind, new TrainingRecorder { Parts = RecordedParts.All });
        Assert.Equal(plain.History.Select(at => at.Objective), recorded.History.Select(at => at.Objective));
        Assert.Equal(plain.Templates.Select(layer => layer.Values.ToArray()), recorded.Templates.Select(layer => layer.Values.ToArray()));
        Assert.Equal(Rows.Topics(plain.Transformer.Transform(_data)), Rows.Topics(recorded.Transformer.Transform(_data)));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Every_phase_has_its_start_its_multiples_and_its_end(string kind)
    {
        var recorder = new TrainingRecorder { Interval = 4, Parts = RecordedParts.None };
        Fitted fitted = Fit(kind, recorder);
        ILookup<string, TrainingSnapshot> phases = recorder.Snapshots.ToLookup(snapshot => snapshot.Phase);
        Assert.Equal(fitted.Phases.Count, phases.Count);
        foreach ((IGrouping<string, TrainingSnapshot> recorded, TrainingPhase phase) in phases.Zip(fitted.Phases))
        {
            int end = phase.History.Last.Number;
            Assert.Equal([.. Enumerable.Range(0, end + 1).Where(number => number % 4 == 0 || number == end)], recorded.Select(at => at.Iteration.Number));
            Assert.All(recorded, at => Assert.Same(phase.History[at.Iteration.Number], at.Iteration));
        }

        Assert.All(recorder.Snapshots, at => Assert.True(at.Templates.Count == 0 && at.Activations.Count == 0 && at.Gradients.Count == 0 && at.GradientNorms.Count == 0));
    }

    [Fact]
    public void The_numbers_of_a_neural_snapshot_are_those_of_its_epoch()
    {
        var recorder = new TrainingRecorder { Parts = RecordedParts.None };
        var transformer = (NeuralNmfTransformer)Fit("NeuralNmf, held-out rows", recorder).Transformer;
        TrainingSnapshot[] snapshots = [.. recorder.Snapshots.Where(at => at.Phase == NeuralNmfTraining.AllLayers)];
        Assert.Equal(transformer.Model.Epochs.Select(e => (e.Loss, e.LearningRate, e.LabelLoss, e.ValidationLoss)),
            snapshots.Select(at => (at.Iteration.Objective, at.StepLength, at.LabelLoss, at.ValidationLoss)));
        Assert.Equal(transformer.Model.Epochs.Select(e => e.LayerLosses), snapshots.Select(at => at.LayerLosses));
    }

    [Theory]
    [InlineData("Nmf")]
    [InlineData("DeepNmf")]
    [InlineData("NeuralNmf")]
    [InlineData("NeuralNmf, batches")]
    public void Recorded_activations_and_templates_approximate_the_data_in_its_unit_and_order(string kind)
    {
        var recorder = new TrainingRecorder { Parts = RecordedParts.Templates | RecordedParts.Activations, Interval = 100 };
        Fit(kind, recorder);
        TrainingSnapshot last = recorder.Snapshots[^1];
        FactorMatrix effective = last.Templates[0];
        foreach (FactorMatrix deeper in last.Templates.Skip(1))
            effective = effective.Multiply(deeper);
        double[,] fit = Naive.Multiply(NeuralData.Read(last.Activations[^1]), Naive.Transpose(NeuralData.Read(effective)));
        float[][] rows = [.. _data.GetColumn<float[]>("Features")];
        double residual = 0, total = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j < rows[i].Length; j++)
            {
                residual += Math.Pow(rows[i][j] - fit[i, j], 2);
                total += Math.Pow(rows[i][j], 2);
            }
        }

        // Three groups and rank 3: rows in another order, or in another unit, would leave most of it.
        Assert.True(residual < 0.2 * total, $"{residual} of {total}");
        if (kind is "Nmf" or "DeepNmf")
            Near.Equal(last.Iteration.Divergence, residual / 2, 1e-4);
        Assert.Equal(last.Templates.Count, last.Activations.Count);
    }

    [Fact]
    public void A_recording_can_be_read_while_the_training_runs()
    {
        var recorder = new TrainingRecorder();
        var seen = new List<(int, int)>();
        Fit("Nmf", recorder, new Synchronous(step => seen.Add((step.Iteration.Number, recorder.Snapshots[^1].Iteration.Number))));
        Assert.NotEmpty(seen);
        Assert.All(seen, pair => Assert.Equal(pair.Item1, pair.Item2));
    }

    [Fact]
    public void What_was_recorded_stays_when_the_training_is_cancelled_and_the_next_starts_anew()
    {
        var recorder = new TrainingRecorder();
        var cancel = new Synchronous(step =>
        {
            if (step.Iteration.Number == 3)
                throw new OperationCanceledException();
        });
        Assert.Throws<OperationCanceledException>(() => Fit("Nmf", recorder, cancel));
        Assert.Equal([0, 1, 2, 3], recorder.Snapshots.Select(at => at.Iteration.Number));
        Assert.Empty(recorder.FinalOrder);
        Fitted fitted = Fit("Nmf", recorder);
        Assert.Equal(fitted.History.Count, recorder.Snapshots.Count);
    }

    private Fitted Fit(string kind, TrainingRecorder? recorder, IProgress<TrainingProgress>? progress = null)
    {
        FactorizationOptions options = kind switch
        {
            "DeepNmf" => new DeepNmfEstimator.Options { Ranks = [6, 4, 3], PretrainingIterations = 10 },
            "DeepNmf, β = 0.5" => new DeepNmfEstimator.Options { Ranks = [5, 3], PretrainingIterations = 5, Beta = 0.5 },
            "NeuralNmf, batches" => NeuralRows.Options(new() { BatchSize = 20, Optimizer = NeuralNmfOptimizer.Adam(0.01) }),
            "NeuralNmf, held-out rows" => NeuralRows.Options(new() { ValidationFraction = 0.2, ValidationPatience = 100 }),
            "NeuralNmf, reconstruction" => NeuralRows.Options(new() { Loss = NeuralNmfLoss.Reconstruction }),
            "NeuralNmf" => NeuralRows.Options(new() { PretrainingIterations = 10 }),
            "Nmf, least squares" => new NmfEstimator.Options { Rank = 3, Solver = NmfSolver.AlternatingLeastSquares },
            _ => new NmfEstimator.Options { Rank = 3, Beta = kind == "Nmf" ? 2 : 1 },
        };
        options.OutputColumnName = "Topics";
        options.InputColumnName = "Features";
        options.MaximumNumberOfIterations = 11;
        options.Tolerance = 0;
        options.Seed = 2;
        options.Engine = Engine;
        options.NumberOfThreads = 1;
        options.Progress = progress;
        options.Recorder = recorder;
        switch (options)
        {
            case DeepNmfEstimator.Options deep:
                DeepNmfTransformer deepNmf = _context.Transforms.DeepNmf(deep).Fit(_data);
                return new Fitted(deepNmf, deepNmf.Model.Phases, [.. deepNmf.Model.Layers.Select(layer => layer.Templates)]);
            case NeuralNmfEstimator.Options neural:
                NeuralNmfTransformer neuralNmf = _context.Transforms.NeuralNmf(neural).Fit(_data);
                return new Fitted(neuralNmf, neuralNmf.Model.Phases, [.. neuralNmf.Model.Layers.Select(layer => layer.Templates)]);
            default:
                NmfTransformer nmf = _context.Transforms.Nmf((NmfEstimator.Options)options).Fit(_data);
                return new Fitted(nmf, [new TrainingPhase { Name = "all", History = nmf.Model.History }], [nmf.Model.Templates]);
        }
    }

    private sealed record Fitted(ITransformer Transformer, IReadOnlyList<TrainingPhase> Phases, FactorMatrix[] Templates)
    {
        public TrainingHistory History => Phases[^1].History;
    }

    private sealed class Synchronous(Action<TrainingProgress> then) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => then(value);
    }
}
