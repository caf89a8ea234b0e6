using static TorchSharp.torch;

namespace TorchSharp.Contract.Tensors;

public sealed class DeviceTests
{
    [TorchFact]
    public void A_device_is_a_kind_and_a_number()
    {
        var second = new Device("cuda:1");
        Assert.Equal((DeviceType.CUDA, 1, "cuda:1"), (second.type, second.index, second.ToString()));
        Device cpu = "cpu";
        Assert.Equal((DeviceType.CPU, -1, "cpu"), (cpu.type, cpu.index, cpu.ToString()));
        Assert.Equal(DeviceType.CPU, device("cpu").type);
        Assert.Equal(DeviceType.CPU, CPU.type);
        Assert.Equal("cuda", new Device(DeviceType.CUDA).ToString());
    }

    [TorchFact]
    public void Without_a_gpu_its_devices_are_refused()
    {
        if (cuda.is_available())
        {
            using var there = ones(2, device: CUDA);
            using var back = there.cpu();
            cuda.synchronize();
            Assert.True(there.is_cuda);
            Assert.Equal([1f, 1f], there.data<float>().ToArray());
            Assert.Equal([1f, 1f], back.data<float>().ToArray());
            Assert.Throws<InvalidOperationException>(() => there.bytes.Length);
            return;
        }

        using var a = ones(2);
        Assert.Equal(0, cuda.device_count());
        Assert.False(TryInitializeDeviceType(DeviceType.CUDA));
        Assert.Throws<InvalidOperationException>(() => InitializeDeviceType(DeviceType.CUDA));
        Assert.Throws<InvalidOperationException>(() => a.to(DeviceType.CUDA));
        Assert.Throws<InvalidOperationException>(() => a.cuda());
        Assert.Throws<InvalidOperationException>(() => device("cuda"));
        Assert.Throws<ArgumentException>(() => a.cuda(CPU));
    }

    [TorchFact]
    public void Threads_and_matrix_precision_can_be_set()
    {
        int threads = get_num_threads();
        set_num_threads(1);
        Assert.Equal(1, get_num_threads());
        set_num_threads(threads);
        bool tf32 = backends.cuda.matmul.allow_tf32;
        backends.cuda.matmul.allow_tf32 = !tf32;
        Assert.Equal(!tf32, backends.cuda.matmul.allow_tf32);
        backends.cuda.matmul.allow_tf32 = tf32;
    }
}
