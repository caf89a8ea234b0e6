using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>Asks the processor for memory ahead of its use.</summary>
internal static class CacheLine
{
    /// <summary>
    /// How many of the tiles that read the same data fetch what comes after it, a power of two: each fetches its share, since a processor that has asked for many
    /// lines at once does nothing until some have come.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TilesThatFetch(int tiles) => tiles >= 4 ? 4 : tiles >= 2 ? 2 : 1;

    /// <summary>
    /// Starts to bring the cache line at a place into the first cache. The place need not be memory of this process: nothing is read, nothing can fault. Does
    /// nothing on processors other than x86, which see regular strides coming by themselves.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Fetch(ref float place)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref place));
    }
}
