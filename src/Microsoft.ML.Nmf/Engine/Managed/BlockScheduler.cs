using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Runs a function for every block of rows, on up to <see cref="Threads"/> threads. The results of a block must depend on its index alone, not on the thread
/// or the order: then results have the same bits with any number of threads.
/// </summary>
/// <param name="threads">The most threads to use, at least 1.</param>
internal sealed class BlockScheduler(int threads)
{
    private readonly ParallelOptions _options = new() { MaxDegreeOfParallelism = threads };

    /// <summary>The most threads used at once.</summary>
    public int Threads { get; } = threads;

    /// <summary>
    /// The multiply-adds from which a primitive is worth more than one thread: it takes as long as waking another one after some work by a single thread.
    /// </summary>
    public const double WorthSharing = 5e6;

    /// <summary>The multiply-adds that take as long as an operation on an entry of a factor, which may be a division or a root.</summary>
    public const double CostOfEntry = 30;

    private readonly Stack<Workspace> _workspaces = new();

    /// <summary>Runs <paramref name="body"/> for 0, …, <paramref name="blocks"/> − 1, in any order.</summary>
    public void Run(int blocks, Action<int> body) => Run(blocks, double.PositiveInfinity, body);

    /// <summary>As <see cref="Run(int, Action{int})"/>, on one thread where all blocks together cost too little for more.</summary>
    /// <param name="blocks">The number of blocks.</param>
    /// <param name="multiplyAdds">About what all blocks cost.</param>
    /// <param name="body">What a block does.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int blocks, double multiplyAdds, Action<int> body)
    {
        if (Threads == 1 || blocks <= 1 || multiplyAdds < WorthSharing)
        {
            for (int b = 0; b < blocks; b++)
                body(b);
            return;
        }

        // Threads take one block after the other: the ranges that Parallel.For hands out grow, and few blocks would be shared unevenly.
        int next = -1;
        Parallel.For(0, Math.Min(Threads, blocks), _options, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (_) =>
        {
            for (int b = Interlocked.Increment(ref next); b < blocks; b = Interlocked.Increment(ref next))
                body(b);
        });
    }

    /// <summary>
    /// As <see cref="Run(int, Action{int})"/>, with working memory that is reused from block to block, never by two threads at once; its contents on entry
    /// are arbitrary.
    /// </summary>
    public void Run<TScratch>(int blocks, Func<TScratch> makeScratch, Action<int, TScratch> body)
        => Run(blocks, double.PositiveInfinity, makeScratch, body);

    /// <summary>
    /// As <see cref="Run{TScratch}(int, Func{TScratch}, Action{int, TScratch})"/>, on one thread where all blocks together cost too little for more.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TScratch>(int blocks, double multiplyAdds, Func<TScratch> makeScratch, Action<int, TScratch> body)
    {
        if (Threads == 1 || blocks <= 1 || multiplyAdds < WorthSharing)
        {
            if (blocks == 0)
                return;
            TScratch scratch = makeScratch();
            for (int b = 0; b < blocks; b++)
                body(b, scratch);
        }
        else
        {
            Parallel.For(0, blocks, _options, makeScratch, (b, _, scratch) => { body(b, scratch); return scratch; }, static _ => { });
        }
    }

    /// <summary>As <see cref="Run(int, double, Action{int})"/>, with working memory that is kept for the next call as well.</summary>
    public void Run(int blocks, double multiplyAdds, Action<int, Workspace> body)
        => Run(blocks, multiplyAdds, b =>
        {
            Workspace workspace = Take();
            body(b, workspace);
            lock (_workspaces)
                _workspaces.Push(workspace);
        });

    private Workspace Take()
    {
        lock (_workspaces)
            return _workspaces.TryPop(out Workspace? workspace) ? workspace : new Workspace();
    }

    /// <summary>The sum of what <paramref name="body"/> returns for 0, …, <paramref name="blocks"/> − 1, always added in that order.</summary>
    public double Sum(int blocks, Func<int, double> body) => Sum(blocks, double.PositiveInfinity, body);

    /// <summary>As <see cref="Sum(int, Func{int, double})"/>, on one thread where all blocks together cost too little for more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Sum(int blocks, double multiplyAdds, Func<int, double> body)
    {
        var parts = new double[blocks];
        Run(blocks, multiplyAdds, b => parts[b] = body(b));
        double sum = 0;
        foreach (double part in parts)
            sum += part;
        return sum;
    }
}
