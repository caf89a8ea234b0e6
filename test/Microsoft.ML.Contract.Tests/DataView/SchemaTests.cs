using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.DataView;

public sealed class SchemaTests
{
    private static DataViewSchema Build(params (string Name, DataViewType Type)[] columns)
    {
        var builder = new DataViewSchema.Builder();
        foreach (var (name, type) in columns)
            builder.AddColumn(name, type);
        return builder.ToSchema();
    }

    [Fact]
    public void A_name_finds_the_last_column_of_that_name()
    {
        var schema = Build(("A", NumberDataViewType.Single), ("B", TextDataViewType.Instance), ("A", NumberDataViewType.Int32));
        Assert.Equal(3, schema.Count);
        Assert.Equal(2, schema["A"].Index);
        Assert.True(schema[0].IsHidden);
        Assert.False(schema[2].IsHidden);
        Assert.Equal(["A", "B", "A"], schema.Select(column => column.Name));
    }

    [Fact]
    public void An_unknown_name_throws_or_is_null()
    {
        var schema = Build(("A", NumberDataViewType.Single));
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => schema["B"]);
        Assert.StartsWith("Column 'B' not found", thrown.Message);
        Assert.Null(schema.GetColumnOrNull("B"));
        Assert.Throws<ArgumentNullException>(() => schema[""]);
        Assert.Throws<ArgumentOutOfRangeException>(() => schema[1]);
    }

    [Fact]
    public void A_column_without_a_name_or_a_type_throws()
    {
        var builder = new DataViewSchema.Builder();
        Assert.Throws<ArgumentNullException>(() => builder.AddColumn("", NumberDataViewType.Single));
        Assert.Throws<ArgumentNullException>(() => builder.AddColumn("A", null!));
    }

    [Fact]
    public void Annotations_are_got_by_their_own_type()
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.AddPrimitiveValue("Answer", NumberDataViewType.Int32, 42);
        builder.Add("Names", new VectorDataViewType(TextDataViewType.Instance, 1), (ref VBuffer<ReadOnlyMemory<char>> names) => names = new(1, ["a".AsMemory()]));
        var annotations = builder.ToAnnotations();
        int answer = 0;
        annotations.GetValue("Answer", ref answer);
        Assert.Equal(42, answer);
        Assert.Equal("Answer, Names", annotations.ToString());

        float wrong = 0;
        Assert.Throws<InvalidOperationException>(() => annotations.GetValue("Answer", ref wrong));
        Assert.Throws<InvalidOperationException>(() => annotations.GetValue("Question", ref answer));
        Assert.Throws<InvalidOperationException>(() => annotations.GetGetter<float>(annotations.Schema["Answer"]));
    }

    [Fact]
    public void An_annotation_of_another_type_than_its_getter_throws()
    {
        var builder = new DataViewSchema.Annotations.Builder();
        Assert.Throws<ArgumentException>(() => builder.Add("Answer", NumberDataViewType.Single, (ref int value) => value = 42));
        Assert.Throws<ArgumentNullException>(() => builder.Add("", NumberDataViewType.Int32, (ref int value) => value = 42));
    }

    [Fact]
    public void Annotations_are_copied_by_choice()
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.AddPrimitiveValue("A", NumberDataViewType.Int32, 1);
        builder.AddPrimitiveValue("B", NumberDataViewType.Int32, 2);
        var copy = new DataViewSchema.Annotations.Builder();
        copy.Add(builder.ToAnnotations(), kind => kind == "B");
        copy.Add(null, kind => true);
        Assert.Equal("B", copy.ToAnnotations().ToString());
    }

    [Fact]
    public void A_column_shows_its_type_and_annotations()
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddPrimitiveValue("Note", NumberDataViewType.Int32, 1);
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("A", NumberDataViewType.Single, annotations.ToAnnotations());
        builder.AddColumn("B", NumberDataViewType.Single);
        var schema = builder.ToSchema();
        Assert.Equal("A: Single {Note}", schema[0].ToString());
        Assert.Equal("B: Single", schema[1].ToString());
        Assert.Equal("2 columns", schema.ToString());
        Assert.Same(DataViewSchema.Annotations.Empty, schema[1].Annotations);
    }
}
