using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Input;
using Microsoft.ML.Nmf.Internals;

namespace Microsoft.ML.Nmf;

/// <summary>
/// What the transformers of this library have in common: each reads one vector column of known size, row by row, and adds one or more
/// activation columns. Rows stream; nothing is computed for columns that nobody reads.
/// </summary>
public abstract class ActivationTransformerBase : RowToRowTransformerBase
{
    private readonly ActivationColumns _columns;

    private protected ActivationTransformerBase(ComponentHost host, ActivationColumns columns)
        : base(host.Host)
        => _columns = columns;

    /// <summary>The column that is read.</summary>
    public string InputColumnName => _columns.InputColumnName;

    /// <summary>The columns that are added, in the order of the schema.</summary>
    public IReadOnlyList<string> OutputColumnNames => _columns.OutputColumnNames;

    /// <summary>The header in a model file.</summary>
    private protected abstract ModelFormat FileFormat { get; }

    /// <summary>The number of features that the input column must have, m.</summary>
    private protected abstract int FeatureCount { get; }

    /// <summary>What an output column holds.</summary>
    private protected abstract OutputColumn OutputAt(int output);

    /// <summary>Something that computes the output columns of one row after the other, for one thread.</summary>
    private protected abstract IRowActivations CreateRowActivations();

    /// <summary>Writes everything after the header and the columns.</summary>
    private protected abstract void Write(BinaryWriter writer);

    /// <summary>The header of a transformer, for its <see cref="FileFormat"/>.</summary>
    private protected static ModelFormat FormatOf<T>()
        where T : ITransformer, ILoadableTransformer<T>
        => T.Format;

    /// <inheritdoc />
    protected sealed override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(FileFormat.ToVersionInfo());
        _columns.Save(ctx);
        Write(ctx.Writer);
    }

    /// <inheritdoc />
    protected sealed override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private sealed class Mapper : MapperBase
    {
        private readonly ActivationTransformerBase _transformer;
        private readonly FeatureColumn _input;

        public Mapper(ActivationTransformerBase transformer, DataViewSchema schema)
            : base(transformer.Host, schema, transformer)
        {
            _transformer = transformer;
            _input = FeatureColumn.Find(schema, transformer.InputColumnName);
            if (_input.Size != transformer.FeatureCount)
            {
                throw new ArgumentOutOfRangeException(nameof(schema), _input.Size,
                    $"Input column '{_input.Name}' has {_input.Size} features, but the model was fitted to {transformer.FeatureCount}. Featurize it with the pipeline that the model was fitted with.");
            }
        }

        public override Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            int count = _transformer.OutputColumnNames.Count;
            var getters = new Delegate[count];
            RowCache? row = null;
            for (int i = 0; i < count; i++)
            {
                if (!activeOutput(i))
                    continue;
                // The output columns of a row come from one computation.
                row ??= new RowCache(input, _input, _transformer.CreateRowActivations());
                getters[i] = _transformer.OutputAt(i) is { Keys: null } vector ? MakeGetter(row, i, vector.Size) : MakeKeyGetter(row);
            }

            return getters;
        }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
        {
            var columns = new DataViewSchema.DetachedColumn[_transformer.OutputColumnNames.Count];
            for (int i = 0; i < columns.Length; i++)
                columns[i] = _transformer.OutputAt(i).Detach(_transformer.OutputColumnNames[i]);
            return columns;
        }

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action? disposer)
            => CreateGetters(input, i => i == iinfo, out disposer)[iinfo];

        protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput)
        {
            bool isActive = Enumerable.Range(0, _transformer.OutputColumnNames.Count).Any(activeOutput);
            return column => isActive && column == _input.Column.Index;
        }

        protected override void SaveModel(ModelSaveContext ctx) => _transformer.SaveModel(ctx);

        private static ValueGetter<VBuffer<float>> MakeGetter(RowCache row, int output, int size)
            => (ref VBuffer<float> destination) =>
            {
                VBufferEditor<float> editor = VBufferEditor.Create(ref destination, size);
                row.Activations(output).CopyTo(editor.Values);
                destination = editor.Commit();
            };

        private static ValueGetter<uint> MakeKeyGetter(RowCache row) => (ref uint destination) => destination = row.Key();
    }

    // Computes a row when the first of its output columns is asked for.
    private sealed class RowCache(DataViewRow row, FeatureColumn column, IRowActivations activations)
    {
        private readonly FeatureRowReader _reader = new(row, column);
        private long _position = -1;

        public ReadOnlySpan<float> Activations(int output)
        {
            Update();
            return activations.Output(output);
        }

        public uint Key()
        {
            Update();
            return activations.Key;
        }

        private void Update()
        {
            // A row that is no cursor may change its values without moving.
            if (row is not DataViewRowCursor || row.Position != _position)
            {
                _reader.Read();
                activations.Compute(_reader.Features, _reader.Values);
                _position = row.Position;
            }
        }
    }
}
