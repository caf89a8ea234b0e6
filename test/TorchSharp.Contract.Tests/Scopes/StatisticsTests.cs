using System.Diagnostics;
using static TorchSharp.torch;

namespace TorchSharp.Contract.Scopes;

public sealed class StatisticsTests
{
    [TorchFact]
    public void Every_tensor_is_counted_where_it_is_made_and_disposed_of()
    {
        var statistics = DisposeScopeManager.Statistics;
        statistics.Reset();
        var outside = ones(1);
        Tensor detached;
        using (NewDisposeScope())
        {
            var inside = ones(1);
            _ = inside + outside;
            detached = ones(1).DetachFromDisposeScope();
        }

        Assert.Equal(1, statistics.CreatedOutsideScopeCount);
        Assert.Equal(3, statistics.CreatedInScopeCount);
        Assert.Equal(2, statistics.DisposedInScopeCount);
        Assert.Equal(0, statistics.DisposedOutsideScopeCount);
        Assert.Equal(1, statistics.DetachedFromScopeCount);
        Assert.Equal(2, statistics.ThreadTotalLiveCount);
        detached.Dispose();
        outside.Dispose();
        Assert.Equal(2, statistics.DisposedOutsideScopeCount);
        Assert.Equal(0, statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [TorchFact]
    public void A_second_disposal_is_not_counted()
    {
        var statistics = DisposeScopeManager.Statistics;
        statistics.Reset();
        var tensor = ones(1);
        tensor.Dispose();
        tensor.Dispose();
        Assert.Equal(1, statistics.DisposedOutsideScopeCount);
        Assert.Equal(0, statistics.ThreadTotalLiveCount);
    }

    [TorchFact]
    public void Scoped_iterations_leak_neither_tensors_nor_memory()
    {
        const int Iterations = 20_000;
        using var a = rand(100, 100);
        var statistics = DisposeScopeManager.Statistics;
        Run(a, 200);
        statistics.Reset();
        long before = Memory();
        long live = Tensor.TotalCount;
        Run(a, Iterations);
        // What one iteration makes would come to more than 1.5 GB.
        Assert.InRange(Memory() - before, long.MinValue, 100L << 20);
        Assert.Equal(0, statistics.ThreadTotalLiveCount);
        Assert.InRange(Tensor.TotalCount, 0, live);
        Assert.Equal(3 * Iterations, statistics.CreatedInScopeCount);
    }

    private static void Run(Tensor a, int iterations)
    {
        for (int i = 0; i < iterations; i++)
        {
            using var scope = NewDisposeScope();
            var b = a * a;
            b.add_(b.neg().sum(0L));
        }
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
