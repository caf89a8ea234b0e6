using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>What a neural factorization ends with.</summary>
/// <param name="Templates">A_0, …, A_L, from the features to the deepest.</param>
/// <param name="Moments">Of the activations of each layer over the training examples.</param>
/// <param name="Classification">B, classes × r_L row after row, or null without labels.</param>
/// <param name="Scores">The scores that features and topics give, or null without them.</param>
/// <param name="Phases">What was trained, one after the other, and how each went.</param>
/// <param name="Epochs">The epochs of the last phase.</param>
internal sealed record NeuralNmfResult(
    IReadOnlyList<FactorMatrix> Templates,
    IReadOnlyList<ActivationMoments> Moments,
    double[]? Classification,
    LinearScores? Scores,
    IReadOnlyList<TrainingPhase> Phases,
    IReadOnlyList<NeuralNmfEpoch> Epochs);

/// <summary>
/// Neural non-negative matrix factorization (Gao et al. 2019; <see href="https://doi.org/10.48550/arXiv.2303.00058">Will et al. 2023</see>, arXiv
/// 2303.00058): trains the templates of a cascade of non-negative least-squares layers by back-propagation, from a start that factorizes layer by layer.
/// The data is over its unit s while it is trained: templates are the same for any s, activations are over s, the classification layer times s, and the
/// losses over s².
/// </summary>
internal static class NeuralNmfTraining
{
    /// <summary>The phase in which back-propagation trains all layers together.</summary>
    public const string AllLayers = "Neural NMF, all layers";

    /// <summary>Runs a neural factorization from its start to its end.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="examples">X.</param>
    /// <param name="options">Resolved options (<see cref="FactorizationOptions.Resolve"/>).</param>
    /// <param name="monitor">Is told of every iteration.</param>
    /// <param name="labels">For each example 0 for a missing label and otherwise its class plus 1; empty without labels.</param>
    /// <param name="classes">The number of classes, 0 without labels.</param>
    public static NeuralNmfResult Run(
        ComputeEngine engine, ExampleMatrix examples, NeuralNmfEstimator.Options options, ITrainingMonitor monitor,
        ReadOnlySpan<uint> labels = default, int classes = 0)
    {
        (int[][] batches, int[] held) = Split(examples.Rows, options);
        double unit = FactorUnits.Checked(UnitsOf(examples)).Data;
        options = options.InUnit(unit);
        double meanSquare = examples.SumOfSquares / ((double)examples.Rows * examples.Columns);
        using var problem = new NeuralProblem(engine, examples.Columns, meanSquare, options, classes);
        var passes = new List<LayerPass>();
        LayerPass? validation = null;
        var phases = new List<TrainingPhase>();
        try
        {
            ExampleMatrix trained = held.Length == 0 ? examples : ExampleMatrixBuilder.TakeRows(examples, [.. batches.SelectMany(rows => rows).Order()]);
            if (batches.Length == 1)
                passes.Add(new LayerPass(engine, engine.Load(trained), options.Ranks, LabelsOf(labels, batches[0]), ownsData: true));
            using (DataMatrix? whole = batches.Length == 1 ? null : engine.Load(trained))
                phases.AddRange(NeuralStart.Fill(engine, whole ?? passes[0].Data, problem.Stack, options, monitor));
            for (int b = 0; batches.Length > 1 && b < batches.Length; b++)
                passes.Add(PassOf(engine, examples, labels, batches[b], options));
            if (held.Length > 0)
                validation = PassOf(engine, examples, labels, held, options);
            if (options.IsAutomatic)
                NeuralStart.Balance(engine, passes[0], problem.Stack, options);

            using var solver = new NeuralSolver(problem, passes, validation, options, monitor.CheckAlive) { Rows = [.. batches, held] };
            TrainingHistory history = TrainingLoop.Run(solver, options.Stopping, AllLayers, monitor);
            solver.TakeBest();
            phases.Add(new TrainingPhase { Name = "all layers", History = history });
            FactorMatrix[] templates = [.. problem.Stack.Templates.Select(t => t.ToMatrix())];
            ActivationMoments[] moments =
                [.. options.Ranks.Select((_, i) => ActivationMoments.Of(engine, [.. passes.Select(pass => pass.Activations[i])], unit))];
            LinearScores? scores = problem.Classification is not null && options.ScoreSource == NeuralNmfScoreSource.FeaturesAndTopics
                && ScoreTraining.Suits(examples.Rows, examples.Columns, classes) && passes.Any(pass => pass.Labels is not null)
                ? ScoreTraining.Run(engine, passes, classes, options.LabelLoss, monitor.CheckAlive)
                : null;
            int[][] order = TopicOrder.Arrange(templates, moments, i => options.InitialTemplatesOf(i) is not null);
            monitor.Recorder?.Finish(order);
            return new NeuralNmfResult(
                templates,
                moments,
                problem.Classification is { } layer ? WeightsOf(layer, order[^1], unit) : null,
                scores?.InOrder(order),
                phases,
                [.. solver.Epochs.Select((epoch, i) => epoch with { Seconds = history[i].Seconds })]);
        }
        finally
        {
            foreach (LayerPass pass in passes)
                pass.Dispose();
            validation?.Dispose();
        }
    }

