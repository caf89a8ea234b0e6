using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Microsoft.ML.Transforms.Offline;

[assembly: LoadableClass(typeof(NormalizingTransformer), null, typeof(SignatureLoadModel), "Normalizer", NormalizingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

public sealed class NormalizingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "Normalizer";

    private readonly NormalizedColumn[] _columns;

    private NormalizingTransformer(IHost host, NormalizingEstimator.ColumnOptionsBase[] options, NormalizedColumn[] columns)
        : base(host, [.. options.Select(column => (column.Name, column.InputColumnName))])
        => _columns = columns;

    private NormalizingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
        => _columns = Utils.BuildArray(ColumnPairs.Length, _ => NormalizedColumn.Load(ctx));

    public NormalizerModelParametersBase GetNormalizerModelParameters(int index)
    {
        Contracts.CheckUserArg(0 <= index && index < _columns.Length, nameof(index), "There is no such column.");
        return _columns[index].Parameters;
    }

    internal static NormalizingTransformer Train(IHostEnvironment env, IDataView data, NormalizingEstimator.ColumnOptionsBase[] columns)
    {
        Contracts.CheckValue(env, nameof(env));
        env.CheckValue(data, nameof(data));
        var host = env.Register(nameof(NormalizingTransformer));
        var sources = columns.Select(column => data.Schema.GetColumnOrNull(column.InputColumnName)
            ?? throw host.ExceptSchemaMismatch(nameof(data), "input", column.InputColumnName)).ToArray();

        using var progress = host.StartProgressChannel("Normalize");
        using var cursor = data.GetRowCursor(sources);
        var learners = sources.Zip(columns, (source, options) => ColumnLearner.Create(cursor, source, (NormalizingEstimator.MinMaxColumnOptions)options)).ToArray();
        while (cursor.MoveNext())
        {
            host.CheckAlive();
            // All of them read, so no shortcut.
            if (learners.Count(learner => learner.Read()) == 0)
                break;
        }

        return new(host, columns, [.. learners.Select(learner => learner.Learn())]);
    }

    private static NormalizingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        return new(env.Register(nameof(NormalizingTransformer)), ctx);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());
        SaveColumns(ctx);
        foreach (var column in _columns)
            column.Save(ctx);
    }

    private protected override void CheckInputColumn(DataViewSchema inputSchema, int col, int srcCol)
    {
        var type = inputSchema[srcCol].Type;
        if (!NormalizedColumn.IsValid(type))
            throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", ColumnPairs[col].inputColumnName, "scalar or known-size vector of Single", type.ToString());
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "NORMALZR",
        verWrittenCur: 0x00010002,
        verReadableCur: 0x00010002,
        verWeCanReadBack: 0x00010002,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(NormalizingTransformer).Assembly.FullName);

    private sealed class Mapper(NormalizingTransformer parent, DataViewSchema inputSchema)
        : OneToOneMapperBase(parent.Host.Register(nameof(Mapper)), parent, inputSchema)
    {
        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
            => [.. parent.ColumnPairs.Select((pair, i) =>
            {
                var annotations = new DataViewSchema.Annotations.Builder();
                annotations.Add(AnnotationUtils.Kinds.IsNormalized, BooleanDataViewType.Instance, (ValueGetter<bool>)((ref bool value) => value = true));
                annotations.Add(InputSchema[ColMapNewToOld[i]].Annotations, kind => kind == AnnotationUtils.Kinds.SlotNames);
                return new DataViewSchema.DetachedColumn(pair.outputColumnName, parent._columns[i].Type, annotations.ToAnnotations());
            })];

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null;
            return parent._columns[iinfo].GetGetter(input, input.Schema[ColMapNewToOld[iinfo]]);
        }
    }

    public abstract class NormalizerModelParametersBase
    {
        private protected NormalizerModelParametersBase()
        {
        }
    }

    public sealed class AffineNormalizerModelParameters<TData> : NormalizerModelParametersBase
    {
        internal AffineNormalizerModelParameters(TData scale, TData offset) => (Scale, Offset) = (scale, offset);

        public TData Scale { get; }

        public TData Offset { get; }
    }
}
