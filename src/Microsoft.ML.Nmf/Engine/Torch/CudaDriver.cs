using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.Nmf.Engine.Torch;

/// <summary>The one thing that TorchSharp does not tell of a CUDA device: how much of its memory is free. The driver's own library does, for the device of the calling thread.</summary>
internal static class CudaDriver
{
    // Where the driver cannot be asked: what the smaller of today's devices have.
    private const long Unknown = 8L << 30;

    private delegate int MemoryInfo(out nuint free, out nuint total);

    /// <summary>The free bytes of a device.</summary>
    public static long FreeMemory(torch.Device device)
    {
        // A first tensor makes the device the thread's own.
        using torch.Tensor probe = torch.zeros(1, device: device);
        if (!NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out nint driver) || !NativeLibrary.TryGetExport(driver, "cuMemGetInfo_v2", out nint function))
            return Unknown;
        return Marshal.GetDelegateForFunctionPointer<MemoryInfo>(function)(out nuint free, out _) == 0 ? (long)free : Unknown;
    }
}
