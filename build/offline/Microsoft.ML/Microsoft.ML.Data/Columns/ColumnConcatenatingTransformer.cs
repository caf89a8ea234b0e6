using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Data.Offline;
using Microsoft.ML.Internal.Utilities.Offline;

[assembly: LoadableClass(typeof(ColumnConcatenatingTransformer), null, typeof(SignatureLoadModel),
    "Concat Transform", "ConcatTransform")]

namespace Microsoft.ML.Data;

public sealed class ColumnConcatenatingTransformer : RowToRowTransformerBase
{
    internal const string LoaderSignature = "ConcatTransform";

    private readonly string _name;
    private readonly (string name, string alias)[] _sources;

    internal ColumnConcatenatingTransformer(IHostEnvironment env, string outputColumnName, params string[] inputColumnNames)
        : this(env, new ColumnOptions(outputColumnName, inputColumnNames))
    {
    }

    internal ColumnConcatenatingTransformer(IHostEnvironment env, params ColumnOptions[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register(nameof(ColumnConcatenatingTransformer)))
    {
        Host.CheckParam(columns.Length == 1, nameof(columns), "This stand-in makes one column at a time");
        (_name, _sources) = (columns[0].Name, [.. columns[0].Sources]);
        Host.CheckNonEmpty(_name, nameof(columns));
        Host.CheckNonEmpty(_sources, nameof(columns));
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema inputSchema) => new Mapper(this, inputSchema);

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        Host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());
        ctx.SaveNonEmptyString(_name);
        ctx.Writer.Write(_sources.Length);
        foreach (var (source, alias) in _sources)
        {
            ctx.SaveNonEmptyString(source);
            ctx.SaveStringOrNull(alias);
        }
    }

    private static ColumnConcatenatingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        string name = ctx.LoadNonEmptyString();
        var sources = new (string, string)[ctx.Reader.ReadInt32()];
        for (int i = 0; i < sources.Length; i++)
            sources[i] = (ctx.LoadNonEmptyString(), ctx.LoadStringOrNull());
        return new(env, new ColumnOptions(name, sources));
    }

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "CONCAT F",
        verWrittenCur: 0x00010003,
        verReadableCur: 0x00010003,
        verWeCanReadBack: 0x00010003,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(ColumnConcatenatingTransformer).Assembly.FullName);

    internal sealed class ColumnOptions
    {
        public readonly string Name;

        public ColumnOptions(string name, params string[] inputColumnNames)
            : this(name, inputColumnNames.Select(source => (source, (string)null)))
        {
        }

        /// <param name="name">The name of the output.</param>
        /// <param name="inputColumnNames">The names of the inputs, and those that slots are named after instead; null for the same.</param>
        public ColumnOptions(string name, IEnumerable<(string name, string alias)> inputColumnNames)
            => (Name, Sources) = (name, [.. inputColumnNames]);

        public IReadOnlyList<(string name, string alias)> Sources { get; }
    }

    private sealed class Mapper : MapperBase
    {
        private readonly ColumnConcatenatingTransformer _parent;
        private readonly DataViewSchema.Column[] _sources;
        private readonly VectorDataViewType _type;

        public Mapper(ColumnConcatenatingTransformer parent, DataViewSchema inputSchema)
            : base(parent.Host.Register(nameof(Mapper)), inputSchema, parent)
        {
            _parent = parent;
            _sources = [.. parent._sources.Select(source => inputSchema.GetColumnOrNull(source.name)
                ?? throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", source.name))];
            var itemType = _sources[0].Type.GetItemType();
            foreach (var source in _sources.Where(source => !source.Type.GetItemType().Equals(itemType)))
                throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", source.Name, itemType.ToString(), source.Type.ToString());
            bool isKnown = _sources.All(source => source.Type.GetValueCount() > 0);
            _type = new VectorDataViewType((PrimitiveDataViewType)itemType, isKnown ? _sources.Sum(source => source.Type.GetValueCount()) : 0);
        }

        // One vector alone stays as it is.
        private bool IsCopy => _sources.Length == 1 && _sources[0].Type is VectorDataViewType;

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
            => [IsCopy ? new(_parent._name, _sources[0].Type, _sources[0].Annotations) : new(_parent._name, _type, MakeAnnotations())];

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null;
            return IsCopy
                ? RowCursorUtils.GetGetterAsDelegate(input, _sources[0].Index)
                : Generic.Call(ConcatenatedGetter.Create<int>, _type.ItemType.RawType, input, _sources);
        }

        private protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput)
            => column => activeOutput(0) && _sources.Any(source => source.Index == column);

        private protected override void SaveModel(ModelSaveContext ctx) => _parent.SaveModel(ctx);

        private DataViewSchema.Annotations MakeAnnotations()
        {
            var annotations = new DataViewSchema.Annotations.Builder();
            if (_type.ItemType is NumberDataViewType && _sources.All(source => source.IsNormalized()))
                annotations.AddPrimitiveValue(AnnotationUtils.Kinds.IsNormalized, BooleanDataViewType.Instance, true);
            if (_type.IsKnownSize && _sources.Any(source => source.Type is not VectorDataViewType || source.HasSlotNames()))
                annotations.AddSlotNames(_type.Size, GetSlotNames);
            return annotations.ToAnnotations();
        }

        // A scalar names its slot itself, and a vector puts its name before those of its slots.
        private void GetSlotNames(ref VBuffer<ReadOnlyMemory<char>> names)
        {
            var slots = new List<int>();
            var texts = new List<ReadOnlyMemory<char>>();
            VBuffer<ReadOnlyMemory<char>> own = default;
            int first = 0;
            foreach (var (source, (_, alias)) in _sources.Zip(_parent._sources))
            {
                string prefix = alias ?? source.Name;
                if (source.Type is not VectorDataViewType)
                {
                    slots.Add(first);
                    texts.Add(prefix.AsMemory());
                }
                else if (source.HasSlotNames())
                {
                    source.GetSlotNames(ref own);
                    foreach (var (slot, text) in own.Items().Where(item => !item.Value.IsEmpty))
                    {
                        slots.Add(first + slot);
                        texts.Add($"{prefix}.{text}".AsMemory());
                    }
                }

                first += source.Type.GetValueCount();
            }

            new VBuffer<ReadOnlyMemory<char>>(_type.Size, texts.Count, [.. texts], [.. slots]).CopyTo(ref names);
        }
    }
}
