using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Exporting;

/// <summary>What <see cref="RowResidual"/> says of a row, in an ONNX graph. Nothing is added that is not asked for.</summary>
internal sealed class OnnxExplanation
{
    private readonly OnnxGraph _graph;
    private readonly string _rows;
    private readonly string _activations;
    private readonly FactorMatrix _templates;
    private readonly double _beta;
    private readonly bool _isWeighted;
    private string? _reconstruction;

    /// <summary>For a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="rows">Tensor of Single, rows × features.</param>
    /// <param name="activations">Tensor of Double, rows × topics, before scaling.</param>
    /// <param name="templates">V, features × topics.</param>
    /// <param name="beta">β.</param>
    /// <param name="weights">The weight of each feature; null for 1.</param>
    public OnnxExplanation(OnnxGraph graph, string rows, string activations, FactorMatrix templates, double beta, float[]? weights = null)
    {
        _isWeighted = weights is not null;
        _graph = graph;
        _rows = rows;
        _activations = activations;
        _templates = templates;
        _beta = beta;
    }

    /// <summary>The approximation of each row: tensor of Double, rows × features.</summary>
    public string Reconstruction => _reconstruction ??= OnnxMatrix.Expand(_graph, _activations, _templates);

    /// <summary>What is left of each row: tensor of Double, rows × 1.</summary>
    /// <exception cref="InvalidOperationException">β is neither 1 nor 2, or features have weights.</exception>
    public string Residual => _beta switch
    {
        _ when _isWeighted => throw _graph.Refuse("it has a ResidualColumnName and FeatureWeights. The residual is written without weights only. Leave "
            + "ResidualColumnName out, or compute the residual from the column of ReconstructionColumnName."),
        BetaDivergence.Euclidean => Euclidean(),
        BetaDivergence.KullbackLeibler => KullbackLeibler(),
        _ => throw _graph.Refuse(string.Create(CultureInfo.InvariantCulture,
            $"it has a ResidualColumnName, and its Beta is {_beta}. The residual is written for Beta = 1 and 2 only. Leave ResidualColumnName out, or compute ")
            + "the residual from the column of ReconstructionColumnName."),
    };

    private string Euclidean()
    {
        string rows = _graph.Cast<double>(_rows);
        return OnnxScale.Divide(_graph, OnnxScale.Norm(_graph, _graph.Apply("Sub", rows, Reconstruction)), OnnxScale.Norm(_graph, rows));
    }

    // Σ x log(x / max(x̂, floor)) − x + x̂, the floor where x is not zero, over Σ x log(x / mean): −x and the mean cancel there.
    private string KullbackLeibler()
    {
        const double tiny = 1e-300;
        string rows = _graph.Cast<double>(_rows);
        string sum = _graph.Along(1, "ReduceSum", rows), mean = _graph.Apply("Div", sum, _graph.Constant((double)_templates.Rows));
        string floor = _graph.Apply("Max", _graph.Apply("Mul", mean, _graph.Constant(BetaDivergence.FloorOf(_beta))), _graph.Constant(tiny));
        string isPresent = _graph.Apply("Greater", rows, _graph.Constant(0.0));
        string approximation = _graph.Apply("Where", isPresent, _graph.Apply("Max", Reconstruction, floor), Reconstruction);
        string logarithm = _graph.Apply("Log", _graph.Apply("Max", rows, _graph.Constant(tiny)));
        string fit = _graph.Apply("Mul", rows, _graph.Apply("Sub", logarithm, _graph.Apply("Log", _graph.Apply("Max", approximation, _graph.Constant(tiny)))));
        string divergence = _graph.Along(1, "ReduceSum", _graph.Apply("Add", fit, _graph.Apply("Sub", approximation, rows)));
        string even = _graph.Apply("Mul", rows, _graph.Apply("Sub", logarithm, _graph.Apply("Log", _graph.Apply("Max", mean, _graph.Constant(tiny)))));
        string ofMean = _graph.Along(1, "ReduceSum", even);
        // A row of equal values has nothing to explain; what rounding leaves of it counts as that.
        string isEven = _graph.Apply("Greater", _graph.Apply("Mul", sum, _graph.Constant(1e-12)), ofMean);
        string residual = OnnxScale.Divide(_graph, divergence, ofMean);
        return _graph.Apply("Where", isEven, _graph.Apply("Mul", sum, _graph.Constant(0.0)), residual);
    }
}
