using Microsoft.ML;
using Microsoft.ML.Transforms.Text;
using Microsoft.ML.Transforms.Text.Offline;

[assembly: LoadableClass(typeof(CustomStopWordsRemovingTransformer), null, typeof(SignatureLoadModel),
    "Custom Stopwords Remover Transform", CustomStopWordsRemovingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms.Text;

public sealed class CustomStopWordsRemovingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "CustomStopWords";

    private readonly StopWordSet _stopWords;

    internal CustomStopWordsRemovingTransformer(IHostEnvironment env, string[] stopwords, params (string outputColumnName, string inputColumnName)[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register("CustomStopWordsRemover"), columns)
        => _stopWords = new(stopwords.Select(word => word.Trim(' ')).Where(word => word.Length > 0));

    private CustomStopWordsRemovingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
        => _stopWords = new([.. Enumerable.Range(0, ctx.Reader.ReadInt32()).Select(_ => ctx.LoadNonEmptyString())]);

    internal IReadOnlyCollection<(string outputColumnName, string inputColumnName)> Columns => ColumnPairs.AsReadOnly();

    private static CustomStopWordsRemovingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        return new(env.Register("CustomStopWordsRemover"), ctx);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());
        SaveColumns(ctx);
        ctx.Writer.Write(_stopWords.Words.Count);
        foreach (string word in _stopWords.Words)
            ctx.SaveNonEmptyString(word);
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "CSTOPWRD",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(CustomStopWordsRemovingTransformer).Assembly.FullName);

    private sealed class Mapper : OneToOneMapperBase
    {
        private readonly CustomStopWordsRemovingTransformer _parent;

        public Mapper(CustomStopWordsRemovingTransformer parent, DataViewSchema inputSchema)
            : base(parent.Host.Register(nameof(Mapper)), parent, inputSchema)
        {
            _parent = parent;
            foreach (var source in ColMapNewToOld.Values.Select(index => inputSchema[index]))
            {
                if (!StopWordsRemovingEstimator.IsColumnTypeValid(source.Type))
                    throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", source.Name, StopWordsRemovingEstimator.ExpectedColumnType, source.Type.ToString());
            }
        }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
            => [.. _parent.ColumnPairs.Select(pair => new DataViewSchema.DetachedColumn(pair.outputColumnName, new VectorDataViewType(TextDataViewType.Instance)))];

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null;
            return _parent._stopWords.Filter(input.GetGetter<VBuffer<ReadOnlyMemory<char>>>(input.Schema[ColMapNewToOld[iinfo]]));
        }
    }
}
