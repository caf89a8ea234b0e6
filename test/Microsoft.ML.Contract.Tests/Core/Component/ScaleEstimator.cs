using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contract.Core.Component;

/// <summary>A third party's estimator: it multiplies a vector by a number, and names the slots of the product.</summary>
internal sealed class ScaleEstimator : IEstimator<ScaleTransformer>
{
    private readonly IHost _host;
    private readonly string _output;
    private readonly string _input;
    private readonly float _factor;

    public ScaleEstimator(IHostEnvironment env, string output, string input, float factor)
    {
        _host = env.Register(nameof(ScaleEstimator));
        (_output, _input, _factor) = (output, input, factor);
    }

    /// <summary>What to do between the rows of a fit.</summary>
    public Action? BetweenRows { get; init; }

    public ScaleTransformer Fit(IDataView input)
    {
        using var channel = _host.Start("Fitting");
        using var progress = _host.StartProgressChannel("Rows");
        channel.Info("multiplying by {0}", _factor);
        using var cursor = input.GetRowCursor([input.Schema[_input]]);
        for (int rows = 0; cursor.MoveNext(); rows++)
        {
            _host.CheckAlive();
            BetweenRows?.Invoke();
        }

        return new ScaleTransformer(_host, _output, _input, _factor);
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        if (!inputSchema.TryFindColumn(_input, out var column))
            throw _host.ExceptSchemaMismatch(nameof(inputSchema), "input", _input);
        if (column.Kind != SchemaShape.Column.VectorKind.Vector || column.ItemType != NumberDataViewType.Single)
            throw _host.ExceptSchemaMismatch(nameof(inputSchema), "input", _input, "a vector of Single", column.GetTypeString());
        var slotNames = new SchemaShape.Column("SlotNames", SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, false);
        var output = new SchemaShape.Column(_output, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false, new SchemaShape([slotNames]));
        return new SchemaShape(inputSchema.Where(known => known.Name != _output).Append(output));
    }
}
