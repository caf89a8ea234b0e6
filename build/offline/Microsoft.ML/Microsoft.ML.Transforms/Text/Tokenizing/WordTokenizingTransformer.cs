using Microsoft.ML;
using Microsoft.ML.Transforms.Text;
using Microsoft.ML.Transforms.Text.Offline;

[assembly: LoadableClass(typeof(WordTokenizingTransformer), null, typeof(SignatureLoadModel),
    "Word Tokenizer Transform", WordTokenizingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms.Text;

public sealed class WordTokenizingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "TokenizeTextTransform";

    private readonly WordTokenizingEstimator.ColumnOptions[] _columns;

    internal WordTokenizingTransformer(IHostEnvironment env, params WordTokenizingEstimator.ColumnOptions[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register("DelimitedTokenize"), [.. columns.Select(column => (column.Name, column.InputColumnName))])
        => _columns = columns;

    private WordTokenizingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
        => _columns = [.. ColumnPairs.Select(pair => new WordTokenizingEstimator.ColumnOptions(pair.outputColumnName, pair.inputColumnName, ctx.LoadNonEmptyString().ToCharArray()))];

    internal IReadOnlyCollection<WordTokenizingEstimator.ColumnOptions> Columns => _columns.AsReadOnly();

    private static WordTokenizingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        return new(env.Register("DelimitedTokenize"), ctx);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());
        SaveColumns(ctx);
        foreach (var column in _columns)
            ctx.SaveNonEmptyString(new string(column.SeparatorsArray));
    }

    private protected override void CheckInputColumn(DataViewSchema inputSchema, int col, int srcCol)
    {
        var type = inputSchema[srcCol].Type;
        if (!WordTokenizingEstimator.IsColumnTypeValid(type))
            throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", ColumnPairs[col].inputColumnName, WordTokenizingEstimator.ExpectedColumnType, type.ToString());
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "WRDTOKNS",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(WordTokenizingTransformer).Assembly.FullName);

    private sealed class Mapper(WordTokenizingTransformer parent, DataViewSchema inputSchema)
        : OneToOneMapperBase(parent.Host.Register(nameof(Mapper)), parent, inputSchema)
    {
        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
            => [.. parent.ColumnPairs.Select(pair => new DataViewSchema.DetachedColumn(pair.outputColumnName, new VectorDataViewType(TextDataViewType.Instance)))];

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null;
            var splitter = new WordSplitter(parent._columns[iinfo].SeparatorsArray);
            var column = input.Schema[ColMapNewToOld[iinfo]];
            return column.Type is VectorDataViewType ? OfVector(input.GetGetter<VBuffer<ReadOnlyMemory<char>>>(column), splitter)
                : OfText(input.GetGetter<ReadOnlyMemory<char>>(column), splitter);
        }

        private static ValueGetter<VBuffer<ReadOnlyMemory<char>>> OfText(ValueGetter<ReadOnlyMemory<char>> getter, WordSplitter splitter)
        {
            ReadOnlyMemory<char> text = default;
            var words = new List<ReadOnlyMemory<char>>();
            return (ref VBuffer<ReadOnlyMemory<char>> vector) =>
            {
                getter(ref text);
                words.Clear();
                splitter.Split(text, words);
                TextVector.Set(ref vector, words);
            };
        }

        private static ValueGetter<VBuffer<ReadOnlyMemory<char>>> OfVector(ValueGetter<VBuffer<ReadOnlyMemory<char>>> getter, WordSplitter splitter)
        {
            VBuffer<ReadOnlyMemory<char>> texts = default;
            var words = new List<ReadOnlyMemory<char>>();
            return (ref VBuffer<ReadOnlyMemory<char>> vector) =>
            {
                getter(ref texts);
                words.Clear();
                foreach (var text in texts.GetValues())
                    splitter.Split(text, words);
                TextVector.Set(ref vector, words);
            };
        }
    }
}
