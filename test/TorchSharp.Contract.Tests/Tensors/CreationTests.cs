using static TorchSharp.torch;

namespace TorchSharp.Contract.Tensors;

public sealed class CreationTests
{
    [TorchFact]
    public void A_tensor_of_an_array_is_a_copy()
    {
        float[] values = [1, 2, 3, 4];
        using var copied = tensor(values, [2, 2]);
        using var flat = tensor(values);
        values[0] = 9;
        Assert.Equal([2L, 2L], copied.shape);
        Assert.Equal(1f, copied[0, 0].item<float>());
        Assert.Equal([1f, 2f, 3f, 4f], flat.data<float>().ToArray());
    }

    [TorchFact]
    public void From_array_and_as_tensor_share_the_array()
    {
        float[] values = [1, 2, 3];
        using var shared = from_array(values);
        using var too = as_tensor(values);
        using var converted = as_tensor(values, float64);
        values[0] = 9;
        Assert.Equal(9f, shared[0].item<float>());
        Assert.Equal(9f, too[0].item<float>());
        Assert.Equal(1.0, converted[0].item<double>());
        shared.mul_(2);
        Assert.Equal([18f, 4f, 6f], values);
    }

    [TorchFact]
    public void An_array_of_two_dimensions_keeps_its_shape()
    {
        using var a = tensor(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        using var b = from_array(new long[,] { { 1 }, { 2 } });
        Assert.Equal([2L, 3L], a.shape);
        Assert.Equal(6.0, a[1, 2].item<double>());
        Assert.Equal([2L, 1L], b.shape);
        Assert.Equal(ScalarType.Int64, b.dtype);
    }

    [TorchFact]
    public void A_buffer_can_be_seen_in_part()
    {
        int[] values = [0, 1, 2, 3];
        using var part = frombuffer(values, int32, 2, 1);
        values[1] = 7;
        Assert.Equal([7, 2], part.data<int>().ToArray());
        Assert.Throws<ArgumentException>(() => frombuffer(values, int32, offset: 4));
        Assert.Throws<IndexOutOfRangeException>(() => frombuffer(values, int32, 4, 1));
    }

    [TorchFact]
    public void Dimensions_must_not_need_more_than_the_array_has()
        => Assert.Throws<ArgumentException>(() => tensor(new float[3], [2, 2]));

    [TorchFact]
    public void Filled_tensors_hold_what_they_are_filled_with()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([0f, 0f], zeros(2).data<float>().ToArray());
        Assert.Equal([1.0, 1.0], ones(2, dtype: float64).data<double>().ToArray());
        Assert.Equal([2.5f, 2.5f], full(2, 2.5f).data<float>().ToArray());
        Assert.Equal([1f, 0f, 0f, 1f], eye(2).data<float>().ToArray());
        Assert.Equal([1f, 0f, 0f], eye(1, 3).data<float>().ToArray());
        Assert.Equal([0L, 2L, 4L], arange(0, 6, 2).data<long>().ToArray());
        Assert.Equal([2L, 3L], empty(2, 3).shape);
        Assert.Equal([2L, 3L], empty([2L, 3L], dtype: int64).shape);
        Assert.Equal([7L], full([1L], 7, int64).data<long>().ToArray());
        Assert.Equal(ScalarType.Float64, zeros_like(ones(2, dtype: float64)).dtype);
        Assert.Equal([3f, 3f], full_like(zeros(2), 3).data<float>().ToArray());
        Assert.Equal([0f, 0.5f, 1f], linspace(0, 1, 3).data<float>().ToArray());
    }

    [TorchFact]
    public void The_same_seed_makes_the_same_numbers()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var a = rand(10);
        manual_seed(5);
        Matrices.Equal(a, rand(10), 0);
        using var generator = new Generator(5);
        using var again = new Generator(5);
        var (c, d) = (randn([4L], generator: generator), randn([4L], generator: again));
        Matrices.Equal(c, d, 0);
        Assert.Equal(Enumerable.Range(0, 8).Select(i => (long)i), randperm(8, generator: generator).data<long>().Order());
        Assert.All(randint(3, [50L]).data<long>(), value => Assert.InRange(value, 0, 2));
    }

    [TorchFact]
    public void The_version_is_that_of_libtorch() => Assert.Equal(4, __version__.Split('.').Length);
}
