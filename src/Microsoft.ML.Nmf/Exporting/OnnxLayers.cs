using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Exporting;

/// <summary>From the activations of a layer of a deep factorization to those of the layer before it, in an ONNX graph.</summary>
internal static class OnnxLayers
{
    /// <summary>Adds H_(i−1) = H_i W_iᵀ.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="activations">H_i, Double.</param>
    /// <param name="templates">W_i.</param>
    public static string Expand(OnnxGraph graph, string activations, FactorMatrix templates)
    {
        string weights = graph.Apply("Transpose", graph.Cast<double>(graph.Constant(templates.Values.ToArray(), templates.Rows, templates.Columns)));
        return graph.Apply("MatMul", OnnxScale.Limit(graph, activations), weights);
    }
}
