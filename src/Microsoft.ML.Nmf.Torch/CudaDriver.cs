using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>NVIDIA's driver, asked what TorchSharp does not tell: how much of a device's memory is free; and without loading libtorch, whether there can be a device.</summary>
internal static class CudaDriver
{
    // Where the driver cannot be asked: what the smaller of today's devices have.
    private const long Unknown = 8L << 30;

    private static string Library => OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    private delegate int MemoryInfo(out nuint free, out nuint total);

    /// <summary>Whether there is a driver at all.</summary>
    public static bool IsPresent() => NativeLibrary.TryLoad(Library, out _);

    /// <summary>The free bytes of a device.</summary>
    public static long FreeMemory(torch.Device device)
    {
        // A first tensor makes the device the thread's own.
        using torch.Tensor probe = torch.zeros(1, device: device);
        if (!NativeLibrary.TryLoad(Library, out nint driver) || !NativeLibrary.TryGetExport(driver, "cuMemGetInfo_v2", out nint function))
            return Unknown;
        return Marshal.GetDelegateForFunctionPointer<MemoryInfo>(function)(out nuint free, out _) == 0 ? (long)free : Unknown;
    }
}
