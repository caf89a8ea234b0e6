using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Data.Offline;
using Microsoft.ML.Internal.Utilities.Offline;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(typeof(ValueToKeyMappingTransformer), null, typeof(SignatureLoadModel),
    "Term Transform", ValueToKeyMappingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

public sealed class ValueToKeyMappingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "TermTransform";
    private const string VocabularyDirectory = "Vocabulary";

    private readonly KeyDictionary[] _dictionaries;
    private readonly bool[] _showsAsText;

    internal ValueToKeyMappingTransformer(IHostEnvironment env, IDataView input, ValueToKeyMappingEstimator.ColumnOptionsBase[] columns,
        IDataView keyData, bool autoConvert)
        : base(Contracts.CheckRef(env, nameof(env)).Register("Term"), Array.ConvertAll(columns, column => (column.OutputColumnName, column.InputColumnName)))
    {
        using var channel = Host.Start("Training");
        _showsAsText = Array.ConvertAll(columns, column => column.AddKeyValueAnnotationsAsText);
        foreach (var (_, inputColumnName) in ColumnPairs)
            CheckSource(input.Schema.GetColumnOrNull(inputColumnName) ?? throw Host.ExceptSchemaMismatch("inputSchema", "input", inputColumnName));
        _dictionaries = keyData is null
            ? new KeyTraining(Host, channel).Learn(input, columns)
            : [.. columns.Select(column => new KeyTraining(Host, channel).Take(keyData, input.Schema[column.InputColumnName], column))];
    }

    private ValueToKeyMappingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
    {
        _showsAsText = Utils.BuildArray(ColumnPairs.Length, _ => ctx.Reader.ReadBoolByte());
        _dictionaries = new KeyDictionary[ColumnPairs.Length];
        bool found = ctx.TryProcessSubModel(VocabularyDirectory, vocabulary =>
        {
            vocabulary.CheckAtModel(GetVocabularyVersionInfo());
            host.CheckDecode(vocabulary.Reader.ReadInt32() == _dictionaries.Length);
            for (int i = 0; i < _dictionaries.Length; i++)
            {
                var itemType = (PrimitiveDataViewType)TypeCodec.Read(vocabulary.Reader);
                _dictionaries[i] = Generic.Call(Load<int>, itemType.RawType, vocabulary, itemType);
            }
        });
        if (!found)
            throw host.ExceptDecode("Missing {0} model", VocabularyDirectory);
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        Host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());
        SaveColumns(ctx);
        foreach (bool showsAsText in _showsAsText)
            ctx.Writer.WriteBoolByte(showsAsText);
        ctx.SaveSubModel(VocabularyDirectory, SaveVocabulary);
    }

    private static ValueToKeyMappingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        return new(env.Register("Term"), ctx);
    }

    private static KeyDictionary Load<T>(ModelLoadContext ctx, PrimitiveDataViewType itemType) => KeyDictionary<T>.Load(ctx, itemType);

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "TERMTRNF",
        verWrittenCur: 0x00010003,
        verReadableCur: 0x00010003,
        verWeCanReadBack: 0x00010003,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(ValueToKeyMappingTransformer).Assembly.FullName);

    private static VersionInfo GetVocabularyVersionInfo() => new(
        modelSignature: "TERM MAN",
        verWrittenCur: 0x00010002,
        verReadableCur: 0x00010002,
        verWeCanReadBack: 0x00010002,
        loaderSignature: "TermManager",
        loaderAssemblyName: typeof(ValueToKeyMappingTransformer).Assembly.FullName);

    private void CheckSource(DataViewSchema.Column source)
    {
        var itemType = source.Type.GetItemType();
        if (itemType is not KeyDataViewType && !itemType.IsStandardScalar())
            throw Host.ExceptSchemaMismatch("inputSchema", "input", source.Name, "standard type or a vector of standard type", source.Type.ToString());
    }

    private void SaveVocabulary(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVocabularyVersionInfo());
        ctx.Writer.Write(_dictionaries.Length);
        foreach (var dictionary in _dictionaries)
        {
            TypeCodec.Write(ctx.Writer, dictionary.ItemType);
            dictionary.Save(ctx);
        }

        ctx.SaveTextStream("Terms.txt", writer =>
        {
            foreach (var dictionary in _dictionaries)
                dictionary.Print(writer);
        });
    }

    private sealed class Mapper : OneToOneMapperBase
    {
        private readonly ValueToKeyMappingTransformer _parent;

        public Mapper(ValueToKeyMappingTransformer parent, DataViewSchema inputSchema)
            : base(parent.Host.Register(nameof(Mapper)), parent, inputSchema)
        {
            _parent = parent;
            foreach (var (target, index) in ColMapNewToOld)
            {
                var source = inputSchema[index];
                parent.CheckSource(source);
                if (!source.Type.GetItemType().Equals(parent._dictionaries[target].ItemType))
                {
                    throw Host.Except("Could not apply a map over type '{0}' to column '{1}' since it has type '{2}'",
                        parent._dictionaries[target].ItemType, parent.ColumnPairs[target].outputColumnName, source.Type.GetItemType());
                }
            }
        }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore() => [.. _parent.ColumnPairs.Select((pair, i) =>
        {
            var source = InputSchema[ColMapNewToOld[i]];
            var annotations = new DataViewSchema.Annotations.Builder();
            _parent._dictionaries[i].AddKeyValues(annotations, source, _parent._showsAsText[i]);
            annotations.Add(source.Annotations, kind => kind == AnnotationUtils.Kinds.SlotNames);
            DataViewType type = _parent._dictionaries[i].KeyType;
            if (source.Type is VectorDataViewType vector)
                type = new VectorDataViewType(_parent._dictionaries[i].KeyType, vector.Dimensions);
            return new DataViewSchema.DetachedColumn(pair.outputColumnName, type, annotations.ToAnnotations());
        })];

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null;
            return _parent._dictionaries[iinfo].Getter(input, input.Schema[ColMapNewToOld[iinfo]]);
        }
    }
}
