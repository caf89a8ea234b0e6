using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;

namespace Microsoft.ML.Nmf.Hosting;

/// <summary>
/// The ONNX graph that ML.NET makes of a pipeline, for a transformer that adds its own part. A tensor is known by its name; its first dimension is the rows of
/// a batch, and operators are those of ONNX itself. An attribute is never given the value 0, which ML.NET's converter leaves out of the file.
/// </summary>
internal sealed class OnnxGraph
{
    // Max, Min and ReduceMax of double and int64.
    private const int LeastOperatorSet = 12;

    private readonly OnnxContext _context;
    private readonly string _prefix;
    private readonly string[] _columns;
    private readonly Dictionary<object, string> _constants = [];
    private int _count;

    /// <summary>Goes on with a graph.</summary>
    /// <param name="context">The graph so far.</param>
    /// <param name="transformer">The class of the transformer.</param>
    /// <param name="columns">The columns that it adds.</param>
    public OnnxGraph(OnnxContext context, string transformer, IEnumerable<string> columns)
    {
        context.CheckOpSetVersion(LeastOperatorSet, transformer);
        _context = context;
        _columns = [.. columns];
        // The converter looks for a free name by counting, which would take long for thousands of one name.
        _prefix = $"{transformer}.{_columns[0]}";
        while (context.IsVariableDefined($"{_prefix}.0"))
            _prefix += "'";
    }

    /// <summary>The tensor of a column that is read, rows × size.</summary>
    /// <exception cref="InvalidOperationException">A stage before this one is not in the graph, so that there is none.</exception>
    public string Read(string column)
        => _context.ContainsColumn(column)
            ? _context.GetVariableName(column)
            : throw Refuse($"a stage before it, from which the column '{column}' comes that it reads, cannot be. A warning in the log of the MLContext "
                + "names its class. Change that stage, or convert the stages after it alone, with data that they are given.");

    /// <summary>An exception that says which transformer cannot be saved as ONNX, and why.</summary>
    public InvalidOperationException Refuse(string reason)
        => new($"The transformer that makes {string.Join(", ", _columns.Select(column => $"'{column}'"))} cannot be saved as ONNX: {reason}");

    /// <summary>Adds the tensor of a column.</summary>
    public void Write(string column, DataViewType type, string tensor)
        => _context.CreateNode("Identity", tensor, _context.AddIntermediateVariable(type, column), NextName(), "");

    /// <summary>A tensor of fixed values.</summary>
    public string Constant(float[] values, params long[] shape) => _context.AddInitializer(values, shape, NextName());

    /// <inheritdoc cref="Constant(float[], long[])"/>
    public string Constant(double[] values, params long[] shape) => _context.AddInitializer(values, shape, NextName());

    /// <inheritdoc cref="Constant(float[], long[])"/>
    public string Constant(params long[] values) => _context.AddInitializer(values, [values.Length], NextName());

    /// <summary>One fixed value, which fits a tensor of any shape.</summary>
    public string Constant(float value) => Once(value, () => Constant([value], 1));

    /// <inheritdoc cref="Constant(float)"/>
    public string Constant(double value) => Once(value, () => Constant([value], 1));

    /// <summary>Applies an operator without attributes.</summary>
    public string Apply(string operation, params string[] inputs) => Apply(operation, inputs, out _);

    /// <summary>Converts to another type.</summary>
    public string Cast<T>(string input)
    {
        string output = Apply("Cast", [input], out OnnxNode node);
        node.AddAttribute("to", typeof(T));
        return output;
    }

    /// <summary>Applies an operator along a dimension other than the first: a Reduce operator, after which the dimension has size 1, Squeeze or
    /// Unsqueeze.</summary>
    public string Along(int axis, string operation, string input)
    {
        string output = Apply(operation, [input], out OnnxNode node);
        node.AddAttribute("axes", new long[] { axis });
        return output;
    }

    /// <summary>The place of the largest value of each row, the first of several; rows × 1.</summary>
    public string PlaceOfLargest(string input)
    {
        string output = Apply("ArgMax", [input], out OnnxNode node);
        node.AddAttribute("axis", 1);
        return output;
    }

    /// <summary>Swaps the last two dimensions of three.</summary>
    public string TransposeEach(string input)
    {
        string output = Apply("Transpose", [input], out OnnxNode node);
        node.AddAttribute("perm", new long[] { 0, 2, 1 });
        return output;
    }

    /// <summary>Replaces what is not above a bound by zero.</summary>
    public string ZeroUpTo(float bound, string input)
    {
        string output = Apply("ThresholdedRelu", [input], out OnnxNode node);
        node.AddAttribute("alpha", (double)bound);
        return output;
    }

    /// <summary>
    /// The same tensor, of which ONNX Runtime does not know how many dimensions it has before it runs. When it loads a model it compares each tensor whose
    /// dimensions it knows, but for the rows, with all such before it, to find memory to use again, and with rows unknown never finds any: thousands would take
    /// many seconds.
    /// </summary>
    public string ForgetShape(string input)
    {
        string shape = Apply("Shape", input);
        return Apply("Reshape", input, Apply("Compress", shape, Apply("Greater", shape, Constant(-1L))));
    }

    /// <summary>
    /// Splits texts at what a regular expression finds. Each row has as many pieces as the row with the most, and at least one: those it does not have are "#".
    /// </summary>
    /// <param name="texts">Tensor of String, rows × 1.</param>
    /// <param name="separators">The regular expression, as of RE2.</param>
    public string Split(string texts, string separators)
    {
        const string NoPiece = "#";
        string pieces = NextTensor(), none = NextTensor(), output = NextTensor();
        OnnxNode node = _context.CreateNode("Tokenizer", [Along(1, "Squeeze", texts)], [pieces], NextName(), "com.microsoft");
        // It is required, and the only attribute that may be left out of the file: ONNX Runtime reads none as 0.
        node.AddAttribute("mark", 0);
        node.AddAttribute("mincharnum", 1);
        node.AddAttribute("pad_value", NoPiece);
        node.AddAttribute("separators", new[] { separators });
        // Texts without any word have a tensor of no columns, which what comes after would refuse.
        node = _context.CreateNode("LabelEncoder", [texts], [none], NextName());
        node.AddAttribute("keys_strings", new[] { NoPiece });
        node.AddAttribute("values_strings", new[] { NoPiece });
        node.AddAttribute("default_string", NoPiece);
        node = _context.CreateNode("Concat", [pieces, none], [output], NextName(), "");
        node.AddAttribute("axis", 1);
        return output;
    }

    /// <summary>The k largest values of each row, and their places.</summary>
    /// <param name="input">A tensor of two dimensions.</param>
    /// <param name="count">A tensor with k.</param>
    public (string Values, string Places) Largest(string input, string count)
    {
        string values = NextTensor(), places = NextTensor();
        _context.CreateNode("TopK", [input, count], [values, places], NextName(), "");
        return (values, places);
    }

    private string Once(object value, Func<string> add) => _constants.TryGetValue(value, out string? name) ? name : _constants[value] = add();

    private string Apply(string operation, string[] inputs, out OnnxNode node)
    {
        string output = NextTensor();
        node = _context.CreateNode(operation, inputs, [output], NextName(), "");
        return output;
    }

    // Without a type: the runtime finds it out.
    private string NextTensor() => _context.AddIntermediateVariable(null, NextName(), skip: true);

    private string NextName() => $"{_prefix}.{_count++}";
}
