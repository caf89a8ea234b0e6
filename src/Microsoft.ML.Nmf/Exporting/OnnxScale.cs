using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Exporting;

/// <summary>What <see cref="ActivationScale"/> does to a row, in an ONNX graph.</summary>
internal static class OnnxScale
{
    // Far below every sum that float32 holds, and below its square: a sum of zeros divides zeros by it.
    private const double Tiny = 1e-300;

    /// <summary>Adds the scaled activations.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="activations">Tensor of Double, rows × rank.</param>
    /// <param name="scale">What they are scaled by.</param>
    /// <returns>Tensor of Single, rows × rank, finite.</returns>
    public static string Add(OnnxGraph graph, string activations, ActivationScale scale)
    {
        if (scale.Factors.Count > 0)
            activations = graph.Apply("Mul", Limit(graph, activations), graph.Constant([.. scale.Factors], scale.Factors.Count));
        if (!scale.KeepsLength)
            activations = Divide(graph, activations, LengthOf(graph, activations, scale.Normalization));
        return graph.Cast<float>(Limit(graph, activations));
    }

    /// <summary>Keeps values among the finite numbers of float32.</summary>
    public static string Limit(OnnxGraph graph, string values)
        => graph.Apply("Max", graph.Apply("Min", values, graph.Constant((double)float.MaxValue)), graph.Constant((double)float.MinValue));

    /// <summary>Divides the values of each row by what they add up to in some way, rows × 1; zeros by a zero stay zeros.</summary>
    public static string Divide(OnnxGraph graph, string values, string total)
        => graph.Apply("Div", values, graph.Apply("Max", total, graph.Constant(Tiny)));

    /// <summary>The Euclidean norm of each row, rows × 1.</summary>
    public static string Norm(OnnxGraph graph, string values) => graph.Apply("Sqrt", graph.Along(1, "ReduceSum", graph.Apply("Mul", values, values)));

    private static string LengthOf(OnnxGraph graph, string scaled, ActivationNormalization normalization)
        => normalization == ActivationNormalization.Shares ? graph.Along(1, "ReduceSum", scaled) : Norm(graph, scaled);
}
