using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>
/// Whether TorchSharp can run here, and on what. Its native library may be missing or of another version, and its first call then fails for good: nothing else touches it before it was asked here.
/// </summary>
internal sealed class TorchRuntime : ITorchPackage
{
    // What a processor's memory is used for at most: data, factors and temporaries.
    private const double ShareOfHostMemory = 0.5;
    private const double ShareOfDeviceMemory = 0.9;
    private static readonly Lazy<string?> _problem = new(Initialize);

    /// <summary>Why TorchSharp cannot run, in one sentence that says what to do; null when it can.</summary>
    public static string? Problem => _problem.Value;

    /// <summary>
    /// Whether there is a CUDA device that TorchSharp can use. Loads nothing where there is no driver, and asks nothing of TorchSharp where its native library is not there, because that
    /// would write to the console.
    /// </summary>
    public static bool HasCuda() => CudaDriver.IsPresent() && IsPresent() && Problem is null && CountDevices() > 0;

    string? ITorchPackage.Problem => Problem;

    bool ITorchPackage.HasCuda() => HasCuda();

    int ITorchPackage.CountDevices() => CountDevices();

    ComputeEngine ITorchPackage.Create(int? gpu, long? budget, int? threads, bool allowTensorFloat32) => Create(gpu, budget, threads, allowTensorFloat32);

    /// <summary>An engine on a CUDA device, or on the processor.</summary>
    /// <param name="gpu">The number of the device; null for the processor.</param>
    /// <param name="budget">The bytes that it may use; null for most of what is free.</param>
    /// <param name="threads">The most threads on the processor; null for one each.</param>
    /// <param name="allowTensorFloat32">See <see cref="TorchEngine"/>.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ComputeEngine Create(int? gpu, long? budget, int? threads = null, bool allowTensorFloat32 = false)
    {
        if (gpu is null)
            return new TorchEngine(torch.CPU, budget ?? (long)(ShareOfHostMemory * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes), threads ?? Environment.ProcessorCount, allowTensorFloat32);
        var device = new torch.Device(DeviceType.CUDA, gpu.Value);
        return new TorchEngine(device, budget ?? (long)(ShareOfDeviceMemory * CudaDriver.FreeMemory(device)), threads ?? Environment.ProcessorCount, allowTensorFloat32);
    }

    /// <summary>The number of CUDA devices, where TorchSharp can run.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int CountDevices() => torch.cuda.is_available() ? torch.cuda.device_count() : 0;

    // The names by which TorchSharp's own loader goes; loading torch_cpu first lets the other find it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsPresent()
    {
        try
        {
            Assembly assembly = typeof(torch).Assembly;
            _ = NativeLibrary.TryLoad("torch_cpu", assembly, null, out _);
            return NativeLibrary.TryLoad("LibTorchSharp", assembly, null, out _);
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static string? Initialize()
    {
        try
        {
            Touch();
            return null;
        }
        catch (Exception problem) when (problem is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or FileNotFoundException or FileLoadException or ExternalException or NotSupportedException)
        {
            string gpu = OperatingSystem.IsWindows() ? "TorchSharp-cuda-windows" : "TorchSharp-cuda-linux";
            return $"Engine is Torch, but TorchSharp's native library is missing or of another version: add the package TorchSharp-cpu, or {gpu} for NVIDIA's GPUs, of version 0.106.0 to the application, or set Engine to Managed.";
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Touch()
    {
        using torch.Tensor probe = torch.zeros(1);
        _ = probe.item<float>();
    }
}
