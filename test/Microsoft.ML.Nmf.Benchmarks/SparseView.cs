using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Benchmarks;

/// <summary>Sparse rows as data for ML.NET that cannot be shuffled.</summary>
internal static class SparseView
{
    /// <summary>The column of features.</summary>
    public const string Features = nameof(SparseRow.Features);

    /// <summary>A view of rows, which are enumerated anew in every pass.</summary>
    public static IDataView Of(IEnumerable<SparseRow> rows, int columns)
    {
        var schema = SchemaDefinition.Create(typeof(SparseRow));
        schema[Features].ColumnType = new VectorDataViewType(NumberDataViewType.Single, columns);
        return new MLContext(1).Data.LoadFromEnumerable(rows, schema);
    }

    /// <summary>The rows of a matrix, in the data's own unit, made while they are enumerated.</summary>
    public static IEnumerable<SparseRow> RowsOf(SparseExamples examples)
    {
        foreach (CompressedBlock block in examples.Data.Blocks)
        {
            for (int i = 0; i < block.Rows; i++)
            {
                Range entries = block.Starts[i]..block.Starts[i + 1];
                // A unit is a power of 2, so that nothing is rounded.
                float[] values = [.. block.Values[entries].Select(value => (float)(value * examples.Unit))];
                yield return new SparseRow { Features = new(examples.Columns, values.Length, values, block.Columns[entries]) };
            }
        }
    }

    internal sealed class SparseRow
    {
        public VBuffer<float> Features { get; set; }
    }
}
