using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>NVIDIA's driver, asked for what TorchSharp does not tell, and whether there can be a device at all, before libtorch is loaded.</summary>
internal static class CudaDriver
{
    // Assumed free memory where the driver cannot be asked: that of a small device.
    private const long Unknown = 8L << 30;

    private delegate int Initialize(uint flags);

    private delegate int Number(out int value);

    private delegate int MemoryInfo(out nuint free, out nuint total);

    private static string Library => OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    /// <summary>Whether the driver is installed.</summary>
    public static bool IsPresent() => NativeLibrary.TryLoad(Library, out _);

    /// <summary>Why libtorch for CUDA finds no device here, as a clause.</summary>
    public static string Explain()
    {
        if (!NativeLibrary.TryLoad(Library, out nint driver))
            return $"NVIDIA's driver ({Library}) is not installed, or the container was started without its GPUs";
        if (Get<Initialize>(driver, "cuInit") is not { } initialize || Get<Number>(driver, "cuDeviceGetCount") is not { } count)
            return $"NVIDIA's driver ({Library}) cannot be asked for its devices";
        if (initialize(0) is not 0 and int error)
            return $"NVIDIA's driver does not start (error {error} of cuInit)";
        if (count(out int devices) != 0 || devices == 0)
            return "NVIDIA's driver finds no device";
        int version = Get<Number>(driver, "cuDriverGetVersion") is { } ask && ask(out int number) == 0 ? number : 0;
        return $"TorchSharp can use none of the {devices} devices of NVIDIA's driver, which is made for CUDA {version / 1000}.{version % 1000 / 10}: "
            + "the driver or a device may be older than the package needs";
    }

    /// <summary>The free bytes of a device.</summary>
    public static long FreeMemory(torch.Device device)
    {
        // The driver answers for the thread's current device, which a first tensor makes this one.
        using torch.Tensor probe = torch.zeros(1, device: device);
        if (!NativeLibrary.TryLoad(Library, out nint driver) || Get<MemoryInfo>(driver, "cuMemGetInfo_v2") is not { } ask)
            return Unknown;
        return ask(out nuint free, out _) == 0 ? (long)free : Unknown;
    }

    private static T? Get<T>(nint library, string name)
        where T : Delegate
        => NativeLibrary.TryGetExport(library, name, out nint function) ? Marshal.GetDelegateForFunctionPointer<T>(function) : null;
}
