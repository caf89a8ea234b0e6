using Microsoft.ML;
using Microsoft.ML.Transforms.Text;
using Microsoft.ML.Transforms.Text.Offline;

[assembly: LoadableClass(typeof(NgramExtractingTransformer), null, typeof(SignatureLoadModel),
    "Ngram Transform", NgramExtractingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms.Text;

public sealed class NgramExtractingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "NgramTransform";

    private readonly NgramModel[] _models;

    internal NgramExtractingTransformer(IHostEnvironment env, IDataView input, NgramExtractingEstimator.ColumnOptions[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register(nameof(NgramExtractingTransformer)), [.. columns.Select(column => (column.Name, column.InputColumnName))])
    {
        Host.CheckValue(input, nameof(input));
        _models = Learn(input, columns);
    }

    private NgramExtractingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
        => _models = Utils.BuildArray(ColumnPairs.Length, _ => new NgramModel(ctx.Reader));

    private static NgramExtractingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        return new(env.Register(nameof(NgramExtractingTransformer)), ctx);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());
        SaveColumns(ctx);
        foreach (var model in _models)
            model.Save(ctx.Writer);
    }

    private protected override void CheckInputColumn(DataViewSchema inputSchema, int col, int srcCol)
    {
        var type = inputSchema[srcCol].Type;
        if (!NgramExtractingEstimator.IsColumnTypeValid(type))
            throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", ColumnPairs[col].inputColumnName, NgramExtractingEstimator.ExpectedColumnType, type.ToString());
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private NgramModel[] Learn(IDataView data, NgramExtractingEstimator.ColumnOptions[] columns)
    {
        var sources = columns.Select(column => data.Schema.GetColumnOrNull(column.InputColumnName)
            ?? throw Host.ExceptSchemaMismatch(nameof(data), "input", column.InputColumnName)).ToArray();
        using var cursor = data.GetRowCursor(sources);
        using var progress = Host.StartProgressChannel("Building n-gram dictionary");
        var getters = sources.Select(source => RowCursorUtils.GetVecGetterAs<uint>(NumberDataViewType.UInt32, cursor, source.Index)).ToArray();
        var learners = columns.Select(column => new NgramLearner(column)).ToArray();
        var documents = new VBuffer<uint>[columns.Length];
        while (cursor.MoveNext())
        {
            Host.CheckAlive();
            for (int i = 0; i < learners.Length; i++)
            {
                getters[i](ref documents[i]);
                learners[i].Add(in documents[i], KeyCount(sources[i].Type));
            }
        }

        return [.. columns.Zip(learners, (column, learner) => new NgramModel(column, learner))];
    }

    private static uint KeyCount(DataViewType type) => (uint)type.GetItemType().GetKeyCount() is var count and > 0 ? count : uint.MaxValue;

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "NGRAMTRN",
        verWrittenCur: 0x00010003,
        verReadableCur: 0x00010003,
        verWeCanReadBack: 0x00010003,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(NgramExtractingTransformer).Assembly.FullName);

    private sealed class Mapper(NgramExtractingTransformer parent, DataViewSchema inputSchema)
        : OneToOneMapperBase(parent.Host.Register(nameof(Mapper)), parent, inputSchema)
    {
        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
            => [.. parent.ColumnPairs.Select((pair, i) =>
            {
                var annotations = new DataViewSchema.Annotations.Builder();
                if (InputSchema[ColMapNewToOld[i]].HasKeyValues())
                    annotations.AddSlotNames(parent._models[i].Pool.Count, (ref VBuffer<ReadOnlyMemory<char>> names) => GetNames(i, ref names));
                return new DataViewSchema.DetachedColumn(pair.outputColumnName, new VectorDataViewType(NumberDataViewType.Single, parent._models[i].Pool.Count), annotations.ToAnnotations());
            })];

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null;
            var getter = RowCursorUtils.GetVecGetterAs<uint>(NumberDataViewType.UInt32, input, ColMapNewToOld[iinfo]);
            uint keyCount = KeyCount(InputSchema[ColMapNewToOld[iinfo]].Type);
            var counter = new NgramCounter(parent._models[iinfo]);
            VBuffer<uint> document = default;
            return (ValueGetter<VBuffer<float>>)((ref VBuffer<float> vector) =>
            {
                getter(ref document);
                counter.Count(in document, keyCount, ref vector);
            });
        }

        private void GetNames(int i, ref VBuffer<ReadOnlyMemory<char>> names)
        {
            VBuffer<ReadOnlyMemory<char>> words = default;
            InputSchema[ColMapNewToOld[i]].GetKeyValues(ref words);
            VBufferUtils.Densify(ref words);
            parent._models[i].GetNames(words.GetValues(), ref names);
        }
    }
}
