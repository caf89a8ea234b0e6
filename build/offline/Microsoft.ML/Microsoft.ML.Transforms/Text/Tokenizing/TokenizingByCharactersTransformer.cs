using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Transforms.Text;
using Microsoft.ML.Transforms.Text.Offline;

[assembly: LoadableClass(typeof(TokenizingByCharactersTransformer), null, typeof(SignatureLoadModel),
    "Character Tokenizer Transform", TokenizingByCharactersTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms.Text;

public sealed class TokenizingByCharactersTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "CharToken";

    private const ushort TextStart = 0x02;
    private const ushort TextEnd = 0x03;
    private const ushort UnitSeparator = 0x1f;

    private readonly bool _useMarkers;

    internal TokenizingByCharactersTransformer(IHostEnvironment env, bool useMarkerCharacters = TokenizingByCharactersEstimator.Defaults.UseMarkerCharacters,
        params (string outputColumnName, string inputColumnName)[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register("CharTokenizer"), columns)
        => _useMarkers = useMarkerCharacters;

    private TokenizingByCharactersTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
        => _useMarkers = ctx.Reader.ReadBoolByte();

    internal IReadOnlyCollection<(string outputColumnName, string inputColumnName)> Columns => ColumnPairs.AsReadOnly();

    private static TokenizingByCharactersTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        return new(env.Register("CharTokenizer"), ctx);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());
        SaveColumns(ctx);
        ctx.Writer.WriteBoolByte(_useMarkers);
    }

    private protected override void CheckInputColumn(DataViewSchema inputSchema, int col, int srcCol)
    {
        if (!TokenizingByCharactersEstimator.IsColumnTypeValid(inputSchema[srcCol].Type))
            throw Host.ExceptParam(nameof(inputSchema), TokenizingByCharactersEstimator.ExpectedColumnType);
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "CHARTOKN",
        verWrittenCur: 0x00010002,
        verReadableCur: 0x00010002,
        verWeCanReadBack: 0x00010002,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(TokenizingByCharactersTransformer).Assembly.FullName);

    private sealed class Mapper(TokenizingByCharactersTransformer parent, DataViewSchema inputSchema)
        : OneToOneMapperBase(parent.Host.Register(nameof(Mapper)), parent, inputSchema)
    {
        private static readonly VectorDataViewType _type = new(new KeyDataViewType(typeof(ushort), CharacterNames.Count));

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
            => [.. parent.ColumnPairs.Select((pair, i) =>
            {
                var annotations = new DataViewSchema.Annotations.Builder();
                annotations.Add(InputSchema[ColMapNewToOld[i]].Annotations, kind => kind == AnnotationUtils.Kinds.SlotNames);
                annotations.AddKeyValues<ReadOnlyMemory<char>>(CharacterNames.Count, TextDataViewType.Instance, CharacterNames.CopyTo);
                return new DataViewSchema.DetachedColumn(pair.outputColumnName, _type, annotations.ToAnnotations());
            })];

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null;
            var column = input.Schema[ColMapNewToOld[iinfo]];
            return column.Type is VectorDataViewType ? OfVector(input.GetGetter<VBuffer<ReadOnlyMemory<char>>>(column)) : OfText(input.GetGetter<ReadOnlyMemory<char>>(column));
        }

        private ValueGetter<VBuffer<ushort>> OfText(ValueGetter<ReadOnlyMemory<char>> getter)
        {
            ReadOnlyMemory<char> text = default;
            var keys = new List<ushort>();
            return (ref VBuffer<ushort> vector) =>
            {
                getter(ref text);
                keys.Clear();
                if (!text.IsEmpty)
                    AddMarked(keys, [text]);
                Set(ref vector, keys);
            };
        }

        // The texts of a vector are one text, with a separator between them.
        private ValueGetter<VBuffer<ushort>> OfVector(ValueGetter<VBuffer<ReadOnlyMemory<char>>> getter)
        {
            VBuffer<ReadOnlyMemory<char>> texts = default;
            var keys = new List<ushort>();
            return (ref VBuffer<ushort> vector) =>
            {
                getter(ref texts);
                keys.Clear();
                AddMarked(keys, texts.GetValues());
                Set(ref vector, keys);
            };
        }

        private void AddMarked(List<ushort> keys, ReadOnlySpan<ReadOnlyMemory<char>> texts)
        {
            if (parent._useMarkers)
                keys.Add(TextStart);
            for (int i = 0; i < texts.Length; i++)
            {
                if (texts[i].IsEmpty)
                    continue;
                if (i > 0)
                    keys.Add(UnitSeparator);
                keys.AddRange(MemoryMarshal.Cast<char, ushort>(texts[i].Span));
            }

            if (parent._useMarkers)
                keys.Add(TextEnd);
        }

        private static void Set(ref VBuffer<ushort> vector, List<ushort> keys)
        {
            var editor = VBufferEditor.Create(ref vector, keys.Count);
            keys.CopyTo(editor.Values);
            vector = editor.Commit();
        }
    }
}
