using Microsoft.ML;
using Microsoft.ML.Transforms.Text;
using Microsoft.ML.Transforms.Text.Offline;

[assembly: LoadableClass(typeof(TextNormalizingTransformer), null, typeof(SignatureLoadModel),
    "Text Normalizer Transform", TextNormalizingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms.Text;

public sealed class TextNormalizingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "TextNormalizerTransform";

    private readonly TextNormalizingEstimator.CaseMode _caseMode;
    private readonly bool _keepDiacritics;
    private readonly bool _keepPunctuations;
    private readonly bool _keepNumbers;
    private readonly TextNormalizer _normalizer;

    internal TextNormalizingTransformer(IHostEnvironment env,
        TextNormalizingEstimator.CaseMode caseMode = TextNormalizingEstimator.Defaults.Mode,
        bool keepDiacritics = TextNormalizingEstimator.Defaults.KeepDiacritics,
        bool keepPunctuations = TextNormalizingEstimator.Defaults.KeepPunctuations,
        bool keepNumbers = TextNormalizingEstimator.Defaults.KeepNumbers,
        params (string outputColumnName, string inputColumnName)[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register("TextNormalizer"), columns)
    {
        (_caseMode, _keepDiacritics, _keepPunctuations, _keepNumbers) = (caseMode, keepDiacritics, keepPunctuations, keepNumbers);
        _normalizer = new(caseMode, keepDiacritics, keepPunctuations, keepNumbers);
    }

    private TextNormalizingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
    {
        _caseMode = (TextNormalizingEstimator.CaseMode)ctx.Reader.ReadByte();
        host.CheckDecode(Enum.IsDefined(_caseMode));
        _keepDiacritics = ctx.Reader.ReadBoolByte();
        _keepPunctuations = ctx.Reader.ReadBoolByte();
        _keepNumbers = ctx.Reader.ReadBoolByte();
        _normalizer = new(_caseMode, _keepDiacritics, _keepPunctuations, _keepNumbers);
    }

    internal IReadOnlyCollection<(string outputColumnName, string inputColumnName)> Columns => ColumnPairs.AsReadOnly();

    private static TextNormalizingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        return new(env.Register("TextNormalizer"), ctx);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());
        SaveColumns(ctx);
        ctx.Writer.Write((byte)_caseMode);
        ctx.Writer.WriteBoolByte(_keepDiacritics);
        ctx.Writer.WriteBoolByte(_keepPunctuations);
        ctx.Writer.WriteBoolByte(_keepNumbers);
    }

    private protected override void CheckInputColumn(DataViewSchema inputSchema, int col, int srcCol)
    {
        var type = inputSchema[srcCol].Type;
        if (!TextNormalizingEstimator.IsColumnTypeValid(type))
            throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", ColumnPairs[col].inputColumnName, TextNormalizingEstimator.ExpectedColumnType, type.ToString());
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "TEXTNORM",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(TextNormalizingTransformer).Assembly.FullName);

    private sealed class Mapper(TextNormalizingTransformer parent, DataViewSchema inputSchema)
        : OneToOneMapperBase(parent.Host.Register(nameof(Mapper)), parent, inputSchema)
    {
        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
            => [.. parent.ColumnPairs.Select((pair, i) => new DataViewSchema.DetachedColumn(pair.outputColumnName,
                IsVector(i) ? new VectorDataViewType(TextDataViewType.Instance) : TextDataViewType.Instance))];

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null;
            var column = input.Schema[ColMapNewToOld[iinfo]];
            return IsVector(iinfo) ? OfVector(input.GetGetter<VBuffer<ReadOnlyMemory<char>>>(column)) : OfText(input.GetGetter<ReadOnlyMemory<char>>(column));
        }

        private bool IsVector(int i) => InputSchema[ColMapNewToOld[i]].Type is VectorDataViewType;

        private ValueGetter<ReadOnlyMemory<char>> OfText(ValueGetter<ReadOnlyMemory<char>> getter)
        {
            ReadOnlyMemory<char> source = default;
            char[] buffer = null;
            return (ref ReadOnlyMemory<char> text) =>
            {
                getter(ref source);
                text = parent._normalizer.Normalize(source, ref buffer);
            };
        }

        private ValueGetter<VBuffer<ReadOnlyMemory<char>>> OfVector(ValueGetter<VBuffer<ReadOnlyMemory<char>>> getter)
        {
            VBuffer<ReadOnlyMemory<char>> source = default;
            var texts = new List<ReadOnlyMemory<char>>();
            char[] buffer = null;
            return (ref VBuffer<ReadOnlyMemory<char>> vector) =>
            {
                getter(ref source);
                texts.Clear();
                foreach (var text in source.GetValues())
                {
                    var normal = parent._normalizer.Normalize(text, ref buffer);
                    if (!normal.IsEmpty)
                        texts.Add(normal);
                }

                TextVector.Set(ref vector, texts);
            };
        }
    }
}
