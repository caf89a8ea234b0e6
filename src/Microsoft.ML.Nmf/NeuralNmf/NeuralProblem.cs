using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// The loss of a set of examples, evaluated: its value, and what its gradient starts from. It is stale, and refused, once the templates, the
/// classification layer or the activations of one of its passes have changed.
/// </summary>
internal sealed class NeuralEvaluation
{
    /// <summary>The examples, all together or in batches.</summary>
    public required IReadOnlyList<EvaluatedPass> Passes { get; init; }

    /// <summary>The deepest activations of the labelled examples; null without labels.</summary>
    public required LabelledActivations? Labelled { get; init; }

    /// <summary>The classification layer's version.</summary>
    public required long? ClassificationVersion { get; init; }

    /// <summary>The loss of each layer, or the one reconstruction loss.</summary>
    public required double[] LayerLosses { get; init; }

    /// <summary>The label loss before its weight; NaN where no example has a label.</summary>
    public required double LabelLoss { get; init; }

    /// <summary>What is minimised: the sum of the layers' losses plus the weighted label loss.</summary>
    public required double Total { get; init; }

    /// <summary>The evaluation of one of its passes alone, for a gradient; its losses are those of all.</summary>
    public NeuralEvaluation Of(int pass) => Passes.Count == 1 ? this : new NeuralEvaluation
    {
        Passes = [Passes[pass]],
        Labelled = Labelled is null ? null : LabelledActivations.Of([Passes[pass].Pass]),
        ClassificationVersion = ClassificationVersion,
        LayerLosses = LayerLosses,
        LabelLoss = LabelLoss,
        Total = Total,
    };
}

/// <summary>The layers, the loss and the classification layer: evaluates the loss of examples, and differentiates what was evaluated.</summary>
internal sealed class NeuralProblem : IDisposable
{
    // Steps of the classification layer for each evaluation that trains it. Each costs a product with the deepest activations of the labelled
    // examples, little beside the layers.
    private const int ClassificationSteps = 10;

    private readonly NeuralLoss _loss;
    private readonly double _labelWeight;

    /// <summary>Layers of zeros.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="features">m.</param>
    /// <param name="meanSquare">The mean of the squared data, the unit of the label weight.</param>
    /// <param name="options">Resolved options.</param>
    /// <param name="classes">The number of classes, 0 without labels.</param>
    public NeuralProblem(ComputeEngine engine, int features, double meanSquare, NeuralNmfEstimator.Options options, int classes)
    {
        Engine = engine;
        Stack = new LayerStack(engine, features, options.Ranks);
        _loss = NeuralLoss.Create(options.Loss, engine, Stack);
        _labelWeight = options.LabelWeight * meanSquare;
        int rank = options.Ranks[^1];
        Classification = classes == 0 ? null : new ClassificationLayer(
            classes, rank, options.LabelLoss, options.ScoreRegularization * rank * meanSquare, options.NumberOfThreads ?? Environment.ProcessorCount);
    }

    /// <summary>The engine.</summary>
    public ComputeEngine Engine { get; }

    /// <summary>The layers.</summary>
    public LayerStack Stack { get; }

    /// <summary>B, or null without labels.</summary>
    public ClassificationLayer? Classification { get; }

    /// <summary>Sends examples through the layers as they are, and evaluates the loss.</summary>
    /// <param name="passes">The examples, all together or in batches.</param>
    /// <param name="train">Whether the classification layer is first trained on them.</param>
    public NeuralEvaluation Evaluate(IReadOnlyList<LayerPass> passes, bool train)
    {
        double rows = passes.Sum(pass => (double)pass.Data.Rows);
        EvaluatedPass[] evaluated = [.. passes.Select(_loss.Evaluate)];
        var layers = new double[evaluated[0].Parts.Length];
        foreach (EvaluatedPass pass in evaluated)
        {
            for (int i = 0; i < layers.Length; i++)
                layers[i] += pass.Parts[i] * (pass.Pass.Data.Rows / rows);
        }

        LabelledActivations? labelled = Classification is null ? null : LabelledActivations.Of(passes);
        double label = double.NaN;
        if (labelled is not null)
        {
            if (train)
                Classification!.Train(labelled, ClassificationSteps);
            label = Classification!.Evaluate(labelled);
        }

        return new NeuralEvaluation
        {
            Passes = evaluated,
            Labelled = labelled,
            ClassificationVersion = Classification?.Version,
            LayerLosses = layers,
            LabelLoss = label,
            Total = labelled is null ? layers.Sum() : layers.Sum() + _labelWeight * label,
        };
    }

    /// <summary>Sets the stack's gradients to those of the loss of the examples of one pass.</summary>
    /// <param name="evaluation">The examples.</param>
    /// <param name="labelledExamples">By what the sum of their label losses is divided.</param>
    /// <exception cref="InvalidOperationException">The evaluation is stale, or of several passes.</exception>
    public void Differentiate(NeuralEvaluation evaluation, double labelledExamples)
    {
        EvaluatedPass evaluated = SinglePass(evaluation);
        float[] labelGradient = [];
        if (evaluation.Labelled is { } labelled)
        {
            Factor deepest = evaluated.Pass.Activations[^1];
            labelGradient = new float[ArraySize.Of(deepest.Rows, deepest.Rank)];
            Classification!.Gradient(labelled, evaluated.Pass.Labels!, _labelWeight / labelledExamples, labelGradient);
        }

        _loss.Differentiate(evaluated, labelGradient);
    }

    /// <summary>The curvature of the loss for a row of A_i (<see cref="NeuralLoss.Curvature"/>), without that of the label loss.</summary>
    /// <exception cref="InvalidOperationException">The evaluation is stale, or of several passes.</exception>
    public double Curvature(NeuralEvaluation evaluation, int layer, Gram result) => _loss.Curvature(SinglePass(evaluation), layer, result);

    /// <summary>How far the activations of any layer and example are from minimising (<see cref="ComputeEngine.OptimalityResidual"/>).</summary>
    /// <exception cref="InvalidOperationException">The evaluation is stale.</exception>
    public double OptimalityResidual(NeuralEvaluation evaluation) => evaluation.Passes.Max(pass => pass.OptimalityResidual(Engine));

    /// <inheritdoc />
    public void Dispose()
    {
        _loss.Dispose();
        Stack.Dispose();
    }

    private EvaluatedPass SinglePass(NeuralEvaluation evaluation)
    {
        if (evaluation.Passes.Count != 1)
            throw new InvalidOperationException($"The evaluation is of {evaluation.Passes.Count} passes, but a gradient is of one.");
        if (evaluation.ClassificationVersion != Classification?.Version)
            throw new InvalidOperationException("The classification layer has changed since the loss was evaluated: evaluate it again.");
        evaluation.Passes[0].ThrowIfStale();
        return evaluation.Passes[0];
    }
}
