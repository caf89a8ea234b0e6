using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>What a neural factorization ends with.</summary>
/// <param name="Templates">A_0, …, A_L, from the features to the deepest.</param>
/// <param name="ActivationSums">For each layer the sums of its activations' columns over the training examples.</param>
/// <param name="Classification">B, classes × r_L row after row, or null without labels.</param>
/// <param name="Phases">How each layer of the start went, and then all together.</param>
/// <param name="Epochs">What the last phase was made of.</param>
internal sealed record NeuralNmfResult(
    IReadOnlyList<FactorMatrix> Templates, IReadOnlyList<double[]> ActivationSums, double[]? Classification, IReadOnlyList<TrainingPhase> Phases, IReadOnlyList<NeuralNmfEpoch> Epochs);

/// <summary>
/// Neural non-negative matrix factorization (Will et al. 2020; Haddock et al., arXiv 2303.00058): trains the templates of a cascade of non-negative least-squares layers by back-propagation.
/// </summary>
internal static class NeuralNmfTraining
{
    /// <summary>Runs a training from its start to its end.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="examples">X.</param>
    /// <param name="labels">For each example 0 or its class plus 1; empty without labels.</param>
    /// <param name="settings">What it is to be.</param>
    /// <param name="monitor">Is told of every iteration.</param>
    public static NeuralNmfResult Run(ComputeEngine engine, ExampleMatrix examples, ReadOnlySpan<uint> labels, NeuralNmfSettings settings, ITrainingMonitor monitor)
    {
        (int[][] batches, int[] held) = Split(examples.Rows, settings);
        double meanSquare = examples.SumOfSquares / ((double)examples.Rows * examples.Columns);
        using var problem = new NeuralProblem(engine, examples.Columns, meanSquare, settings);
        var passes = new List<LayerPass>();
        LayerPass? validation = null;
        var phases = new List<TrainingPhase>();
        try
        {
            ExampleMatrix trained = held.Length == 0 ? examples : ExampleMatrixBuilder.TakeRows(examples, [.. batches.SelectMany(rows => rows).Order()]);
            if (batches.Length == 1)
                passes.Add(new LayerPass(engine, engine.Load(trained), settings.Ranks, LabelsOf(labels, batches[0]), ownsData: true));
            using (DataMatrix? whole = batches.Length == 1 ? null : engine.Load(trained))
                NeuralStart.Fill(engine, whole ?? passes[0].Data, problem.Stack, settings, monitor, phases);
            for (int b = 0; batches.Length > 1 && b < batches.Length; b++)
                passes.Add(PassOf(engine, examples, labels, batches[b], settings));
            if (held.Length > 0)
                validation = PassOf(engine, examples, labels, held, settings);
            if (settings.Optimizer is AutomaticOptimizer)
                NeuralStart.Balance(engine, passes[0], problem.Stack, settings);

            using var solver = new NeuralSolver(problem, passes, validation, settings, monitor.CheckAlive);
            TrainingHistory history = TrainingLoop.Run(solver, settings.Stopping, "Neural NMF, all layers", monitor);
            solver.TakeBest();
            phases.Add(new TrainingPhase("all layers", history));
            return new NeuralNmfResult(
                [.. problem.Stack.Templates.Select(t => t.ToMatrix())],
                [.. settings.Ranks.Select((rank, i) => SumsOf(passes.Select(pass => pass.Activations[i].ToMatrix()), rank))],
                problem.Classification?.Weights,
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

    // The rows of each batch, and those that are held out; each in ascending order.
    private static (int[][] Batches, int[] Held) Split(int rows, NeuralNmfSettings settings)
    {
        int[] order = [.. Enumerable.Range(0, rows)];
        int held = settings.ValidationFraction == 0 ? 0 : Math.Clamp((int)Math.Round(settings.ValidationFraction * rows), 1, Math.Max(rows - 1, 1));
        if (held >= rows)
            throw new InvalidOperationException($"There are {rows} rows, too few to hold some out. Set ValidationFraction to 0.");
        int size = Math.Min(settings.BatchSize ?? rows, rows - held);
        if (held > 0 || size < rows - held)
            new Random(settings.Seed).Shuffle(order);
        // As many batches as it takes, of nearly one size: a small last one would count for more than it is.
        int count = (rows - held + size - 1) / size;
        int[][] batches = [.. Enumerable.Range(0, count).Select(b => order[(held + (int)((long)b * (rows - held) / count))..(held + (int)((b + 1L) * (rows - held) / count))])];
        foreach (int[] batch in batches)
            Array.Sort(batch);
        return (batches, [.. order.Take(held).Order()]);
    }

    private static LayerPass PassOf(ComputeEngine engine, ExampleMatrix examples, ReadOnlySpan<uint> labels, int[] rows, NeuralNmfSettings settings)
        => new(engine, engine.Load(ExampleMatrixBuilder.TakeRows(examples, rows)), settings.Ranks, LabelsOf(labels, rows), ownsData: true);

    private static LabelledRows? LabelsOf(ReadOnlySpan<uint> labels, int[] rows)
    {
        if (labels.IsEmpty)
            return null;
        uint[] taken = new uint[rows.Length];
        for (int i = 0; i < rows.Length; i++)
            taken[i] = labels[rows[i]];
        return LabelledRows.From(taken);
    }

    private static double[] SumsOf(IEnumerable<FactorMatrix> activations, int rank)
    {
        var sums = new double[rank];
        foreach (double[] part in activations.Select(matrix => matrix.ColumnSums()))
        {
            for (int k = 0; k < rank; k++)
                sums[k] += part[k];
        }

        return sums;
    }
}
