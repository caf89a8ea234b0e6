using Microsoft.ML.Data;
using TopicModel;

namespace Microsoft.ML.Nmf.Benchmarks;

/// <summary>The matrix that both programs factorize, in a file.</summary>
internal static class MatrixFile
{
    /// <summary>
    /// Writes rows, columns and the number of entries, then the row starts, the columns and the values (int32, float32), and returns the Frobenius norm.
    /// </summary>
    public static double Write(IDataView view, string path)
    {
        DataViewSchema.Column column = view.Schema[WordFeatures.Words];
        var starts = new List<int> { 0 };
        var columns = new List<int>();
        var values = new List<float>();
        double squares = 0;
        using (DataViewRowCursor cursor = view.GetRowCursor([column]))
        {
            ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(column);
            VBuffer<float> row = default;
            while (cursor.MoveNext())
            {
                getter(ref row);
                foreach ((int j, float value) in row.Items().Where(item => item.Value != 0).Select(item => (item.Key, item.Value)))
                {
                    columns.Add(j);
                    values.Add(value);
                    squares += (double)value * value;
                }

                starts.Add(values.Count);
            }
        }

        using var writer = new BinaryWriter(File.Create(path));
        writer.Write(starts.Count - 1);
        writer.Write(((VectorDataViewType)column.Type).Size);
        writer.Write(values.Count);
        starts.ForEach(writer.Write);
        columns.ForEach(writer.Write);
        values.ForEach(writer.Write);
        return Math.Sqrt(squares);
    }
}
