using System.ComponentModel;
using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Nmf;

/// <summary>
/// The side of a transformer that ML.NET sees: it reads one column and adds others row by row, and it saves itself into a model file or as ONNX.
/// Everything it needs of ML.NET's internals is here.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public abstract class HostedTransformer : RowToRowTransformerBase
{
    private readonly ColumnNames _columns;

    private protected HostedTransformer(ComponentHost host, ColumnNames columns)
        : base(host.Host)
        => _columns = columns;

    /// <summary>The column that is read.</summary>
    public string InputColumnName => _columns.Input;

    /// <summary>The columns that are added, in the order of the schema.</summary>
    public IReadOnlyList<string> OutputColumnNames => _columns.Outputs;

    /// <summary>Throws when the context's execution has been cancelled.</summary>
    /// <exception cref="OperationCanceledException">It has been.</exception>
    internal void CheckAlive() => Host.CheckAlive();

    /// <summary>The header in a model file.</summary>
    private protected abstract FileHeader Header { get; }

    /// <summary>Writes everything between the columns and the checksum.</summary>
    private protected abstract void Write(BinaryWriter writer);

    /// <summary>How the columns are computed for data of a schema.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or does not fit.</exception>
    private protected abstract IColumnMapping Map(DataViewSchema schema);

    /// <summary>The header of a transformer, for its <see cref="Header"/>.</summary>
    private protected static FileHeader HeaderOf<T>()
        where T : ITransformer, ILoadableTransformer<T>
        => T.Header;

    /// <inheritdoc />
    protected sealed override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Header.ToVersionInfo());
        var content = new ChecksumStream(ctx.Writer.BaseStream);
        using (var writer = new BinaryWriter(content, Encoding.UTF8, leaveOpen: true))
        {
            _columns.Write(writer);
            Write(writer);
        }

        ctx.Writer.Write(content.Checksum);
    }

    /// <inheritdoc />
    protected sealed override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private sealed class Mapper(HostedTransformer transformer, DataViewSchema schema) : MapperBase(transformer.Host, schema, transformer), ISaveAsOnnx
    {
        private readonly IColumnMapping _mapping = transformer.Map(schema);

        public override Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            return _mapping.CreateGetters(input, activeOutput);
        }

        // What cannot be saved is refused in SaveAsOnnx, which can say why.
        bool ICanSaveOnnx.CanSaveOnnx(OnnxContext ctx) => true;

        void ISaveAsOnnx.SaveAsOnnx(OnnxContext ctx) => _mapping.Export(new OnnxGraph(ctx, transformer.GetType().Name, transformer.OutputColumnNames));

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore() => _mapping.GetOutputColumns();

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action? disposer)
            => CreateGetters(input, i => i == iinfo, out disposer)[iinfo];

        protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput)
        {
            bool isActive = Enumerable.Range(0, transformer.OutputColumnNames.Count).Any(activeOutput);
            return column => isActive && column == _mapping.InputIndex;
        }

        protected override void SaveModel(ModelSaveContext ctx) => transformer.SaveModel(ctx);
    }
}
