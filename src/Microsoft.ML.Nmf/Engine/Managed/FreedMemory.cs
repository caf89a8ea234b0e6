using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Memory of factors that are no longer needed, for the next of about their size, in the same fit or a later one. Only the garbage collector keeps it: it is gone
/// after the next full collection. On a virtual machine that gets its memory page by page from its host, the first touch of a megabyte took 3.5 ms, and the second
/// none.
/// </summary>
internal static class FreedMemory
{
    // Less than this is had from the runtime as fast.
    private const int LeastLength = 1 << 14;
    private const int MostArrays = 32;

    // An array may be longer than wanted by this part of it.
    private const int LargestSurplus = 4;

    private static readonly Lock _lock = new();
    private static readonly List<WeakReference<float[]>> _arrays = [];

    /// <summary>An array of zeros of at least a length, if one is there.</summary>
    /// <param name="length">The length.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float[]? Take(int length)
    {
        if (length < LeastLength)
            return null;
        WeakReference<float[]>? taken = null;
        float[]? best = null;
        lock (_lock)
        {
            _arrays.RemoveAll(freed => !freed.TryGetTarget(out _));
            foreach (WeakReference<float[]> freed in _arrays)
            {
                if (freed.TryGetTarget(out float[]? array) && array.Length >= length && array.Length - length <= length / LargestSurplus
                    && (best is null || array.Length < best.Length))
                {
                    (taken, best) = (freed, array);
                }
            }

            if (taken is not null)
                _arrays.Remove(taken);
        }

        best?.AsSpan().Clear();
        return best;
    }

    /// <summary>Takes a pinned array back that nobody reads or writes any more.</summary>
    /// <param name="array">The array.</param>
    public static void Give(float[] array)
    {
        if (array.Length < LeastLength)
            return;
        lock (_lock)
        {
            if (_arrays.Count == MostArrays)
                _arrays.RemoveAt(0);
            _arrays.Add(new WeakReference<float[]>(array));
        }
    }
}
