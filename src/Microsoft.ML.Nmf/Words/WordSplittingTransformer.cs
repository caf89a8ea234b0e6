using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Words;

[assembly: LoadableClass(typeof(WordSplittingTransformer), typeof(TransformerLoader<WordSplittingTransformer>), null, typeof(SignatureLoadModel),
    "Words of texts", WordSplittingTransformer.LoaderSignature)]

namespace Microsoft.ML.Nmf.Words;

/// <summary>
/// Splits texts into words, by <see cref="TextCharacters"/>. Unlike TokenizeIntoWords of ML.NET, which writes each separator into an ONNX file as a regular
/// expression, though it may be one such as "." or "(", it can be saved as ONNX.
/// </summary>
internal sealed class WordSplittingTransformer(ComponentHost host, ColumnNames columns)
    : HostedTransformer(host, columns), ILoadableTransformer<WordSplittingTransformer>
{
    internal const string LoaderSignature = "WordSplitter";

    // The same as TextCharacters in a regular expression: all but letters, digits and marks, and of these the two that say how a picture looks.
    private const string Separators = @"([^\pL\p{Nd}\pM\x{200C}\x{200D}]|[\x{FE0E}\x{FE0F}])+";

    static FileHeader ILoadableTransformer<WordSplittingTransformer>.Header => new(
        Signature: "NMFWORDS",
        // 0x00010002: initial; as all transformers of this library since, it has a checksum
        Version: 0x00010002,
        ReadableBy: 0x00010002,
        ReadsBackTo: 0x00010002,
        LoaderSignature);

    private protected override FileHeader Header => HeaderOf<WordSplittingTransformer>();

    static WordSplittingTransformer ILoadableTransformer<WordSplittingTransformer>.Read(ComponentHost host, ColumnNames columns, ModelReader reader)
        => new(host, columns);

    // *** Binary format ***, after the header and the columns: nothing
    private protected override void Write(BinaryWriter writer)
    {
    }

    private protected override IColumnMapping Map(DataViewSchema schema) => new Mapping(this, schema);

    private sealed class Mapping : IColumnMapping
    {
        private readonly WordSplittingTransformer _transformer;
        private readonly DataViewSchema.Column _texts;

        public Mapping(WordSplittingTransformer transformer, DataViewSchema schema)
        {
            _transformer = transformer;
            string name = transformer.InputColumnName;
            _texts = schema.GetColumnOrNull(name) ?? throw FeatureColumn.Missing("input", name, schema.Where(c => !c.IsHidden).Select(c => c.Name));
            ColumnType type = ColumnType.Of(_texts.Type);
            if (type.Item is TextDataViewType)
                return;
            throw new ArgumentOutOfRangeException(nameof(schema), name, $"Input column '{name}' is of type {type.Name}, but must be Text or a vector of Text.");
        }

        public int InputIndex => _texts.Index;

        private static VectorDataViewType OfWords => new(TextDataViewType.Instance);

        public DataViewSchema.DetachedColumn[] GetOutputColumns() => [new(_transformer.OutputColumnNames[0], OfWords)];

        public Delegate[] CreateGetters(DataViewRow row, Func<int, bool> isActive)
        {
            var splitter = new Splitter();
            return !isActive(0) ? new Delegate[1] : [_texts.Type is VectorDataViewType ? MakeVectorGetter(row, splitter) : MakeGetter(row, splitter)];
        }

        public void Export(OnnxGraph graph)
            => graph.Write(_transformer.OutputColumnNames[0], OfWords, graph.Split(graph.Read(_texts.Name), Separators));

        private ValueGetter<VBuffer<ReadOnlyMemory<char>>> MakeGetter(DataViewRow row, Splitter splitter)
        {
            ValueGetter<ReadOnlyMemory<char>> getter = row.GetGetter<ReadOnlyMemory<char>>(_texts);
            ReadOnlyMemory<char> text = default;
            return (ref VBuffer<ReadOnlyMemory<char>> words) =>
            {
                getter(ref text);
                splitter.Split([text], ref words);
            };
        }

        private ValueGetter<VBuffer<ReadOnlyMemory<char>>> MakeVectorGetter(DataViewRow row, Splitter splitter)
        {
            ValueGetter<VBuffer<ReadOnlyMemory<char>>> getter = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(_texts);
            VBuffer<ReadOnlyMemory<char>> texts = default;
            return (ref VBuffer<ReadOnlyMemory<char>> words) =>
            {
                getter(ref texts);
                splitter.Split(texts.GetValues(), ref words);
            };
        }
    }

    private sealed class Splitter
    {
        private readonly TextCharacters _characters = new();
        private readonly List<ReadOnlyMemory<char>> _words = [];

        public void Split(ReadOnlySpan<ReadOnlyMemory<char>> texts, ref VBuffer<ReadOnlyMemory<char>> result)
        {
            _words.Clear();
            foreach (ReadOnlyMemory<char> text in texts)
            {
                ReadOnlySpan<char> whole = text.Span, rest = whole;
                while (_characters.Next(ref rest, out ReadOnlySpan<char> word))
                {
                    // A word is a piece of the text that it comes from.
                    whole.Overlaps(word, out int start);
                    _words.Add(text.Slice(start, word.Length));
                }
            }

            VBufferEditor<ReadOnlyMemory<char>> editor = VBufferEditor.Create(ref result, _words.Count);
            _words.CopyTo(editor.Values);
            result = editor.Commit();
        }
    }
}

/// <summary>Makes a <see cref="WordSplittingTransformer"/>, for which it needs no data.</summary>
/// <param name="host">The host.</param>
/// <param name="column">The column of texts, in whose place that of words comes.</param>
internal sealed class WordSplittingEstimator(ComponentHost host, string column) : IEstimator<ITransformer>
{
    /// <inheritdoc />
    public ITransformer Fit(IDataView input)
        => new WordSplittingTransformer(host.Register(nameof(WordSplittingTransformer)), new ColumnNames(column, [column]));

    /// <inheritdoc />
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => new(inputSchema.Where(c => c.Name != column).Append(ShapeColumns.Texts(column)));
}
