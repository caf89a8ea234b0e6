using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Exporting;

/// <summary>
/// β = 1 in an ONNX graph: the steps of a <see cref="NewtonPlan"/>, in double, over the features of each row that are not zero, as many for all rows of a batch
/// as the row with the most has. A vector of a row is a matrix of 1 × its length.
/// </summary>
internal sealed class OnnxNewtonSteps
{
    // Below every sum that float32 holds.
    private const double Tiny = 1e-300;

    private readonly OnnxGraph _graph;
    private readonly NewtonPlan _plan;
    private readonly string _values;
    private readonly string _isValue;
    private readonly string _templates;
    private readonly string _transposed;
    private readonly string _floor;
    private readonly string _linear;
    private readonly string? _quadratic;
    private readonly string _identity;

    private OnnxNewtonSteps(OnnxGraph graph, NewtonPlan plan, string values, string templates, string floor, string linear, string? quadratic, int rank)
    {
        _graph = graph;
        _plan = plan;
        _values = values;
        _isValue = graph.Cast<double>(graph.Apply("Greater", values, graph.Constant(0d)));
        _templates = templates;
        _transposed = graph.TransposeEach(templates);
        (_floor, _linear, _quadratic) = (floor, linear, quadratic);
        _identity = graph.Constant([.. Enumerable.Range(0, rank * rank).Select(i => i % (rank + 1) == 0 ? 1d : 0)], 1, rank, rank);
    }

    /// <summary>Adds the activations; see <see cref="OnnxActivations.Add"/>.</summary>
    public static string Add(OnnxGraph graph, string rows, FactorMatrix templates, ActivationSettings settings, IReadOnlyList<double> sizes)
    {
        NewtonPlan plan = NewtonPlan.Choose(templates, settings.L1, sizes) ?? throw graph.Refuse("its Beta is 1 and its topics overlap so much that no "
            + "number of steps within reason finds the activations of rows drawn from them. Train with fewer topics, or with a Beta of 2.");
        int rank = templates.Columns;
        double[] sums = templates.ColumnSums(), inverse = [.. sums.Select(sum => sum > 0 ? 1 / sum : 0)];
        (string values, string features) = LargestValues(graph, rows, templates);
        string total = graph.Along(1, "ReduceSum", values);
        string share = graph.Along(1, "Unsqueeze", OnnxScale.Divide(graph, values, total));
        string unit = graph.Along(2, "Unsqueeze", total);
        string all = graph.Apply("Mul", OnnxMatrix.Add(graph, templates), graph.Constant(inverse, rank));
        string linear = graph.Constant([.. inverse.Select(value => 1 + settings.L1 * value)], 1, 1, rank);
        string? quadratic = settings.L2 == 0
            ? null
            : graph.Apply("Mul", unit, graph.Constant([.. inverse.Select(value => settings.L2 * value * value)], 1, 1, rank));
        var steps = new OnnxNewtonSteps(graph, plan, share, graph.Apply("Gather", all, features),
            graph.Constant(BetaDivergence.FloorOf(settings.Beta) / templates.Rows), linear, quadratic, rank);
        // A row of its own for each example.
        double[] shares = [.. sums.Select(sum => sum / Math.Max(sums.Sum(), Tiny))];
        string start = graph.Apply("Add", graph.Apply("Mul", unit, graph.Constant(0d)), graph.Constant(shares, 1, 1, rank));
        string activations = graph.Apply("Mul", graph.Apply("Mul", steps.Run(graph.ForgetShape(start)), unit), graph.Constant(inverse, rank));
        return graph.Along(1, "Squeeze", activations);
    }

    // The values of each row that are not zero, and zeros up to the number that the row with the most has; and which features they are.
    private static (string Values, string Features) LargestValues(OnnxGraph graph, string rows, FactorMatrix templates)
    {
        bool[] isExplained = [.. Enumerable.Range(0, templates.Rows).Select(j => templates.Row(j).ContainsAnyExcept(0f))];
        // No activations change what a feature costs that no topic has.
        if (isExplained.Contains(false))
            rows = graph.Apply("Mul", rows, graph.Constant([.. isExplained.Select(value => value ? 1f : 0)], isExplained.Length));
        string counts = graph.Along(1, "ReduceSum", graph.Cast<long>(graph.Apply("Greater", rows, graph.Constant(0f))));
        string most = graph.Apply("Reshape", graph.Apply("ReduceMax", counts), graph.Constant(1L));
        (string values, string features) = graph.Largest(rows, graph.Apply("Max", most, graph.Constant(1L)));
        return (graph.Cast<double>(values), features);
    }

    private string Run(string y)
    {
        for (int step = 0; step < NewtonPlan.Updates; step++)
        {
            string denominator = _quadratic is null ? _linear : Apply("Add", _linear, Apply("Mul", _quadratic, y));
            y = Apply("Div", Apply("Mul", y, Slope(Approximation(y), out _)), denominator);
        }

        for (int step = 0; step < _plan.NewtonSteps; step++)
            y = Step(y);
        return y;
    }

    private string Step(string y)
    {
        string approximation = Approximation(y), slope = Slope(approximation, out string quotient);
        string gradient = Apply("Sub", _linear, slope);
        string gram = Apply("MatMul", Apply("Mul", _transposed, Apply("Div", quotient, approximation)), _templates);
        if (_quadratic is not null)
        {
            gradient = Apply("Add", gradient, Apply("Mul", _quadratic, y));
            gram = Apply("Add", gram, Apply("Mul", _identity, _quadratic));
        }

        string moved = Apply("Sub", MinimiseModel(gram, gradient, y), y);
        string loss = Apply("Mul", Apply("Neg", Apply("Div", Apply("MatMul", moved, _transposed), approximation)), _isValue);
        string fall = Apply("Max", _graph.Along(2, "ReduceMax", loss), Constant(Tiny));
        string length = Apply("Min", Apply("Div", Constant(NewtonPlan.LongestStep), fall), Constant(1));
        return Apply("Relu", Apply("Add", y, Apply("Mul", moved, length)));
    }

    // y ≥ 0 that minimises the model: y ← max(0, z − (z G − b) / D) with the row sums D of G, which are at least its eigenvalues in their own metric.
    private string MinimiseModel(string gram, string gradient, string y)
    {
        string curvature = Apply("Max", _graph.Along(1, "ReduceSum", gram), Constant(NewtonPlan.LeastCurvature));
        string matrix = Apply("Sub", _identity, Apply("Div", gram, curvature));
        string constant = Apply("Div", Apply("Sub", Apply("MatMul", y, gram), gradient), curvature);
        string current = y, leading = y;
        for (int i = 0; i < _plan.Gradients; i++)
        {
            string next = Apply("Relu", Apply("Add", Apply("MatMul", leading, matrix), constant));
            double momentum = NewtonPlan.Momentum(i);
            leading = momentum == 0 ? next : Apply("Add", next, Apply("Mul", Apply("Sub", next, current), Constant(momentum)));
            current = next;
        }

        return current;
    }

    private string Approximation(string y) => Apply("Max", Apply("MatMul", y, _transposed), _floor);

    private string Slope(string approximation, out string quotient) => Apply("MatMul", quotient = Apply("Div", _values, approximation), _templates);

    private string Apply(string operation, params string[] inputs) => _graph.Apply(operation, inputs);

    private string Constant(double value) => _graph.Constant(value);
}
