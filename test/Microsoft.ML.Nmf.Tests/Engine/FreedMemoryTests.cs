using Microsoft.ML.Nmf.Engine.Managed;

namespace Microsoft.ML.Nmf.Tests.Engine;

public class FreedMemoryTests
{
    private const int Rows = 2000;
    private const int Rank = 20;

    [Fact]
    public void A_factor_in_freed_memory_is_zero_and_nobody_elses()
    {
        for (int round = 0; round < 5; round++)
        {
            var freed = new ManagedFactor(Rows, Rank);
            freed.Values.Fill(7);
            freed.Dispose();
            ManagedFactor first = new(Rows, Rank), second = new(Rows, Rank);
            Assert.Equal(-1, first.Values.IndexOfAnyExcept(0f));
            first.Values.Fill(3);
            Assert.Equal(-1, second.Values.IndexOfAnyExcept(0f));
            first.Dispose();
            second.Dispose();
        }
    }

    [Fact]
    public void A_disposed_factor_has_no_values_and_frees_its_memory_once()
    {
        var factor = new ManagedFactor(Rows, Rank);
        factor.Dispose();
        factor.Dispose();
        Assert.Equal(0, factor.Values.Length);
        ManagedFactor first = new(Rows, Rank), second = new(Rows, Rank);
        first.Values.Fill(3);
        Assert.Equal(-1, second.Values.IndexOfAnyExcept(0f));
    }

    [Fact]
    public void Released_floats_cannot_be_read()
    {
        var floats = new AlignedFloats(Rows * Rank);
        floats.Release();
        Assert.Throws<ArgumentOutOfRangeException>(() => floats.Span[0]);
    }

    [Fact]
    public void Freed_memory_is_not_kept_from_the_garbage_collector()
    {
        WeakReference memory = Free();
        GC.Collect();
        Assert.False(memory.IsAlive);

        static WeakReference Free()
        {
            var array = GC.AllocateArray<float>(Rows * Rank, pinned: true);
            FreedMemory.Give(array);
            return new WeakReference(array);
        }
    }
}
