using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.GpuCheck.Data;

namespace Microsoft.ML.Nmf.Benchmarks.Peers;

/// <summary>A matrix that this library and its peers work on.</summary>
/// <param name="name">Its name.</param>
/// <param name="examples">Its entries.</param>
/// <param name="folder">Where files of it are written.</param>
internal sealed class PeerMatrix(string name, ExampleMatrix examples, string folder)
{
    private readonly Dictionary<int, (FactorMatrix Templates, FactorMatrix Activations, string Files)> _starts = [];
    private string? _file;

    public string Name => name;

    public ExampleMatrix Examples => examples;

    /// <summary>The file of it, in the data's own unit.</summary>
    public string File
    {
        get
        {
            if (_file is null)
            {
                _file = Path.Combine(folder, $"{name}.bin");
                if (examples is SparseExamples sparse)
                    MatrixFile.Write(sparse, _file);
                else
                    DenseFile.Write((DenseExamples)examples, _file);
            }

            return _file;
        }
    }

    /// <summary>The size, in words.</summary>
    public string Size => FormattableString.Invariant($"{examples.Rows:N0} × {examples.Columns:N0}");

    /// <summary>A random start whose product has the mean of the data, the same here and there; the files as peers.py takes them.</summary>
    public (FactorMatrix Templates, FactorMatrix Activations, string Files) StartAt(int rank)
    {
        if (_starts.TryGetValue(rank, out var start))
            return start;
        (start.Templates, start.Activations) = SyntheticData.Start(examples, rank);
        string templates = FileOf($"templates-{rank}", start.Templates), activations = FileOf($"activations-{rank}", start.Activations);
        start.Files = $"{templates},{activations}";
        _starts.Add(rank, start);
        return start;
    }

    /// <summary>Writes a factor that belongs to it.</summary>
    /// <returns>The file.</returns>
    public string FileOf(string part, FactorMatrix factor)
    {
        string file = Path.Combine(folder, $"{name}-{part}.bin");
        DenseFile.Write(factor, file);
        return file;
    }

    /// <summary>Its rows as data for ML.NET, dense ones alone.</summary>
    public static IDataView ViewOf(ExampleMatrix examples)
    {
        var dense = (DenseExamples)examples;
        int columns = dense.Columns;
        Row[] rows =
        [
            .. Enumerable.Range(0, RowBlocks.Count(dense.Rows)).SelectMany(block => dense.CopyOfBlock(block).Chunk(columns))
                .Select(values => new Row { Features = new(columns, [.. values.Select(value => (float)(value * dense.Unit))]) }),
        ];
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, columns);
        return new MLContext(1).Data.LoadFromEnumerable(rows, schema);
    }

    internal sealed class Row
    {
        public VBuffer<float> Features { get; set; }
    }
}
