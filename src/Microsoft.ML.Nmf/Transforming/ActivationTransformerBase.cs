using System.ComponentModel;
using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Exporting;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Transforming;

namespace Microsoft.ML.Nmf;

/// <summary>
/// What the transformers of this library have in common: each reads one vector column, row by row, and adds one or more activation
/// columns. Rows stream, nothing is allocated per row, and nothing is computed for columns that nobody reads.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
[DebuggerDisplay("{ToString(),nq}")]
public abstract class ActivationTransformerBase : HostedTransformer
{
    /// <summary>The output column that holds the approximation of the row, among those that hold layers, which are numbered from 0.</summary>
    internal const int Reconstruction = -3;

    /// <summary>The output column that holds what no topic explains of the row.</summary>
    internal const int Residual = -4;

    private readonly Lazy<RowResidual> _residual;

    private protected ActivationTransformerBase(ComponentHost host, ColumnNames columns)
        : base(host, columns)
        => _residual = new(CreateResidual);

    /// <summary>The number of features that the input column must have, m.</summary>
    private protected abstract int FeatureCount { get; }

    /// <summary>How values are read.</summary>
    internal abstract ReadingSettings Reading { get; }

    /// <summary>What was learned.</summary>
    private protected abstract object Learned { get; }

    /// <summary>What an output column holds.</summary>
    private protected abstract OutputColumn OutputAt(int output);

    /// <summary>Something that computes the output columns of one row after the other, for one thread.</summary>
    private protected abstract IRowActivations CreateRowActivations();

    /// <summary>What the deepest activations make of a row, and leave of it.</summary>
    private protected abstract RowResidual CreateResidual();

    /// <summary>Something that computes the activations of one layer, unscaled, as its only output.</summary>
    internal abstract IRowActivations CreateRowActivations(int layer);

    /// <summary>Adds what the output columns hold to an ONNX graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="rows">Tensor of Single, rows × features.</param>
    /// <returns>A tensor for each output column: of Double, rows × slots, before scaling, rows × 1 for a number; of Int64, rows × 1, for a key.</returns>
    /// <exception cref="InvalidOperationException">An option cannot be carried over.</exception>
    private protected abstract IReadOnlyList<string> Export(OnnxGraph graph, string rows);

    /// <summary>Finds the input column in a schema.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none, or it does not fit the model.</exception>
    internal FeatureColumn FindInput(DataViewSchema schema)
    {
        FeatureColumn input = FeatureColumn.Find(schema, InputColumnName, FeatureCount);
        if (input.Size != FeatureCount)
        {
            throw new ArgumentOutOfRangeException(nameof(schema), input.Size,
                $"Input column '{input.Name}' has {input.Size} features, but the model was fitted to {FeatureCount}. "
                + "Featurize it with the pipeline that the model was fitted with.");
        }

        return input;
    }

    /// <summary>The columns that it adds, the one that it reads, and what was learned, in one line for people to read.</summary>
    public sealed override string ToString() => $"{string.Join(", ", OutputColumnNames)} ← {InputColumnName}: {Learned}";

    /// <inheritdoc />
    private protected sealed override IColumnMapping Map(DataViewSchema schema) => new Mapping(this, schema);

    private sealed class Mapping : IColumnMapping
    {
        private readonly ActivationTransformerBase _transformer;
        private readonly FeatureColumn _input;

        public Mapping(ActivationTransformerBase transformer, DataViewSchema schema)
        {
            _transformer = transformer;
            _input = transformer.FindInput(schema);
        }

        public int InputIndex => _input.Column.Index;

        public DataViewSchema.DetachedColumn[] GetOutputColumns()
            => [.. _transformer.OutputColumnNames.Select((name, i) => _transformer.OutputAt(i).Detach(name))];

        public Delegate[] CreateGetters(DataViewRow row, Func<int, bool> isActive)
        {
            var getters = new Delegate[_transformer.OutputColumnNames.Count];
            RowCache? cache = null;
            for (int i = 0; i < getters.Length; i++)
            {
                if (!isActive(i))
                    continue;
                // The output columns of a row come from one computation.
                cache ??= new RowCache(row, _input, _transformer.Reading, _transformer.CreateRowActivations());
                OutputColumn column = _transformer.OutputAt(i);
                getters[i] = column.Explanation switch
                {
                    RowExplanation.Reconstruction => MakeReconstructionGetter(cache, column, _transformer._residual.Value),
                    RowExplanation.Residual => MakeResidualGetter(cache, _transformer._residual.Value),
                    _ => column.IsKey ? MakeKeyGetter(cache) : MakeGetter(cache, i, column),
                };
            }

            return getters;
        }

        public void Export(OnnxGraph graph)
        {
            if (_transformer.Reading.AreMissing)
            {
                throw graph.Refuse("its MissingValues is AreMissing. A graph would have to solve for each row with the values that it has alone. "
                    + "Set MissingValues to AreZero, where missing values are replaced before.");
            }

            if (_input.IsVariable)
                throw graph.Refuse("its input column is a vector of variable size, which a graph cannot have. Give it a size where it is made.");
            string rows = graph.Read(_input.Name);
            rows = _input.IsDouble ? graph.Cast<float>(rows) : rows;
            IReadOnlyList<string> tensors = _transformer.Export(graph, _transformer.Reading.Negative == NegativeValues.Clip ? graph.Apply("Relu", rows) : rows);
            for (int i = 0; i < tensors.Count; i++)
            {
                OutputColumn column = _transformer.OutputAt(i);
                string tensor = column.IsKey ? graph.Cast<uint>(tensors[i]) : OnnxScale.Add(graph, tensors[i], column.Scale);
                graph.Write(_transformer.OutputColumnNames[i], column.Type, tensor);
            }
        }

        private static ValueGetter<VBuffer<float>> MakeGetter(RowCache row, int output, OutputColumn column)
            => (ref VBuffer<float> destination) =>
            {
                VBufferEditor<float> editor = VBufferEditor.Create(ref destination, column.Size);
                column.Scale.Apply(row.Activations(output), editor.Values);
                destination = editor.Commit();
            };

        private static ValueGetter<VBuffer<float>> MakeReconstructionGetter(RowCache row, OutputColumn column, RowResidual topics)
            => (ref VBuffer<float> destination) =>
            {
                VBufferEditor<float> editor = VBufferEditor.Create(ref destination, column.Size);
                row.Reconstruct(topics, editor.Values);
                destination = editor.Commit();
            };

        private static ValueGetter<float> MakeResidualGetter(RowCache row, RowResidual topics)
            => (ref float destination) => destination = row.Residual(topics);

        private static ValueGetter<uint> MakeKeyGetter(RowCache row) => (ref uint destination) => destination = row.Key();
    }
}
