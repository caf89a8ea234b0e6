using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Data.Offline;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(typeof(TypeConvertingTransformer), null, typeof(SignatureLoadModel),
    "Convert Transform", TypeConvertingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

public sealed class TypeConvertingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "ConvertTransform";

    private readonly TypeConvertingEstimator.ColumnOptions[] _columns;

    internal TypeConvertingTransformer(IHostEnvironment env, params TypeConvertingEstimator.ColumnOptions[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register(nameof(TypeConvertingTransformer)), Array.ConvertAll(columns, column => (column.Name, column.InputColumnName)))
        => _columns = columns;

    private TypeConvertingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
        => _columns = Array.ConvertAll(ColumnPairs, pair =>
        {
            var kind = (InternalDataKind)ctx.Reader.ReadByte();
            ulong count = ctx.Reader.ReadUInt64();
            return new TypeConvertingEstimator.ColumnOptions(pair.outputColumnName, kind.ToDataKind(), pair.inputColumnName, count == 0 ? null : new KeyCount(count));
        });

    internal IReadOnlyCollection<TypeConvertingEstimator.ColumnOptions> Columns => _columns;

    /// <summary>The type to convert to; false if there is no way to it.</summary>
    internal static bool GetNewType(IExceptionContext ectx, DataViewType srcType, InternalDataKind kind, KeyCount keyCount, out PrimitiveDataViewType itemType)
    {
        var source = srcType.GetItemType();
        if (keyCount is not null)
        {
            itemType = new KeyDataViewType(kind.ToType(), keyCount.Count ?? kind.ToType().ToMaxInt());
            return source is KeyDataViewType or TextDataViewType;
        }

        bool keepsKey = source is KeyDataViewType && KeyDataViewType.IsValidDataType(kind.ToType());
        itemType = keepsKey
            ? new KeyDataViewType(kind.ToType(), Math.Min(source.GetKeyCount(), kind.ToType().ToMaxInt()))
            : ColumnTypeExtensions.PrimitiveTypeFromKind(kind);
        return source is not KeyDataViewType || keepsKey;
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        Host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());
        SaveColumns(ctx);
        foreach (var column in _columns)
        {
            ctx.Writer.Write((byte)column.OutputKind);
            ctx.Writer.Write(column.OutputKeyCount is { } keys ? keys.Count ?? column.OutputKind.ToInternalDataKind().ToType().ToMaxInt() : 0);
        }
    }

    private static TypeConvertingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        return new(env.Register("Convert"), ctx);
    }

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "CONVERTF",
        verWrittenCur: 0x00010004,
        verReadableCur: 0x00010004,
        verWeCanReadBack: 0x00010004,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(TypeConvertingTransformer).Assembly.FullName);

    private sealed class Mapper : OneToOneMapperBase
    {
        private readonly TypeConvertingTransformer _parent;
        private readonly PrimitiveDataViewType[] _itemTypes;

        public Mapper(TypeConvertingTransformer parent, DataViewSchema inputSchema)
            : base(parent.Host.Register(nameof(Mapper)), parent, inputSchema)
        {
            _parent = parent;
            _itemTypes = new PrimitiveDataViewType[parent._columns.Length];
            for (int i = 0; i < _itemTypes.Length; i++)
            {
                var column = parent._columns[i];
                var source = inputSchema[ColMapNewToOld[i]].Type;
                if (!GetNewType(Host, source, column.OutputKind.ToInternalDataKind(), column.OutputKeyCount, out _itemTypes[i])
                    || ValueConversion.Find(source.GetItemType(), _itemTypes[i]) is null)
                {
                    throw Host.ExceptParam(nameof(inputSchema), "source column '{0}' with item type '{1}' is not compatible with destination type '{2}'",
                        column.InputColumnName, source, _itemTypes[i]);
                }
            }
        }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore() => [.. _parent._columns.Select((column, i) =>
        {
            var source = InputSchema[ColMapNewToOld[i]];
            DataViewType type = source.Type is VectorDataViewType vector ? new VectorDataViewType(_itemTypes[i], vector.Dimensions) : _itemTypes[i];
            return new DataViewSchema.DetachedColumn(column.Name, type, MakeAnnotations(source, _itemTypes[i]));
        })];

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null;
            int source = ColMapNewToOld[iinfo];
            return input.Schema[source].Type is VectorDataViewType
                ? RowCursorUtils.GetVecGetterAs(_itemTypes[iinfo], input, source)
                : RowCursorUtils.GetGetterAs(_itemTypes[iinfo], input, source);
        }

        private static DataViewSchema.Annotations MakeAnnotations(DataViewSchema.Column source, PrimitiveDataViewType itemType)
        {
            var sourceItem = source.Type.GetItemType();
            bool keepsKeys = itemType is KeyDataViewType && sourceItem is KeyDataViewType && itemType.GetKeyCount() == sourceItem.GetKeyCount();
            var annotations = new DataViewSchema.Annotations.Builder();
            annotations.Add(source.Annotations, kind => kind switch
            {
                AnnotationUtils.Kinds.SlotNames => source.Type.IsKnownSizeVector(),
                AnnotationUtils.Kinds.KeyValues => keepsKeys,
                AnnotationUtils.Kinds.IsNormalized => sourceItem is NumberDataViewType && itemType is NumberDataViewType,
                _ => false,
            });
            if (source.Type is BooleanDataViewType && itemType is NumberDataViewType)
                annotations.AddPrimitiveValue(AnnotationUtils.Kinds.IsNormalized, BooleanDataViewType.Instance, true);
            return annotations.ToAnnotations();
        }
    }
}
