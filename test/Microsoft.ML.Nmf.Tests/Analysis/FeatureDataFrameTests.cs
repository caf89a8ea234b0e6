using Microsoft.Data.Analysis;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Analysis;

/// <summary>The columns of a data frame as features.</summary>
public class FeatureDataFrameTests
{
    private readonly MLContext _context = new(1);

    [Fact]
    public void Numbers_of_any_type_become_one_vector_of_Single_with_their_names()
    {
        var frame = new DataFrame(
            new Int32DataFrameColumn("int", [1, 0, 3]),
            new DoubleDataFrameColumn("double", [0.5, 2, 0]),
            new StringDataFrameColumn("text", ["a", "b", "c"]),
            new SingleDataFrameColumn("single", [1.5f, 0, 2]),
            new Int64DataFrameColumn("long", [1L << 40, 0, 2]),
            new DecimalDataFrameColumn("decimal", [0.25m, 1, 2]),
            new BooleanDataFrameColumn("bool", [true, false, true]),
            new UInt16DataFrameColumn("ushort", new ushort[] { 1, 0, 3 }));
        IDataView view = frame.AsFeatures("Features");
        Assert.Equal(["int", "double", "single", "long", "decimal", "ushort"], Slots(view));
        Assert.Equal([[1, 0.5f, 1.5f, 1L << 40, 0.25f, 1], [0, 2, 0, 0, 1, 0], [3, 0, 2, 2, 2, 3]], view.GetColumn<float[]>("Features"));
        Assert.Equal(["a", "b", "c"], view.GetColumn<string>("text"));
        Assert.Equal([[1, 0.5f], [0, 2], [3, 0]], frame.AsFeatures("Features", "ushort", "double").GetColumn<float[]>("Features"));
        Assert.Equal(3, view.GetRowCount());
    }

    [Fact]
    public void A_data_frame_is_fitted_transformed_and_comes_back_as_one()
    {
        float[][] values = Rows.Values();
        var frame = new DataFrame(Enumerable.Range(0, Rows.Size).Select(j => (DataFrameColumn)(j % 2 == 0
            ? new DoubleDataFrameColumn($"x{j}", values.Select(row => (double)row[j])) : new SingleDataFrameColumn($"x{j}", values.Select(row => row[j])))));
        frame.Columns.Add(new StringDataFrameColumn("name", values.Select((_, i) => $"row {i}")));
        var options = new NmfEstimator.Options { OutputColumnName = "Topics", InputColumnName = "Features", Rank = 3, Seed = 2 };
        IDataView features = frame.AsFeatures("Features", [.. Enumerable.Range(0, Rows.Size).Select(j => $"x{j}")]);
        NmfTransformer fromFrame = _context.Transforms.Nmf(options).Fit(features);
        IDataView view = Rows.View(_context, values);
        NmfTransformer fromView = _context.Transforms.Nmf(options).Fit(view);
        Assert.Equal(fromView.Model.Templates.Values, fromFrame.Model.Templates.Values);
        Assert.Equal([.. Enumerable.Range(0, Rows.Size).Select(j => $"x{j}")], fromFrame.Model.FeatureNames);
        DataFrame result = fromFrame.Transform(features).ActivationsToDataFrame("Topics", "name");
        Assert.Equal(Rows.Topics(fromView.Transform(view)), Enumerable.Range(0, 90).Select(i => Enumerable.Range(1, 3).Select(k => (float)result.Columns[k][i]).ToArray()));
        Assert.Equal("row 89", result["name"][89]);
    }

    [Fact]
    public void A_missing_value_is_refused_with_its_row_and_slot_instead_of_becoming_zero()
    {
        var frame = new DataFrame(new Int32DataFrameColumn("a", new int?[] { 1, 2, null }), new Int32DataFrameColumn("b", [1, 2, 3]));
        var problem = Assert.Throws<InvalidOperationException>(
            () => _context.Transforms.Nmf("Topics", "Features", 2).Fit(frame.AsFeatures("Features", "a", "b")));
        Assert.Contains("'a'", problem.Message);
        Assert.Contains("row 2", problem.Message);
        frame["a"].FillNulls(5, inPlace: true);
        Assert.Equal([5, 3], frame.AsFeatures("Features", "a", "b").GetColumn<float[]>("Features").Last());
    }

