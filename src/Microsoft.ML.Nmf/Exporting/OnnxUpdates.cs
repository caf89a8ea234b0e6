using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Exporting;

/// <summary>
/// β &lt; 1 and β &gt; 2 in an ONNX graph: the multiplicative updates that the transformer makes, in float32 as there, each row until it has converged as
/// there. The updates come in groups; after each the rows that are done are left behind, so that a batch costs what its rows need, and not what the most would.
/// </summary>
internal sealed class OnnxUpdates
{
    /// <summary>The most updates that a graph holds.</summary>
    public const int MostUpdates = 2000;

    private const int FirstGroup = 16;

    private const int LargestGroup = 64;

    private readonly OnnxGraph _graph;
    private readonly double _beta;
    private readonly string _templates;
    private readonly string _transposed;
    private readonly string _floor;
    private readonly string _epsilon;
    private readonly string _exponent;
    private readonly string _tolerance;

    private OnnxUpdates(OnnxGraph graph, FactorMatrix templates, double unit, ActivationSettings settings)
    {
        _graph = graph;
        _beta = settings.Beta;
        _templates = graph.Constant([.. templates.Values.ToArray().Select(value => (float)(value / unit))], templates.Rows, templates.Columns);
        _transposed = graph.Apply("Transpose", _templates);
        _floor = graph.Constant((float)BetaDivergence.FloorOf(settings.Beta));
        _epsilon = graph.Constant(MultiplicativeRule.Epsilon);
        _exponent = graph.Constant(MultiplicativeRule.Exponent(settings.Beta));
        _tolerance = graph.Constant(settings.Tolerance);
    }

    /// <summary>Adds the activations; see <see cref="OnnxActivations.Add"/>.</summary>
    public static string Add(OnnxGraph graph, string rows, FactorMatrix templates, ActivationSettings settings)
    {
        if (settings.MaximumNumberOfIterations > MostUpdates)
        {
            throw graph.Refuse($"its TransformMaximumNumberOfIterations is {settings.MaximumNumberOfIterations}, and a graph holds at most {MostUpdates} "
                + $"updates, which a Beta of {settings.Beta} needs. Set it to {MostUpdates} at most.");
        }

        if (MultiplicativeRule.CanOvershoot(settings.Beta, new Penalty(settings.L1, settings.L2)))
        {
            throw graph.Refuse($"its ActivationsL2Regularization is {settings.L2} and its Beta {settings.Beta}. Below a Beta of 1 that makes updates that are "
                + "shortened by trial. Set ActivationsL2Regularization to 0, or Beta to 1 or 2.");
        }

        double[] sums = templates.ColumnSums();
        double total = sums.Sum(), unit = ActivationUnit.Of(templates);
        var updates = new OnnxUpdates(graph, templates, unit, settings);
        float[] start = [.. sums.Select(sum => sum > 0 ? (float)(templates.Rows / (total / unit)) : 0)];

        // Rows in their unit: their mean, or 1 for a row of zeros, whose activations are taken away in the end.
        string mean = graph.Along(1, "ReduceMean", rows), isPositive = graph.Cast<float>(graph.Apply("Greater", mean, graph.Constant(0f)));
        string unitOfRows = graph.Apply("Add", mean, graph.Apply("Sub", graph.Constant(1f), isPositive));
        (string, string?) penalty = updates.PenaltyOf(unitOfRows, unit, settings);
        string activations = updates.Run(
            graph.Apply("Div", rows, unitOfRows), penalty, graph.Constant(start, 1, start.Length), settings.MaximumNumberOfIterations);
        string scale = graph.Apply("Mul", graph.Cast<double>(graph.Apply("Mul", unitOfRows, isPositive)), graph.Constant(1 / unit));
        return graph.Apply("Mul", graph.Cast<double>(activations), scale);
    }

