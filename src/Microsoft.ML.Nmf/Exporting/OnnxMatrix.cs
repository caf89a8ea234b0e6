using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Exporting;

/// <summary>Matrices of a model in an ONNX graph.</summary>
internal static class OnnxMatrix
{
    /// <summary>Adds a matrix, which the file holds in float32.</summary>
    /// <returns>Tensor of Double, rows × columns.</returns>
    public static string Add(OnnxGraph graph, FactorMatrix matrix)
        => graph.Cast<double>(graph.Constant(matrix.Values.ToArray(), matrix.Rows, matrix.Columns));

    /// <summary>Adds H Wᵀ: from the activations of a layer to those of the layer before it, or to scores.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="activations">H, Double.</param>
    /// <param name="templates">W.</param>
    public static string Expand(OnnxGraph graph, string activations, FactorMatrix templates)
        => graph.Apply("MatMul", OnnxScale.Limit(graph, activations), graph.Apply("Transpose", Add(graph, templates)));
}
