using System.Globalization;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>The memory that one engine may use on its device, and what it holds there.</summary>
/// <param name="device">The device.</param>
/// <param name="budget">The bytes for data, factors and temporaries together.</param>
internal sealed class TorchMemory(torch.Device device, long budget) : IDisposable
{
    // The temporaries of one operation take at most this share of what is free.
    private const double WorkingShare = 0.25;
    private const long LeastWork = 1L << 16;
    private const long LargestWork = 1L << 30;

    // On a processor, blocks that stay in its caches are faster than large ones.
    private const long LargestWorkOfProcessor = 1L << 24;

    private readonly Dictionary<IDisposable, long> _held = [];
    private long _taken;

    /// <summary>The device.</summary>
    public torch.Device Device { get; } = device;

    /// <summary>The bytes for data, factors and temporaries together.</summary>
    public long Budget { get; } = budget;

    /// <summary>The bytes for the temporaries of one operation.</summary>
    public long Work
        => (long)Math.Clamp(WorkingShare * (Budget - _taken), LeastWork, Device.type == DeviceType.CUDA ? LargestWork : LargestWorkOfProcessor);

    /// <summary>Whether that many more bytes fit and leave a fifth of the budget to work in.</summary>
    public bool Fits(long bytes) => _taken + bytes <= 0.8 * Budget;

    /// <summary>Throws where something would not fit.</summary>
    /// <param name="bytes">What it takes.</param>
    /// <param name="what">What it is, as the subject of a sentence.</param>
    /// <exception cref="InvalidOperationException">It does not fit.</exception>
    public void Demand(long bytes, string what)
    {
        if (_taken + bytes > Budget)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"{what} takes {bytes / 1e6:F1} MB, but of the {Budget / 1e6:F1} MB that the engine may use on {Device} {_taken / 1e6:F1} MB are taken. ")
                + "Use a smaller rank, fewer rows or a smaller BatchSize, raise DeviceMemory, or set Engine to Managed.");
        }
    }

    /// <summary>Counts the bytes of something as taken until it is released.</summary>
    public T Hold<T>(T holder, long bytes)
        where T : IDisposable
    {
        _held.Add(holder, bytes);
        _taken += bytes;
        return holder;
    }

    /// <summary>Counts the bytes of something as free again; false where they already are.</summary>
    public bool Release(IDisposable holder)
    {
        if (!_held.Remove(holder, out long bytes))
            return false;
        _taken -= bytes;
        return true;
    }

    /// <summary>How many of a number of rows, at least 1, can be worked on at once.</summary>
    public int RowsAtOnce(int rows, long bytesPerRow) => (int)Math.Clamp(Work / Math.Max(bytesPerRow, 1), 1, Math.Max(rows, 1));

    /// <summary>Disposes what is still held: a training that throws leaves factors behind.</summary>
    public void Dispose()
    {
        foreach (IDisposable holder in (IDisposable[])[.. _held.Keys])
            holder.Dispose();
    }
}
