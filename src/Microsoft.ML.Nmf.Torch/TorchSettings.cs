using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>
/// Settings of libtorch that belong to the whole process, while engines live: the fewest threads that any of them asks for, and TensorFloat-32 only where all
/// of them allow it. When the last one goes, the settings are again those that the first one found.
/// </summary>
internal sealed class TorchSettings : IDisposable
{
    private static readonly Lock _lock = new();
    private static readonly List<TorchSettings> _living = [];
    private static int _threadsBefore;
    private static bool _tensorFloat32Before;

    private readonly int _threads;
    private readonly bool _allowTensorFloat32;

    /// <summary>Settings that hold until they are disposed.</summary>
    /// <param name="threads">The most threads of libtorch's kernels for the processor.</param>
    /// <param name="allowTensorFloat32">Whether matrix products on CUDA may be rounded to TensorFloat-32.</param>
    public TorchSettings(int threads, bool allowTensorFloat32)
    {
        _threads = threads;
        _allowTensorFloat32 = allowTensorFloat32;
        lock (_lock)
        {
            if (_living.Count == 0)
                (_threadsBefore, _tensorFloat32Before) = (torch.get_num_threads(), torch.backends.cuda.matmul.allow_tf32);
            _living.Add(this);
            Apply();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            if (_living.Remove(this))
                Apply();
        }
    }

    private static void Apply()
    {
        bool any = _living.Count > 0;
        torch.set_num_threads(any ? _living.Min(settings => settings._threads) : _threadsBefore);
        torch.backends.cuda.matmul.allow_tf32 = any ? _living.TrueForAll(settings => settings._allowTensorFloat32) : _tensorFloat32Before;
    }
}
