using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.DataView;

public sealed class VBufferTests
{
    private static VBuffer<float> Sparse => new(6, 2, [1, 2], [1, 4]);

    private static VBuffer<float> Dense => new(3, [1, 0, 3]);

    [Fact]
    public void As_many_values_as_slots_make_a_vector_dense()
    {
        Assert.True(new VBuffer<float>(2, 2, [1, 2], [0, 1]).IsDense);
        Assert.True(new VBuffer<int>(0, null).IsDense);
        Assert.False(Sparse.IsDense);
        Assert.True(new VBuffer<float>(2, 2, [1, 2], [0, 1]).GetIndices().IsEmpty);
    }

    [Fact]
    public void Values_beyond_the_length_do_not_show()
    {
        var vector = new VBuffer<int>(2, [1, 2, 3]);
        Assert.Equal([1, 2], vector.GetValues().ToArray());
        Assert.Equal([1, 2], vector.DenseValues());
    }

    [Fact]
    public void Empty_slots_hold_the_default()
    {
        Assert.Equal([0, 1, 0, 0, 2, 0], Sparse.DenseValues());
        Assert.Equal(0, Sparse.GetItemOrDefault(0));
        Assert.Equal(2, Sparse.GetItemOrDefault(4));
        float value = 9;
        Sparse.GetItemOrDefault(5, ref value);
        Assert.Equal(0, value);
    }

    [Fact]
    public void Items_are_the_explicit_ones_unless_all_are_wanted()
    {
        Assert.Equal([new(1, 1), new(4, 2)], Sparse.Items());
        Assert.Equal(6, Sparse.Items(all: true).Count());
        Assert.Equal(3, Dense.Items().Count());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(6)]
    public void A_slot_beyond_the_length_throws(int slot) => Assert.Throws<ArgumentOutOfRangeException>(() => Sparse.GetItemOrDefault(slot));

    [Fact]
    public void Arrays_that_are_too_short_throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new VBuffer<int>(2, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VBuffer<int>(-1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VBuffer<int>(3, 2, [1, 2], [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VBuffer<int>(3, 4, [1, 2, 3, 4], [0, 1, 2, 3]));
    }

    [Fact]
    public void A_copy_keeps_what_is_sparse()
    {
        VBuffer<float> copy = default;
        Sparse.CopyTo(ref copy);
        Assert.False(copy.IsDense);
        Assert.Equal(Sparse.Items(), copy.Items());
        Sparse.CopyToDense(ref copy);
        Assert.True(copy.IsDense);
        Assert.Equal(Sparse.DenseValues(), copy.DenseValues());
    }

    [Fact]
    public void A_copy_is_independent()
    {
        float[] values = [1, 2, 3];
        VBuffer<float> copy = default;
        new VBuffer<float>(3, values).CopyTo(ref copy);
        values[0] = 9;
        Assert.Equal([1, 2, 3], copy.DenseValues());
    }

    [Fact]
    public void A_part_keeps_its_order()
    {
        VBuffer<float> part = default;
        Sparse.CopyTo(ref part, 1, 4);
        Assert.Equal([1, 0, 0, 2], part.DenseValues());
        Assert.False(part.IsDense);
        Sparse.CopyTo(ref part, 4, 1);
        Assert.True(part.IsDense);
        Dense.CopyTo(ref part, 1, 2);
        Assert.Equal([0, 3], part.DenseValues());
    }

    [Fact]
    public void A_span_gets_every_slot()
    {
        float[] target = [9, 9, 9, 9, 9, 9, 9, 9];
        Sparse.CopyTo(target, 1, -1);
        Assert.Equal([9, -1, 1, -1, -1, 2, -1, 9], target);
        Assert.Throws<ArgumentOutOfRangeException>(() => Sparse.CopyTo(new float[5]));
    }

    [Fact]
    public void An_editor_reuses_arrays_that_are_long_enough()
    {
        float[] values = [1, 2, 3];
        var vector = new VBuffer<float>(3, values);
        var editor = VBufferEditor.Create(ref vector, 2);
        Assert.False(editor.CreatedNewValues);
        editor.Values[0] = 7;
        vector = editor.Commit();
        Assert.Equal(7, values[0]);
        Assert.Equal([7, 2], vector.DenseValues());

        editor = VBufferEditor.Create(ref vector, 5, 4);
        Assert.True(editor.CreatedNewValues);
        Assert.True(editor.CreatedNewIndices);
        Assert.Equal(4, editor.Indices.Length);
    }

    [Fact]
    public void An_editor_keeps_old_values_where_asked_to()
    {
        var vector = new VBuffer<float>(2, [1, 2]);
        var editor = VBufferEditor.Create(ref vector, 4, keepOldOnResize: true);
        Assert.Equal([1, 2, 0, 0], editor.Values[..4].ToArray());
    }

    [Fact]
    public void A_truncated_edit_has_fewer_values()
    {
        VBuffer<int> vector = default;
        var editor = VBufferEditor.Create(ref vector, 5, 3);
        (editor.Values[0], editor.Indices[0]) = (8, 2);
        vector = editor.CommitTruncated(1);
        Assert.Equal([new(2, 8)], vector.Items());
        Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            VBuffer<int> other = default;
            VBufferEditor.Create(ref other, 5, 3).CommitTruncated(4);
        });
    }

    [Fact]
    public void A_vector_says_how_dense_it_is()
    {
        Assert.Equal("Dense vector of size 3", Dense.ToString());
        Assert.Equal("Sparse vector of size 6, 2 explicit values", Sparse.ToString());
    }
}
