using Microsoft.ML;
using Microsoft.ML.Transforms.Text;
using Microsoft.ML.Transforms.Text.Offline;

[assembly: LoadableClass(typeof(StopWordsRemovingTransformer), null, typeof(SignatureLoadModel),
    "Stopwords Remover Transform", StopWordsRemovingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms.Text;

public sealed class StopWordsRemovingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "StopWordsTransform";

    private readonly StopWordsRemovingEstimator.ColumnOptions[] _columns;

    internal StopWordsRemovingTransformer(IHostEnvironment env, params StopWordsRemovingEstimator.ColumnOptions[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register("StopWordsRemover"), [.. columns.Select(column => (column.Name, column.InputColumnName))])
        => _columns = columns;

    private StopWordsRemovingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
        => _columns = [.. ColumnPairs.Select(pair => new StopWordsRemovingEstimator.ColumnOptions(pair.outputColumnName, pair.inputColumnName,
            (StopWordsRemovingEstimator.Language)ctx.Reader.ReadInt32(), ctx.LoadStringOrNull()))];

    internal IReadOnlyCollection<StopWordsRemovingEstimator.ColumnOptions> Columns => _columns.AsReadOnly();

    private static StopWordsRemovingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        return new(env.Register("StopWordsRemover"), ctx);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());
        SaveColumns(ctx);
        foreach (var column in _columns)
        {
            ctx.Writer.Write((int)column.Language);
            ctx.SaveStringOrNull(column.LanguageColumn);
        }
    }

    private protected override void CheckInputColumn(DataViewSchema inputSchema, int col, int srcCol)
    {
        var type = inputSchema[srcCol].Type;
        if (!StopWordsRemovingEstimator.IsColumnTypeValid(type))
            throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", ColumnPairs[col].inputColumnName, StopWordsRemovingEstimator.ExpectedColumnType, type.ToString());
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "STOPWRDR",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(StopWordsRemovingTransformer).Assembly.FullName);

    private sealed class Mapper(StopWordsRemovingTransformer parent, DataViewSchema inputSchema)
        : OneToOneMapperBase(parent.Host.Register(nameof(Mapper)), parent, inputSchema)
    {
        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
            => [.. parent.ColumnPairs.Select(pair => new DataViewSchema.DetachedColumn(pair.outputColumnName, new VectorDataViewType(TextDataViewType.Instance)))];

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null;
            return StopWordSet.English.Filter(input.GetGetter<VBuffer<ReadOnlyMemory<char>>>(input.Schema[ColMapNewToOld[iinfo]]));
        }
    }
}
