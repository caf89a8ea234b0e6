using System.Runtime.InteropServices;
using TorchSharp.Offline;

namespace TorchSharp;

/// <summary>PyTorch's functions, as far as this repository uses them.</summary>
public static partial class torch
{
    private static bool _nativeBackendLoaded;

    static torch() => TryInitializeDeviceType(DeviceType.CUDA);

    /// <summary>The version of libtorch that the real package comes with.</summary>
    public static string __version__ => "2.10.0.0";

    /// <summary>Loads the native library; whether the device is there. Throws <see cref="NotSupportedException"/> where the library is not.</summary>
    public static bool TryInitializeDeviceType(DeviceType deviceType)
    {
        if (deviceType == DeviceType.MPS)
            return false;
        if (!_nativeBackendLoaded)
            LoadNativeBackend();
        return deviceType != DeviceType.CUDA || NativeMethods.cuda_device_count() > 0;
    }

    public static void InitializeDeviceType(DeviceType deviceType)
    {
        if (deviceType == DeviceType.MPS)
            throw new InvalidOperationException("Torch device type 'MPS' is not available on this platform.");
        if (!TryInitializeDeviceType(deviceType))
            throw new InvalidOperationException($"Torch device type {deviceType} did not initialise on the current machine.");
    }

    public static Device InitializeDevice(Device? device)
    {
        device ??= get_default_device();
        InitializeDeviceType(device.type);
        return device;
    }

    private static void LoadNativeBackend()
    {
        if (!NativeLibrary.TryLoad("LibTorchSharp", typeof(torch).Assembly, null, out _))
        {
            string message = "The native library of TorchSharp was not found: the application needs one of the packages TorchSharp-cpu, "
                + "TorchSharp-cuda-linux and TorchSharp-cuda-windows (with the offline stand-in: libtorch and a C++ compiler when it is built).";
            Console.WriteLine(message);
            throw new NotSupportedException(message);
        }

        _nativeBackendLoaded = true;
    }
}
