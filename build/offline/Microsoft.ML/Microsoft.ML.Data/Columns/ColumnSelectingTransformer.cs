using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Data.Offline;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(typeof(ColumnSelectingTransformer), null, typeof(SignatureLoadModel),
    "Select Columns Transform", ColumnSelectingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

public sealed class ColumnSelectingTransformer : ITransformer
{
    internal const string LoaderSignature = "SelectColumnsTransform";

    private readonly IHost _host;
    private readonly ColumnSelection _selection;

    internal ColumnSelectingTransformer(IHostEnvironment env, string[] keepColumns, string[] dropColumns,
        bool keepHidden = ColumnSelectingEstimator.Defaults.KeepHidden, bool ignoreMissing = ColumnSelectingEstimator.Defaults.IgnoreMissing)
    {
        _host = Contracts.CheckRef(env, nameof(env)).Register(nameof(ColumnSelectingTransformer));
        _selection = new ColumnSelection(_host, keepColumns, dropColumns, keepHidden, ignoreMissing);
    }

    bool ITransformer.IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        return View(new EmptyDataView(_host, inputSchema)).Schema;
    }

    public IDataView Transform(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        return View(input);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        return View(new EmptyDataView(_host, inputSchema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersionInfo());
        _selection.Save(ctx);
    }

    internal static IDataView CreateKeep(IHostEnvironment env, IDataView input, string[] keepColumns, bool keepHidden = false)
        => new ColumnSelectingTransformer(env, keepColumns, null, keepHidden).Transform(input);

    internal static IDataView CreateDrop(IHostEnvironment env, IDataView input, params string[] dropColumns)
        => new ColumnSelectingTransformer(env, null, dropColumns).Transform(input);

    private static ColumnSelectingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        bool keeps = ctx.Reader.ReadBoolByte();
        bool keepHidden = ctx.Reader.ReadBoolByte();
        bool ignoreMissing = ctx.Reader.ReadBoolByte();
        var columns = new string[ctx.Reader.ReadInt32()];
        for (int i = 0; i < columns.Length; i++)
            columns[i] = ctx.LoadNonEmptyString();
        return new(env, keeps ? columns : null, keeps ? null : columns, keepHidden, ignoreMissing);
    }

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "SELCOLST",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(ColumnSelectingTransformer).Assembly.FullName);

    private ColumnSubsetView View(IDataView input) => new(_host, input, _selection.Choose(input.Schema));
}
