using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>
/// Whether TorchSharp can run here, and on what. TorchSharp fails for good when its first call fails, so everything asks here before it calls TorchSharp.
/// </summary>
internal sealed class TorchRuntime : ITorchPackage
{
    // The most of a machine's memory that data, factors and temporaries may take together.
    private const double ShareOfHostMemory = 0.5;
    private const double ShareOfDeviceMemory = 0.9;
    private static readonly Lazy<string?> _problem = new(Initialize);
    private static readonly Lazy<bool> _hasCudaPackage = new(NativeTorch.HasCudaPackage);

    /// <summary>Why TorchSharp cannot run, as a clause that ends in what to do; null when it can.</summary>
    public static string? Problem => _problem.Value;

    string? ITorchPackage.Problem => Problem;

    /// <inheritdoc />
    public string? CudaProblem
        => Problem is null && _hasCudaPackage.Value && CountDevices() == 0
            ? $"the application has TorchSharp's package for CUDA, but {CudaDriver.Explain()}"
            : null;

    /// <inheritdoc />
    public string? CudaAdvice
    {
        get
        {
            if (!CudaDriver.IsPresent())
                return null;
            if (NativeTorch.IsManagedPartMissing() || !_hasCudaPackage.Value)
            {
                return "Training on the processor: NVIDIA's driver is installed, but the application has no libtorch for CUDA; "
                    + $"to train on the GPU, add the package {NativeTorch.NameGpuPackage()}.";
            }

            return (Problem ?? CudaProblem) is { } problem ? $"Training on the processor: {problem}." : null;
        }
    }

    /// <summary>Whether there is a CUDA device that TorchSharp can use. Loads no native library where there is no driver or no libtorch for CUDA.</summary>
    public static bool HasCuda()
        => CudaDriver.IsPresent() && !NativeTorch.IsManagedPartMissing() && _hasCudaPackage.Value && Problem is null && CountDevices() > 0;

    bool ITorchPackage.HasCuda() => HasCuda();

    int ITorchPackage.CountDevices() => CountDevices();

    ComputeEngine ITorchPackage.Create(int? gpu, long? budget, int? threads, bool allowTensorFloat32) => Create(gpu, budget, threads, allowTensorFloat32);

    /// <summary>An engine on a CUDA device, or on the processor.</summary>
    /// <param name="gpu">The number of the device; null for the processor.</param>
    /// <param name="budget">The bytes that it may use; null for most of what is free.</param>
    /// <param name="threads">The most threads on the processor; null for one per core.</param>
    /// <param name="allowTensorFloat32">Whether products may be rounded to TensorFloat-32.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ComputeEngine Create(int? gpu, long? budget, int? threads = null, bool allowTensorFloat32 = false)
    {
        int used = threads ?? Environment.ProcessorCount;
        if (gpu is null)
        {
            long host = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
            return new TorchEngine(torch.CPU, budget ?? (long)(ShareOfHostMemory * host), used, allowTensorFloat32);
        }

        var device = new torch.Device(DeviceType.CUDA, gpu.Value);
        return new TorchEngine(device, budget ?? (long)(ShareOfDeviceMemory * CudaDriver.FreeMemory(device)), used, allowTensorFloat32);
    }

    /// <summary>The number of CUDA devices; call it only where <see cref="Problem"/> is null.</summary>
    public static int CountDevices() => CudaDriver.IsPresent() && _hasCudaPackage.Value ? AskForDevices() : 0;

    private static string? Initialize()
    {
        if (NativeTorch.Load() is { } problem)
            return problem;
        try
        {
            Touch();
            return null;
        }
        catch (Exception failure) when (failure is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException or BadImageFormatException
            or FileNotFoundException or FileLoadException or ExternalException or NotSupportedException)
        {
            Exception cause = failure.GetBaseException();
            string reason = cause.Message.Split('\n', 2)[0].Trim().TrimEnd('.');
            return $"TorchSharp does not start ({reason}): give the application TorchSharp and its native package in the same version, {NativeTorch.Version()}";
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Touch()
    {
        using torch.Tensor probe = torch.zeros(1);
        _ = probe.item<float>();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int AskForDevices() => torch.cuda.is_available() ? torch.cuda.device_count() : 0;
}
