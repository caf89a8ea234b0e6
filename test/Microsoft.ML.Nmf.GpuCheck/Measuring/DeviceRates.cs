using System.Diagnostics;
using TorchSharp;

namespace Microsoft.ML.Nmf.GpuCheck.Measuring;

/// <summary>What a device does at its best, measured with TorchSharp: copies within its memory, and products of large square matrices in float32.</summary>
/// <param name="BytesPerSecond">Bytes read plus bytes written.</param>
/// <param name="OperationsPerSecond">Two for a multiply-add.</param>
internal readonly record struct DeviceRates(double BytesPerSecond, double OperationsPerSecond)
{
    /// <summary>Where TorchSharp does not run.</summary>
    public static DeviceRates Unknown => new(double.NaN, double.NaN);

    /// <summary>The seconds that a cost takes at least.</summary>
    public double LeastSeconds(Cost cost) => Math.Max(cost.Bytes / BytesPerSecond, cost.Operations / OperationsPerSecond);

    /// <summary>Measures a device.</summary>
    public static DeviceRates Measure(torch.Device device)
    {
        bool isGpu = device.type == DeviceType.CUDA;
        using DisposeScope scope = torch.NewDisposeScope();
        long floats = isGpu ? 1L << 28 : 1L << 25;
        torch.Tensor source = torch.ones(floats, device: device), target = torch.zeros(floats, device: device);
        double copy = Best(device, () => target.copy_(source));
        torch.backends.cuda.matmul.allow_tf32 = false;
        long size = isGpu ? 8192 : 1536;
        torch.Tensor first = torch.rand(size, size, device: device), second = torch.rand(size, size, device: device);
        torch.Tensor product = torch.zeros(size, size, device: device);
        double multiply = Best(device, () => product.addmm_(first, second, beta: 0, alpha: 1));
        return new DeviceRates(2.0 * sizeof(float) * floats / copy, 2.0 * size * size * size / multiply);
    }

    /// <summary>Waits until the device has done what it was told to; until then a clock says nothing about it.</summary>
    public static void Synchronize(torch.Device? device)
    {
        if (device?.type == DeviceType.CUDA)
            torch.cuda.synchronize(device);
    }

    private static double Best(torch.Device device, Action work)
    {
        const int WarmUps = 3, Rounds = 10;
        double best = double.PositiveInfinity;
        for (int i = 0; i < WarmUps + Rounds; i++)
        {
            Synchronize(device);
            var clock = Stopwatch.StartNew();
            work();
            Synchronize(device);
            if (i >= WarmUps)
                best = Math.Min(best, clock.Elapsed.TotalSeconds);
        }

        return best;
    }
}