    /// <summary>By what the data and the factors are divided: templates are the same for any unit.</summary>
    public static FactorUnits UnitsOf(ExampleMatrix examples) => new(examples.Unit, 1, BetaDivergence.Euclidean);

    // The rows of each batch and the rows that are held out, each in ascending order.
    private static (int[][] Batches, int[] Held) Split(int rows, NeuralNmfEstimator.Options options)
    {
        int[] order = [.. Enumerable.Range(0, rows)];
        int held = options.ValidationFraction == 0 ? 0 : Math.Clamp((int)Math.Round(options.ValidationFraction * rows), 1, Math.Max(rows - 1, 1));
        if (held >= rows)
            throw new InvalidOperationException($"There are {rows} rows, too few to hold some out. Set ValidationFraction to 0.");
        int size = Math.Min(options.BatchSize ?? rows, rows - held);
        if (held > 0 || size < rows - held)
            new Random(options.Seed!.Value).Shuffle(order);
        // Batches of nearly one size: every batch is one step, and the rows of a small last one would weigh more than others.
        int count = (int)(((long)rows - held + size - 1) / size);
        int StartOf(int batch) => held + (int)((long)batch * (rows - held) / count);
        int[][] batches = [.. Enumerable.Range(0, count).Select(b => order[StartOf(b)..StartOf(b + 1)])];
        foreach (int[] batch in batches)
            Array.Sort(batch);
        return (batches, [.. order.Take(held).Order()]);
    }

    private static LayerPass PassOf(ComputeEngine engine, ExampleMatrix examples, ReadOnlySpan<uint> labels, int[] rows, NeuralNmfEstimator.Options options)
        => new(engine, engine.Load(ExampleMatrixBuilder.TakeRows(examples, rows)), options.Ranks, LabelsOf(labels, rows), ownsData: true);

    private static LabelledRows? LabelsOf(ReadOnlySpan<uint> labels, int[] rows)
    {
        if (labels.IsEmpty)
            return null;
        uint[] taken = new uint[rows.Length];
        for (int i = 0; i < rows.Length; i++)
            taken[i] = labels[rows[i]];
        return LabelledRows.From(taken);
    }

    /// <summary>B for activations in the unit of the data, its columns in the order of the deepest topics.</summary>
    public static double[] WeightsOf(ClassificationLayer layer, int[] order, double unit)
    {
        double[] weights = layer.Weights.ToArray();
        return [.. weights.Select((_, i) => weights[i / order.Length * order.Length + order[i % order.Length]] / unit)];
    }
}
