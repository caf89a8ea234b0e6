using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Moving modules to other types and devices, in place.</summary>
public static class ModuleExtensionMethods
{
    public static T to<T>(this T module, ScalarType type, bool non_blocking = false) where T : nn.Module
        => Moved(module, type, null, non_blocking);

    public static T to<T>(this T module, Device device, ScalarType type, bool non_blocking = false) where T : nn.Module
        => Moved(module, type, device, non_blocking);

    public static T to<T>(this T module, DeviceType deviceType, int deviceIndex = -1, bool non_blocking = false) where T : nn.Module
        => Moved(module, null, new(deviceType, deviceIndex), non_blocking);

    public static T to<T>(this T module, Device device, bool non_blocking = false) where T : nn.Module
        => Moved(module, null, device, non_blocking);

    public static T to<T>(this T module, string device, bool non_blocking = false) where T : nn.Module
        => Moved(module, null, new(device), non_blocking);

    public static T to<T>(this T module, Tensor other, bool non_blocking = false) where T : nn.Module
        => Moved(module, other.dtype, other.device, non_blocking);

    public static T cpu<T>(this T module, bool non_blocking = false) where T : nn.Module => module.to(DeviceType.CPU, -1, non_blocking);

    public static T cuda<T>(this T module, int deviceIndex = -1, bool non_blocking = false) where T : nn.Module
        => module.to(DeviceType.CUDA, deviceIndex, non_blocking);

    public static T half<T>(this T module, bool non_blocking = false) where T : nn.Module => module.to(ScalarType.Float16, non_blocking);

    public static T @float<T>(this T module, bool non_blocking = false) where T : nn.Module => module.to(ScalarType.Float32, non_blocking);

    public static T @double<T>(this T module, bool non_blocking = false) where T : nn.Module => module.to(ScalarType.Float64, non_blocking);

    private static T Moved<T>(T module, ScalarType? type, Device? device, bool nonBlocking) where T : nn.Module
    {
        if (type is { } wanted && !is_floating_point(wanted) && !is_complex(wanted))
            throw new ArgumentException($"nn.Module.to only accepts floating point or complex types, but got desired dtype={wanted}");
        if (device is not null)
        {
            if (device.type == DeviceType.CUDA && !torch.cuda.is_available())
                throw new InvalidOperationException("CUDA is not available.");
            InitializeDeviceType(device.type);
        }

        module.Move(type, device, nonBlocking);
        return module;
    }
}
