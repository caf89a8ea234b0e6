using Microsoft.ML.Data;
using static Microsoft.ML.SchemaShape.Column.VectorKind;

namespace Microsoft.ML.Contract.Core;

public sealed class SchemaShapeTests
{
    private static SchemaShape Annotations(params string[] kinds)
        => new(kinds.Select(kind => new SchemaShape.Column(kind, Vector, TextDataViewType.Instance, false)));

    [Fact]
    public void A_shape_forgets_sizes_and_hidden_columns()
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add("SlotNames", new VectorDataViewType(TextDataViewType.Instance, 3), (ref VBuffer<ReadOnlyMemory<char>> names) => names = default);
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("A", NumberDataViewType.Int32);
        builder.AddColumn("A", new VectorDataViewType(NumberDataViewType.Single, 3), annotations.ToAnnotations());
        builder.AddColumn("B", new VectorDataViewType(new KeyDataViewType(typeof(uint), 5)));
        var shape = SchemaShape.Create(builder.ToSchema());

        Assert.Equal(2, shape.Count);
        Assert.True(shape.TryFindColumn("A", out var a));
        Assert.Equal((Vector, NumberDataViewType.Single, false), (a.Kind, (NumberDataViewType)a.ItemType, a.IsKey));
        Assert.Equal("SlotNames", Assert.Single(a.Annotations).Name);
        Assert.True(shape.TryFindColumn("B", out var b));
        Assert.Equal((VariableVector, NumberDataViewType.UInt32, true), (b.Kind, (NumberDataViewType)b.ItemType, b.IsKey));
        Assert.Empty(b.Annotations);
        Assert.False(shape.TryFindColumn("C", out _));
    }

    [Fact]
    public void A_column_fits_one_that_has_more_annotations()
    {
        var wanted = new SchemaShape.Column("A", Vector, NumberDataViewType.Single, false, Annotations("SlotNames"));
        Assert.True(wanted.IsCompatibleWith(new("A", Vector, NumberDataViewType.Single, false, Annotations("Other", "SlotNames"))));
        Assert.False(wanted.IsCompatibleWith(new("A", Vector, NumberDataViewType.Single, false)));
        Assert.False(wanted.IsCompatibleWith(new("B", Vector, NumberDataViewType.Single, false, Annotations("SlotNames"))));
        Assert.False(wanted.IsCompatibleWith(new("A", VariableVector, NumberDataViewType.Single, false, Annotations("SlotNames"))));
        Assert.False(wanted.IsCompatibleWith(new("A", Vector, NumberDataViewType.Double, false, Annotations("SlotNames"))));
    }

    [Fact]
    public void A_shape_of_key_or_vector_type_throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SchemaShape.Column("A", Scalar, new KeyDataViewType(typeof(uint), 5), true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SchemaShape.Column("A", Vector, new VectorDataViewType(NumberDataViewType.Single), false));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SchemaShape.Column("A", Scalar, NumberDataViewType.Single, true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SchemaShape([default]));
    }

    [Fact]
    public void A_type_prints_its_kind()
    {
        Assert.Equal("Vector<Key<UInt32>>", new SchemaShape.Column("A", Vector, NumberDataViewType.UInt32, true).GetTypeString());
        Assert.Equal("VarVector<String>", new SchemaShape.Column("A", VariableVector, TextDataViewType.Instance, false).GetTypeString());
        Assert.Equal("Single", new SchemaShape.Column("A", Scalar, NumberDataViewType.Single, false).GetTypeString());
    }
}