    // Over the unit of the activations, for a divergence that is over unit^β: the linear part, rows × 1, and for β > 2 the quadratic one; null for none.
    private (string Linear, string? Quadratic) PenaltyOf(string unitOfRows, double unit, ActivationSettings settings)
    {
        string? linear = Weight(settings.L1, 1), quadratic = Weight(settings.L2, 2);
        return (linear is null ? _epsilon : _graph.Apply("Add", linear, _epsilon), quadratic);

        string? Weight(float weight, int degree)
        {
            if (weight == 0)
                return null;
            string power = _graph.Apply("Pow", unitOfRows, _graph.Constant((float)(degree - _beta)));
            string scaled = _graph.Apply("Mul", _graph.Constant((float)(weight / Math.Pow(unit, degree))), power);
            return _graph.Apply("Min", scaled, _graph.Constant(MultiplicativeRule.LargestPower));
        }
    }

    private string Run(string rows, (string Linear, string? Quadratic) penalty, string start, int count)
    {
        if (_beta <= 0)
            rows = _graph.Apply("Max", rows, _floor);
        rows = _graph.ForgetShape(rows);
        // A row of its own for each example.
        string activations = _graph.ForgetShape(_graph.Apply("Add", _graph.Apply("Mul", _graph.Along(1, "ReduceMin", rows), _graph.Constant(0f)), start));
        string all = activations, places = "";
        int group = FirstGroup;
        for (int done = 0; done < count; done += group, group = Math.Min(2 * group, LargestGroup))
        {
            string isLeft = "";
            for (int i = 0; i < Math.Min(group, count - done); i++)
                (activations, isLeft) = Update(rows, activations, penalty, isLeft);
            all = done == 0 ? activations : _graph.Apply("ScatterND", all, _graph.Along(1, "Unsqueeze", places), activations);
            if (done + group >= count)
                break;
            string left = _graph.Apply("Reshape", _graph.Apply("NonZero", _graph.Along(1, "Squeeze", isLeft)), _graph.Constant(-1L));
            places = done == 0 ? left : _graph.Apply("Gather", places, left);
            (rows, activations) = (_graph.Apply("Gather", rows, left), _graph.Apply("Gather", activations, left));
            // Without a penalty the linear part is one value for all rows.
            penalty = (penalty.Linear == _epsilon ? _epsilon : _graph.Apply("Gather", penalty.Linear, left),
                penalty.Quadratic is { } quadratic ? _graph.Apply("Gather", quadratic, left) : null);
        }

        return all;
    }

    // One update, and which rows have not converged after it, rows × 1. Rows that had before keep their activations.
    private (string Activations, string IsLeft) Update(string rows, string activations, (string Linear, string? Quadratic) penalty, string wasLeft)
    {
        string approximation = _graph.Apply("Max", _graph.Apply("MatMul", activations, _transposed), _floor), power = Power(approximation);
        string denominator = _graph.Apply("Add", _graph.Apply("MatMul", power, _templates), penalty.Linear);
        if (penalty.Quadratic is { } quadratic)
            denominator = _graph.Apply("Add", denominator, _graph.Apply("Mul", activations, quadratic));
        string weights = _graph.Apply("Div", _graph.Apply("Mul", rows, power), approximation);
        string numerator = _graph.Apply("Add", _graph.Apply("MatMul", weights, _templates), _epsilon);
        string factor = _graph.Apply("Pow", _graph.Apply("Div", numerator, denominator), _exponent);
        string updated = _graph.ZeroUpTo(MultiplicativeRule.Smallest, _graph.Apply("Mul", activations, factor));
        string change = _graph.Along(1, "ReduceMax", _graph.Apply("Abs", _graph.Apply("Sub", updated, activations)));
        string isLeft = _graph.Apply("Greater", change, _graph.Apply("Mul", _graph.Along(1, "ReduceMax", updated), _tolerance));
        return wasLeft.Length == 0
            ? (updated, isLeft)
            : (_graph.Apply("Where", wasLeft, updated, activations), _graph.Apply("And", wasLeft, isLeft));
    }

    // x̂^(β−1).
    private string Power(string approximation) => _beta switch
    {
        0 => _graph.Apply("Reciprocal", approximation),
        0.5 => _graph.Apply("Reciprocal", _graph.Apply("Sqrt", approximation)),
        3 => _graph.Apply("Mul", approximation, approximation),
        _ => _graph.Apply("Pow", approximation, _graph.Constant((float)(_beta - 1))),
    };
}
