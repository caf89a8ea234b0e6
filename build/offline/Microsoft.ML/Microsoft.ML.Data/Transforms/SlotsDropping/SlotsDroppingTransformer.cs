using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Internal.Utilities.Offline;
using Microsoft.ML.Transforms;
using Microsoft.ML.Transforms.Offline;

[assembly: LoadableClass(typeof(SlotsDroppingTransformer), null, typeof(SignatureLoadModel),
    "Drop Slots Transform", SlotsDroppingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

/// <summary>Drops slots of vectors of known size; where none is left, one empty slot stands for them.</summary>
internal sealed class SlotsDroppingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "DropSlotsTransform";

    internal readonly int[][] SlotsMin;

    internal readonly int[][] SlotsMax;

    internal SlotsDroppingTransformer(IHostEnvironment env, params ColumnOptions[] columns)
        : base(Contracts.CheckRef(env, nameof(env)).Register("DropSlots"), [.. columns.Select(column => (column.Name, column.InputColumnName))])
    {
        SlotsMin = [.. columns.Select(column => column.Slots.Select(range => range.min).ToArray())];
        SlotsMax = [.. columns.Select(column => column.Slots.Select(range => range.max ?? int.MaxValue - 1).ToArray())];
    }

    private SlotsDroppingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
    {
        SlotsMin = new int[ColumnPairs.Length][];
        SlotsMax = new int[ColumnPairs.Length][];
        for (int i = 0; i < ColumnPairs.Length; i++)
        {
            SlotsMin[i] = ctx.Reader.ReadIntArray();
            host.CheckDecode(Utils.Size(SlotsMin[i]) > 0);
            SlotsMax[i] = ctx.Reader.ReadIntArray(SlotsMin[i].Length);
        }
    }

    internal static SlotsDroppingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        return new(env.Register("DropSlots"), ctx);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());
        SaveColumns(ctx);
        for (int i = 0; i < ColumnPairs.Length; i++)
        {
            ctx.Writer.WriteIntArray(SlotsMin[i]);
            ctx.Writer.WriteIntsNoCount(SlotsMax[i]);
        }
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "DROPSLOT",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(SlotsDroppingTransformer).Assembly.FullName);

    internal sealed class ColumnOptions
    {
        public readonly string Name;

        public readonly string InputColumnName;

        public readonly (int min, int? max)[] Slots;

        public ColumnOptions(string name, string inputColumnName = null, params (int min, int? max)[] slots)
            => (Name, InputColumnName, Slots) = (name, inputColumnName ?? name, slots.Length > 0 ? slots : [(0, null)]);
    }

    private sealed class Mapper : OneToOneMapperBase
    {
        private readonly SlotMap[] _maps;

        public Mapper(SlotsDroppingTransformer parent, DataViewSchema inputSchema)
            : base(parent.Host.Register(nameof(Mapper)), parent, inputSchema)
        {
            foreach (var source in ColMapNewToOld.Values.Select(index => inputSchema[index]).Where(source => !IsValid(source.Type)))
                throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", source.Name);
            _maps = Utils.BuildArray(parent.ColumnPairs.Length, i => new SlotMap(SourceOf(i).Type.GetValueCount(), parent.SlotsMin[i], parent.SlotsMax[i]));
            Names = [.. parent.ColumnPairs.Select(pair => pair.outputColumnName)];
        }

        private string[] Names { get; }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
            => Utils.BuildArray(Names.Length, i => new DataViewSchema.DetachedColumn(Names[i],
                SourceOf(i).Type is VectorDataViewType vector ? new VectorDataViewType(vector.ItemType, Math.Max(_maps[i].Size, 1)) : SourceOf(i).Type, AnnotationsOf(i)));

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null;
            var source = input.Schema[ColMapNewToOld[iinfo]];
            var type = source.Type.GetItemType().RawType;
            return source.Type is VectorDataViewType ? Generic.Call(OfVector<int>, type, input, source, _maps[iinfo]) : Generic.Call(OfScalar<int>, type, input, source, _maps[iinfo]);
        }

        private static bool IsValid(DataViewType type)
            => type is not VectorDataViewType { IsKnownSize: false }
                && (type.GetItemType() is KeyDataViewType or TextDataViewType || type.GetItemType() == NumberDataViewType.Single || type.GetItemType() == NumberDataViewType.Double);

        private static Delegate OfScalar<T>(DataViewRow input, DataViewSchema.Column source, SlotMap map)
            => map.Size > 0 ? input.GetGetter<T>(source) : (ValueGetter<T>)((ref T value) => value = default);

        private static Delegate OfVector<T>(DataViewRow input, DataViewSchema.Column source, SlotMap map)
        {
            if (map.Size == 0)
                return (ValueGetter<VBuffer<T>>)((ref VBuffer<T> vector) => VBufferUtils.Resize(ref vector, 1, 0));
            var getter = input.GetGetter<VBuffer<T>>(source);
            VBuffer<T> whole = default;
            return (ValueGetter<VBuffer<T>>)((ref VBuffer<T> vector) =>
            {
                getter(ref whole);
                map.Apply(in whole, ref vector);
            });
        }

        private DataViewSchema.Column SourceOf(int i) => InputSchema[ColMapNewToOld[i]];

        private DataViewSchema.Annotations AnnotationsOf(int i)
        {
            var (source, map) = (SourceOf(i), _maps[i]);
            var annotations = new DataViewSchema.Annotations.Builder();
            if (map.Size > 0 && source.HasSlotNames())
                annotations.AddSlotNames(map.Size, (ref VBuffer<ReadOnlyMemory<char>> names) =>
                {
                    VBuffer<ReadOnlyMemory<char>> all = default;
                    source.GetSlotNames(ref all);
                    map.Apply(in all, ref names);
                });
            if (map.Ranges(CategoricalRanges(source)) is { Length: > 0 } ranges)
                annotations.Add(AnnotationUtils.Kinds.CategoricalSlotRanges, AnnotationUtils.GetCategoricalType(ranges.Length / 2),
                    (ValueGetter<VBuffer<int>>)((ref VBuffer<int> value) => VBuffer<int>.Copy(ranges, 0, ref value, ranges.Length)));
            annotations.Add(source.Annotations, kind => kind is AnnotationUtils.Kinds.KeyValues or AnnotationUtils.Kinds.IsNormalized);
            return annotations.ToAnnotations();
        }

        private static int[] CategoricalRanges(DataViewSchema.Column column)
        {
            VBuffer<int> ranges = default;
            if (column.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.CategoricalSlotRanges) is not null)
                column.Annotations.GetValue(AnnotationUtils.Kinds.CategoricalSlotRanges, ref ranges);
            return [.. ranges.DenseValues()];
        }
    }
}
