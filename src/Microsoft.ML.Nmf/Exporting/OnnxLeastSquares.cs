using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Exporting;

/// <summary>β = 2 in an ONNX graph: b = x W − l1, then <see cref="ReflectedSteps"/>, two operators each, in double.</summary>
internal static class OnnxLeastSquares
{
    private const int ManySteps = 200;

    /// <summary>Adds the activations; see <see cref="OnnxActivations.Add"/>.</summary>
    public static string Add(OnnxGraph graph, string rows, FactorMatrix templates, ActivationSettings settings, IReadOnlyList<double> sizes)
    {
        int rank = templates.Columns;
        var steps = ReflectedSteps.Of(PaddedGram.Of(templates, settings.L2), sizes);
        if (steps.Count > ReflectedSteps.MostSteps)
            throw Dependent(graph, steps.Condition);
        // b P with the columns of W scaled to unit length: D b is what the scaled problem has for b.
        double[] response = [.. steps.Response.Select((value, i) => steps.InverseLengths[i / rank] * value)];
        double[] penalty = [.. Enumerable.Range(0, rank).Select(k => -settings.L1 * Enumerable.Range(0, rank).Sum(l => response[l * rank + k]))];
        string product = graph.Apply("MatMul", graph.Cast<double>(rows), OnnxMatrix.Add(graph, templates));
        string constant = graph.Apply("Gemm", product, graph.Constant(response, rank, rank), graph.Constant(penalty, rank));
        if (steps.Count > ManySteps)
            constant = graph.ForgetShape(constant);
        string reflection = graph.Constant(steps.Reflection, rank, rank), state = constant;
        for (int step = 1; step < steps.Count; step++)
            state = graph.Apply("Gemm", graph.Apply("Abs", state), reflection, constant);
        return graph.Apply("Mul", graph.Apply("Relu", state), graph.Constant(steps.InverseLengths, rank));
    }

    private static InvalidOperationException Dependent(OnnxGraph graph, double condition) => graph.Refuse(
        string.Create(CultureInfo.InvariantCulture, $"its topics nearly depend on each other (their condition number is {condition:G2}), ")
        + $"so that more than {ReflectedSteps.MostSteps} steps would be needed. "
        + "Train with fewer topics, or with an ActivationsL2Regularization where the model has one.");
}
