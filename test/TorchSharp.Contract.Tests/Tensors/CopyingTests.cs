using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Contract.Tensors;

public sealed class CopyingTests
{
    [TorchFact]
    public void Data_is_in_row_major_order_whatever_the_strides()
    {
        using var a = tensor(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        using var transposed = a.t();
        Assert.False(transposed.is_contiguous());
        var data = transposed.data<float>();
        Assert.Equal([1f, 4f, 2f, 5f, 3f, 6f], data.ToArray());
        Assert.Equal([1f, 4f, 2f, 5f, 3f, 6f], data.AsEnumerable());
        Assert.Equal(5f, data[1, 1]);
        Assert.Equal(6, data.Count);
        Assert.Equal(new float[,] { { 1, 4 }, { 2, 5 }, { 3, 6 } }, data.ToNDArray());
        Assert.Throws<IndexOutOfRangeException>(() => data[0, 2]);
    }

    [TorchFact]
    public void Data_can_be_written()
    {
        using var a = zeros(2, 2);
        var data = a.data<float>();
        data[0, 1] = 3;
        data[1, 0] = 5;
        Assert.Equal(5f, data[2]);
        Assert.Throws<IndexOutOfRangeException>(() => data[2] = 5);
        Assert.Equal([0f, 3f, 5f, 0f], data.ToArray());
        data.CopyFrom([1, 2, 3, 4]);
        Assert.Equal([1f, 2f, 3f, 4f], a.data<float>().ToArray());
        float[] some = new float[3];
        data.CopyTo(some, 1, 2);
        Assert.Equal([0f, 3f, 4f], some);
        Span<float> all = stackalloc float[4];
        data.CopyTo(all);
        Assert.Equal(4f, all[3]);
    }

    [TorchFact]
    public void Bytes_are_the_memory_itself()
    {
        using var a = tensor(new float[] { 1, 2, 3 });
        var floats = MemoryMarshal.Cast<byte, float>(a.bytes);
        Assert.Equal([1f, 2f, 3f], floats.ToArray());
        floats[1] = 9;
        Assert.Equal(9f, a[1].item<float>());
        a.bytes = MemoryMarshal.AsBytes(new float[] { 4, 5, 6 }.AsSpan());
        Assert.Equal([4f, 5f, 6f], a.data<float>().ToArray());
        using var transposed = ones(2, 3).t();
        Assert.Throws<InvalidOperationException>(() => transposed.bytes.Length);
        Assert.Throws<ArgumentException>(() => a.bytes = new byte[5]);
    }

    [TorchFact]
    public void Data_has_the_type_of_the_tensor()
    {
        using var a = ones(2);
        Assert.Throws<ArgumentException>(() => a.data<double>());
        Assert.Throws<ArgumentException>(() => a.item<float>());
        using var one = a.sum();
        Assert.Throws<ArgumentException>(() => one.item<double>());
        Assert.Equal(2f, one.item<float>());
        Assert.Equal(2.0, one.ToDouble());
        Assert.Equal(2L, (long)one);
        Assert.True((bool)one);
    }

    [TorchFact]
    public void The_same_type_and_device_is_the_same_tensor_unless_a_copy_is_asked_for()
    {
        using var a = ones(2);
        using var same = a.to(float32);
        using var copy = a.to(float32, copy: true);
        using var cpu = a.cpu();
        using var clone = a.clone();
        using var wider = a.to(float64, CPU);
        a.fill_(5);
        Assert.Equal(5f, same[0].item<float>());
        Assert.Equal(5f, cpu[0].item<float>());
        Assert.Equal(1f, copy[0].item<float>());
        Assert.Equal(1f, clone[0].item<float>());
        Assert.Equal(ScalarType.Float64, wider.dtype);
        using var moved = copy.to(int64, disposeAfter: true);
        Assert.True(copy.IsInvalid);
        Assert.Equal([1L, 1L], moved.data<long>().ToArray());
    }

    [TorchFact]
    public void An_alias_outlives_the_tensor()
    {
        var a = ones(2);
        using var alias = a.alias();
        a.Dispose();
        Assert.Equal([1f, 1f], alias.data<float>().ToArray());
    }

    [TorchFact]
    public void A_tensor_says_what_it_is()
    {
        using var a = zeros([2L, 0L, 3L], dtype: int32);
        Assert.Equal([2L, 0L, 3L], a.shape);
        Assert.Equal((3L, 3L, 0L, 0L), (a.dim(), a.ndim, a.numel(), a.NumberOfElements));
        Assert.Equal((2L, 3L), (a.size(0), a.size(-1)));
        Assert.Equal((DeviceType.CPU, "cpu"), (a.device_type, a.device.ToString()));
        Assert.Equal("[2x0x3], type = Int32, device = cpu", a.ToString());
        Assert.Equal(4, a.element_size());
        Assert.False(a.is_sparse);
        Assert.False(a.is_cuda);
        Assert.True(a.is_contiguous());
    }
}
