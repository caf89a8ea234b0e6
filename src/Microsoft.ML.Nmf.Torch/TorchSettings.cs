using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>
/// Settings of libtorch while engines live. The number of threads of its kernels for the processor belongs to the thread that calls them: on the thread that
/// makes an engine it is the fewest that any engine made there asks for, and other threads, those that start later too, keep theirs. TensorFloat-32 belongs to
/// the process: it is allowed only where all engines allow it. When the last engine of a thread, or of the process, goes, the settings are again those that
/// the first one found.
/// </summary>
internal sealed class TorchSettings : IDisposable
{
    private static readonly Lock _lock = new();
    private static readonly List<TorchSettings> _living = [];
    private static bool _tensorFloat32Before;

    private readonly Thread _owner = Thread.CurrentThread;
    private readonly int _threads;
    private readonly int _threadsBefore;
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
                _tensorFloat32Before = torch.backends.cuda.matmul.allow_tf32;
            _threadsBefore = _living.Find(IsOfThisThread)?._threadsBefore ?? torch.get_num_threads();
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

    private void Apply()
    {
        torch.backends.cuda.matmul.allow_tf32 = _living.Count > 0 ? _living.TrueForAll(settings => settings._allowTensorFloat32) : _tensorFloat32Before;
        // Another thread than the maker's has settings of its own, which are not the engine's to change.
        if (Thread.CurrentThread != _owner)
            return;
        int threads = _living.Where(IsOfThisThread).Select(settings => settings._threads).DefaultIfEmpty(_threadsBefore).Min();
        if (threads == torch.get_num_threads())
            return;
        // libtorch also gives the number to every thread that calls it for the first time from now on: a thread that ends at once puts theirs back.
        int ofNewThreads = OnNewThread(torch.get_num_threads);
        torch.set_num_threads(threads);
        OnNewThread(() =>
        {
            torch.set_num_threads(ofNewThreads);
            return ofNewThreads;
        });
    }

    private static bool IsOfThisThread(TorchSettings settings) => settings._owner == Thread.CurrentThread;

    private static int OnNewThread(Func<int> body)
    {
        int result = 0;
        var thread = new Thread(() => result = body());
        thread.Start();
        thread.Join();
        return result;
    }
}
