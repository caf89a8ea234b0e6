using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>The value of a neural factorization's loss on a set of examples.</summary>
/// <param name="Layers">The parts that the layers have.</param>
/// <param name="Label">The label loss before its weight; NaN where no example has a label.</param>
/// <param name="Total">What is minimised.</param>
internal readonly record struct NeuralLossValue(double[] Layers, double Label, double Total);

/// <summary>The layers, the loss and the classification layer: evaluates and differentiates the loss of a set of examples.</summary>
internal sealed class NeuralProblem : IDisposable
{
    // Steps of the classification layer an epoch. Each costs a product with the deepest activations of the labelled examples, which is next to nothing.
    private const int ClassificationSteps = 10;

    private readonly NeuralLoss _loss;
    private readonly double _labelWeight;

    /// <summary>Layers of zeros.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="features">m.</param>
    /// <param name="meanSquare">The mean of the squared data, the unit of the label weight.</param>
    /// <param name="settings">What is trained.</param>
    public NeuralProblem(ComputeEngine engine, int features, double meanSquare, NeuralNmfSettings settings)
    {
        Engine = engine;
        Stack = new LayerStack(engine, features, settings.Ranks);
        _loss = NeuralLoss.Create(settings.Loss, engine, Stack);
        _labelWeight = settings.LabelWeight * meanSquare;
        int rank = settings.Ranks[^1];
        Classification = settings.Classes == 0 ? null : new ClassificationLayer(settings.Classes, rank, settings.LabelLoss, settings.ScoreRegularization * rank * meanSquare);
    }

    /// <summary>The engine.</summary>
    public ComputeEngine Engine { get; }

    /// <summary>The layers.</summary>
    public LayerStack Stack { get; }

    /// <summary>B, or null without labels.</summary>
    public ClassificationLayer? Classification { get; }

    /// <summary>Runs examples through the layers as they are, and evaluates the loss.</summary>
    /// <param name="passes">The examples, all together or in batches.</param>
    /// <param name="train">Whether the classification layer is first trained on them.</param>
    public NeuralLossValue Evaluate(IReadOnlyList<LayerPass> passes, bool train)
    {
        Stack.UpdateGrams();
        double rows = passes.Sum(pass => (double)pass.Data.Rows);
        double[]? layers = null;
        foreach (LayerPass pass in passes)
        {
            pass.Forward(Stack);
            double[] parts = _loss.Evaluate(pass, Stack);
            layers ??= new double[parts.Length];
            for (int i = 0; i < parts.Length; i++)
                layers[i] += parts[i] * (pass.Data.Rows / rows);
        }

        if (Classification is null || !Classification.Take(passes))
            return new NeuralLossValue(layers!, double.NaN, layers!.Sum());
        if (train)
            Classification.Train(ClassificationSteps);
        double label = Classification.Evaluate();
        return new NeuralLossValue(layers!, label, layers!.Sum() + _labelWeight * label);
    }

    /// <summary>Computes the gradient of the loss of examples that were just evaluated, alone, into the stack.</summary>
    /// <param name="pass">The examples.</param>
    /// <param name="labelledExamples">What the label loss of the examples is a mean over.</param>
    public void Differentiate(LayerPass pass, double labelledExamples)
    {
        bool isLabelled = Classification is not null && pass.Labels is not null;
        if (isLabelled)
        {
            Factor back = pass.Backward[^1];
            var gradient = new float[back.Rows * back.Rank];
            Classification!.Gradient(pass.Labels!, _labelWeight / labelledExamples, gradient);
            back.CopyFrom(gradient);
        }

        _loss.Differentiate(pass, Stack, isLabelled);
    }

    /// <summary>The curvature of the loss for a row of A_i (<see cref="NeuralLoss.Curvature"/>): the returned scale times the Gram matrix that is set.</summary>
    public double Curvature(LayerPass pass, int layer, Gram result)
    {
        (Gram gram, double scale) = _loss.Curvature(pass, Stack, layer);
        double[] values = new double[gram.Rank * gram.Rank];
        gram.CopyTo(values);
        result.CopyFrom(values);
        return scale;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _loss.Dispose();
        Stack.Dispose();
    }
}