    [Fact]
    public void Vectors_of_a_data_frame_get_a_known_size_and_sparse_ones_stay_sparse()
    {
        var frame = new DataFrame(
            new VBufferDataFrameColumn<double>("v", [new VBuffer<double>(4, 1, [2.5], [3]), new VBuffer<double>(4, [1.0, 0, 2, 0])]),
            new Int32DataFrameColumn("n", [7, 0]));
        IDataView view = frame.AsFeatures("Features", "n", "v");
        Assert.Equal(["n", "v 0", "v 1", "v 2", "v 3"], Slots(view));
        Assert.Equal([[7, 0, 0, 0, 2.5f], [0, 1, 0, 2, 0]], view.GetColumn<float[]>("Features"));
        Assert.All(view.GetColumn<VBuffer<float>>("Features"), row => Assert.False(row.IsDense));
        Assert.True(((VectorDataViewType)view.Schema["Features"].Type).IsKnownSize);
        // Of columns of numbers alone.
        Assert.Equal(["n"], Slots(frame.AsFeatures("Features")));
        var uneven = new DataFrame(new VBufferDataFrameColumn<float>("v", [new VBuffer<float>(1, [1]), new VBuffer<float>(2, [1, 2])]));
        Assert.Contains("'v' has 2 values in row 1, but 1 in row 0",
            Assert.Throws<InvalidOperationException>(() => uneven.AsFeatures("Features", "v").GetColumn<float[]>("Features").ToArray()).Message);
    }

    [Fact]
    public void The_view_is_read_by_many_cursors_and_column_by_column()
    {
        var frame = new DataFrame(new Int32DataFrameColumn("a", [1, 2, 3]), new StringDataFrameColumn("Features", ["x", "y", "z"]));
        // The vector hides a column of its name.
        IDataView view = frame.AsFeatures("Features", "a");
        using DataViewRowCursor one = view.GetRowCursor([view.Schema["a"]]), two = view.GetRowCursor([view.Schema["Features"]]);
        Assert.True(one.MoveNext() && two.MoveNext() && two.MoveNext());
        Assert.Equal((0, 1), (one.Position, two.Position));
        Assert.True(one.IsColumnActive(view.Schema["a"]) && !one.IsColumnActive(view.Schema["Features"]) && two.IsColumnActive(view.Schema["Features"]));
        VBuffer<float> value = default;
        two.GetGetter<VBuffer<float>>(view.Schema["Features"])(ref value);
        Assert.Equal([2], value.DenseValues());
        Assert.Throws<InvalidOperationException>(() => one.GetGetter<VBuffer<float>>(view.Schema["Features"]));
        Assert.Throws<InvalidOperationException>(() => two.GetGetter<float>(view.Schema["Features"]));
    }

    [Fact]
    public void What_is_no_number_is_refused_by_name()
    {
        var frame = new DataFrame(new StringDataFrameColumn("text", ["a"]), new DateTimeDataFrameColumn("time", [DateTime.UnixEpoch]));
        Assert.Contains("'text' is of String", Refused("text"));
        Assert.Contains("'time' is of DateTime", Refused("time"));
        Assert.Contains("no column 'other'. The data frame has 'text', 'time'", Refused("other"));
        Assert.Contains("no column of numbers", Refused());
        string Refused(params string[] columns) => Assert.Throws<ArgumentOutOfRangeException>(() => frame.AsFeatures("Features", columns)).Message;
    }

    private static string[] Slots(IDataView view)
    {
        VBuffer<ReadOnlyMemory<char>> slots = default;
        view.Schema["Features"].GetSlotNames(ref slots);
        return [.. slots.DenseValues().Select(name => name.ToString())];
    }
}
