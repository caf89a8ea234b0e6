[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace TorchSharp.Contract.Support;

/// <summary>Whether there is a libtorch to test. Without one every test says why it was skipped.</summary>
internal static class NativeTorch
{
    private static readonly Lazy<string?> _missing = new(Try);

    public static string? Missing => _missing.Value;

    private static string? Try()
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
            return null;
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException)
        {
            return "No libtorch: " + (e.InnerException ?? e).Message.Split('\n')[0];
        }
    }
}
