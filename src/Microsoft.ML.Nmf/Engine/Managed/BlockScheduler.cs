namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// Runs a loop body once for each of a fixed number of blocks, on up to <see cref="Threads"/> threads. Threads only take
/// blocks: what a block computes, and where it puts it, must not depend on which thread took it or when.
/// </summary>
/// <param name="threads">The most threads to use, at least 1.</param>
internal sealed class BlockScheduler(int threads)
{
    private readonly ParallelOptions _options = new() { MaxDegreeOfParallelism = threads };

    /// <summary>The most threads that are used at once.</summary>
    public int Threads { get; } = threads;

    /// <summary>Runs <paramref name="body"/> for 0, …, <paramref name="blocks"/> − 1, in any order.</summary>
    public void Run(int blocks, Action<int> body)
    {
        if (Threads == 1 || blocks <= 1)
        {
            for (int b = 0; b < blocks; b++)
                body(b);
        }
        else
        {
            Parallel.For(0, blocks, _options, body);
        }
    }

    /// <summary>
    /// As <see cref="Run(int, Action{int})"/>, with scratch memory that a thread keeps from one block to the next; a block must not rely
    /// on what is in it.
    /// </summary>
    public void Run<TScratch>(int blocks, Func<TScratch> makeScratch, Action<int, TScratch> body)
    {
        if (Threads == 1 || blocks <= 1)
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

    /// <summary>
    /// The sum over blocks of what each returns, added in the order of the blocks, whatever the order they were computed in.
    /// </summary>
    public double Sum(int blocks, Func<int, double> body)
    {
        var parts = new double[blocks];
        Run(blocks, b => parts[b] = body(b));
        double sum = 0;
        foreach (double part in parts)
            sum += part;
        return sum;
    }
}
