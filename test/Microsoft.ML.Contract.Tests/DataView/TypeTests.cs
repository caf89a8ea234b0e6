using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.DataView;

public sealed class TypeTests
{
    [Fact]
    public void Standard_types_are_equal_to_themselves_only()
    {
        Assert.Same(NumberDataViewType.Single, NumberDataViewType.Single);
        Assert.False(NumberDataViewType.Single.Equals(NumberDataViewType.Double));
        Assert.False(TextDataViewType.Instance.Equals(BooleanDataViewType.Instance));
        Assert.Equal(typeof(ReadOnlyMemory<char>), TextDataViewType.Instance.RawType);
    }

    [Fact]
    public void Keys_are_equal_by_type_and_count()
    {
        Assert.Equal(new KeyDataViewType(typeof(uint), 5), new KeyDataViewType(typeof(uint), 5UL));
        Assert.NotEqual(new KeyDataViewType(typeof(uint), 5), new KeyDataViewType(typeof(uint), 6));
        Assert.NotEqual(new KeyDataViewType(typeof(uint), 5), new KeyDataViewType(typeof(ulong), 5));
    }

    [Fact]
    public void A_key_is_of_an_unsigned_type_and_fits_it()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyDataViewType(typeof(int), 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyDataViewType(typeof(byte), 256));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyDataViewType(typeof(uint), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyDataViewType(typeof(uint), -1));
        Assert.True(KeyDataViewType.IsValidDataType(typeof(ushort)));
    }

    [Fact]
    public void Vectors_are_equal_by_items_and_dimensions()
    {
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 6), new VectorDataViewType(NumberDataViewType.Single, 6));
        Assert.NotEqual(new VectorDataViewType(NumberDataViewType.Single, 6), new VectorDataViewType(NumberDataViewType.Single, 2, 3));
        Assert.Equal(6, new VectorDataViewType(NumberDataViewType.Single, 2, 3).Size);
        Assert.Equal(typeof(VBuffer<float>), new VectorDataViewType(NumberDataViewType.Single, 6).RawType);
    }

    [Fact]
    public void A_vector_of_size_zero_has_no_known_size()
    {
        Assert.False(new VectorDataViewType(NumberDataViewType.Single).IsKnownSize);
        Assert.False(new VectorDataViewType(NumberDataViewType.Single, 2, 0).IsKnownSize);
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorDataViewType(NumberDataViewType.Single, -1));
        Assert.Throws<ArgumentNullException>(() => new VectorDataViewType(null!, 1));
    }

    [Fact]
    public void Types_print_as_users_know_them()
    {
        Assert.Equal("String", TextDataViewType.Instance.ToString());
        Assert.Equal("Single", NumberDataViewType.Single.ToString());
        Assert.Equal("Key<UInt32, 0-4>", new KeyDataViewType(typeof(uint), 5).ToString());
        Assert.Equal("Vector<Single, 3>", new VectorDataViewType(NumberDataViewType.Single, 3).ToString());
        Assert.Equal("Vector<Single>", new VectorDataViewType(NumberDataViewType.Single).ToString());
        Assert.Equal("Vector<Single, 2, *>", new VectorDataViewType(NumberDataViewType.Single, 2, 0).ToString());
    }

    [Fact]
    public void Row_ids_are_mixed_the_same_everywhere()
    {
        var id = new DataViewRowId(1, 2);
        Assert.Equal("00000000000000020000000000000001", id.ToString());
        Assert.Equal("000000079e99deb4000000007adce733", id.Next().ToString());
        Assert.Equal("000000079e99deb434e09d0b1102190b", id.Fork().ToString());
        Assert.Equal("d6c370eb9bb089c0cf76cc3e67f97a6c", id.Combine(new DataViewRowId(3, 4)).ToString());
        Assert.True(id.CompareTo(new DataViewRowId(9, 1)) > 0);
    }
}
