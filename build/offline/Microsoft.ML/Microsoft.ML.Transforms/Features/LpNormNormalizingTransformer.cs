using Microsoft.ML;
using Microsoft.ML.Transforms;
using Microsoft.ML.Transforms.Offline;
using static Microsoft.ML.Transforms.LpNormNormalizingEstimatorBase;

[assembly: LoadableClass(typeof(LpNormNormalizingTransformer), null, typeof(SignatureLoadModel),
    "Lp-Norm Normalizer", LpNormNormalizingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

public sealed class LpNormNormalizingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "GcnTransform";

    private readonly ColumnOptionsBase[] _columns;

    internal LpNormNormalizingTransformer(IHostEnvironment env, params ColumnOptionsBase[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register(nameof(LpNormNormalizingTransformer)), [.. columns.Select(column => (column.Name, column.InputColumnName))])
        => _columns = columns;

    private LpNormNormalizingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
        => _columns = [.. ColumnPairs.Select(pair => new LoadedOptions(pair.outputColumnName, pair.inputColumnName, ctx.Reader))];

    internal IReadOnlyCollection<ColumnOptionsBase> Columns => _columns.AsReadOnly();

    private static LpNormNormalizingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        return new(env.Register(nameof(LpNormNormalizingTransformer)), ctx);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());
        SaveColumns(ctx);
        foreach (var column in _columns)
        {
            ctx.Writer.Write((byte)column.Norm);
            ctx.Writer.WriteBoolByte(column.EnsureZeroMean);
            ctx.Writer.Write(column.Scale);
        }
    }

    private protected override void CheckInputColumn(DataViewSchema inputSchema, int col, int srcCol)
    {
        var type = inputSchema[srcCol].Type;
        if (!IsColumnTypeValid(type))
            throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", inputSchema[srcCol].Name, ExpectedColumnType, type.ToString());
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "GCNORMAF",
        verWrittenCur: 0x00010003,
        verReadableCur: 0x00010003,
        verWeCanReadBack: 0x00010003,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(LpNormNormalizingTransformer).Assembly.FullName);

    private sealed class LoadedOptions(string name, string inputColumnName, BinaryReader reader)
        : ColumnOptionsBase(name, inputColumnName, (NormFunction)reader.ReadByte(), reader.ReadBoolByte(), reader.ReadFloat());

    private sealed class Mapper(LpNormNormalizingTransformer parent, DataViewSchema inputSchema)
        : OneToOneMapperBase(parent.Host.Register(nameof(Mapper)), parent, inputSchema)
    {
        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
            => [.. parent.ColumnPairs.Select((pair, i) =>
            {
                var source = InputSchema[ColMapNewToOld[i]];
                var annotations = new DataViewSchema.Annotations.Builder();
                annotations.Add(source.Annotations, kind => kind == AnnotationUtils.Kinds.SlotNames);
                annotations.Add(AnnotationUtils.Kinds.IsNormalized, BooleanDataViewType.Instance, (ValueGetter<bool>)((ref bool value) => value = true));
                return new DataViewSchema.DetachedColumn(pair.outputColumnName, source.Type, annotations.ToAnnotations());
            })];

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null;
            var options = parent._columns[iinfo];
            var getter = input.GetGetter<VBuffer<float>>(input.Schema[ColMapNewToOld[iinfo]]);
            VBuffer<float> source = default;
            return (ValueGetter<VBuffer<float>>)((ref VBuffer<float> vector) =>
            {
                getter(ref source);
                VectorNorm.Normalize(in source, options.Norm, options.EnsureZeroMean, options.Scale, ref vector);
            });
        }
    }
}
