using Microsoft.ML.Nmf.Exporting;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>The class scores and the predicted label of a neural factorization, in an ONNX graph.</summary>
internal static class OnnxScores
{
    /// <summary>Adds what <see cref="LinearScores"/> computes, or where there are none what <see cref="NeuralNmfClassifier"/> does.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="rows">The rows, rows × features.</param>
    /// <param name="activations">The activations of each layer, Double, before scaling.</param>
    /// <param name="model">The model, trained with labels.</param>
    /// <returns>The scores, Double, and the keys of the classes with the highest, Int64.</returns>
    public static (string Scores, string Key) Add(OnnxGraph graph, string rows, string[] activations, NeuralNmfModel model)
    {
        NeuralNmfClassifier classifier = model.Classifier!;
        string scores = model.Scores is { } linear
            ? Linear(graph, graph.Cast<double>(rows), [.. activations.Select(layer => OnnxScale.Limit(graph, layer))], linear)
            : OnnxScale.Limit(graph, OnnxMatrix.Expand(graph, activations[^1], classifier.Weights));
        string key = graph.Apply("Add", graph.PlaceOfLargest(scores), graph.Constant(1L));
        if (classifier.Loss == NeuralNmfLabelLoss.CrossEntropy)
        {
            string sharp = model.Scores is { Sharpness: var sharpness } ? graph.Apply("Mul", scores, graph.Constant(sharpness)) : scores;
            scores = graph.Apply("Softmax", sharp);
        }

        return (scores, key);
    }

    private static string Linear(OnnxGraph graph, string rows, string[] activations, LinearScores linear)
    {
        // The weights first: the norm of a row divides a few scores instead of many features.
        string scores = graph.Apply("Add", OnnxScale.Divide(graph, graph.Apply("MatMul", rows, OnnxMatrix.Add(graph, linear.FeatureWeights)), OnnxScale.Norm(graph, rows)),
            graph.Constant([.. linear.Bias.Select(value => (double)value)], linear.Bias.Count));
        for (int i = 0; i < activations.Length; i++)
        {
            string shares = OnnxScale.Divide(graph, activations[i], graph.Along(1, "ReduceSum", activations[i]));
            scores = graph.Apply("Add", scores, graph.Apply("MatMul", graph.Apply("Sqrt", shares), OnnxMatrix.Add(graph, linear.TopicWeights[i])));
        }

        return scores;
    }
}
