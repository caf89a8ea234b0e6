using Microsoft.ML;
using Microsoft.ML.Contract.Core.Component;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(ScaleTransformer), null, typeof(SignatureLoadModel), "Scale", ScaleTransformer.LoaderSignature)]

namespace Microsoft.ML.Contract.Core.Component;

/// <summary>A third party's transformer, which saves itself into a model file and is loaded from there.</summary>
internal sealed class ScaleTransformer : RowToRowTransformerBase
{
    internal const string LoaderSignature = "ContractScale";

    private readonly string _output;
    private readonly string _input;
    private readonly float _factor;
    private int _openGetters;
    private int _madeGetters;

    internal ScaleTransformer(IHostEnvironment env, string output, string input, float factor)
        : base(env.Register(nameof(ScaleTransformer)))
        => (_output, _input, _factor) = (output, input, factor);

    /// <summary>How many getters of its column are in use.</summary>
    public int OpenGetters => _openGetters;

    /// <summary>How many getters of its column were ever made.</summary>
    public int MadeGetters => _madeGetters;

    /// <summary>What a getter does first.</summary>
    public Action? BeforeValue { get; init; }

    protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());
        ctx.SaveNonEmptyString(_output);
        ctx.SaveNonEmptyString(_input);
        ctx.Writer.Write(_factor);
        ctx.SaveBinaryStream("Extra", writer => writer.Write(42));
    }

    private static ScaleTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        Assert.True(ctx.TryLoadBinaryStream("Extra", reader => Assert.Equal(42, reader.ReadInt32())));
        return new(env, ctx.LoadNonEmptyString(), ctx.LoadNonEmptyString(), ctx.Reader.ReadSingle());
    }

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "CTRSCALE",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(ScaleTransformer).Assembly.FullName);

    private sealed class Mapper : MapperBase
    {
        private readonly ScaleTransformer _parent;
        private readonly DataViewSchema.Column _source;
        private readonly int _size;

        public Mapper(ScaleTransformer parent, DataViewSchema schema)
            : base(parent.Host, schema, parent)
        {
            _parent = parent;
            _source = schema.GetColumnOrNull(parent._input) ?? throw Host.ExceptSchemaMismatch(nameof(schema), "input", parent._input);
            _size = _source.Type.GetVectorSize();
        }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
        {
            var annotations = new DataViewSchema.Annotations.Builder();
            annotations.AddSlotNames(_size, GetSlotNames);
            return [new(_parent._output, new VectorDataViewType(NumberDataViewType.Single, _size), annotations.ToAnnotations())];
        }

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action? disposer)
        {
            Interlocked.Increment(ref _parent._madeGetters);
            Interlocked.Increment(ref _parent._openGetters);
            disposer = () => Interlocked.Decrement(ref _parent._openGetters);
            var get = input.GetGetter<VBuffer<float>>(_source);
            VBuffer<float> buffer = default;
            return (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
            {
                _parent.BeforeValue?.Invoke();
                get(ref buffer);
                var editor = VBufferEditor.Create(ref value, _size);
                buffer.CopyTo(editor.Values);
                foreach (ref float item in editor.Values)
                    item *= _parent._factor;
                value = editor.Commit();
            });
        }

        protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput) => column => activeOutput(0) && column == _source.Index;

        protected override void SaveModel(ModelSaveContext ctx) => _parent.SaveModel(ctx);

        private void GetSlotNames(ref VBuffer<ReadOnlyMemory<char>> names)
        {
            var editor = VBufferEditor.Create(ref names, _size);
            for (int i = 0; i < _size; i++)
                editor.Values[i] = $"{_parent._input}*{i}".AsMemory();
            names = editor.Commit();
        }
    }
}
