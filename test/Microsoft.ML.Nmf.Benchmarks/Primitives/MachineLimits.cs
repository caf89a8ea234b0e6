using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Benchmarks.Primitives;

/// <summary>What the machine does at its best: fused multiply-adds of float32 in registers, and copies of more than its caches hold.</summary>
/// <param name="OperationsOfCore">Operations a second of one core, two for a multiply-add.</param>
/// <param name="Operations">The same of all cores together.</param>
/// <param name="BytesOfCore">Bytes read plus bytes written a second by one core.</param>
/// <param name="Bytes">The same of all cores together.</param>
internal sealed record MachineLimits(double OperationsOfCore, double Operations, double BytesOfCore, double Bytes)
{
    private const int Accumulators = 12;
    private const int Steps = 1 << 16;
    private const int CopiedFloats = 1 << 24;

    private static readonly Lazy<MachineLimits> _measured = new(Measure);
    private static float _sink;

    /// <summary>Of this machine, measured once.</summary>
    public static MachineLimits Measured => _measured.Value;

    public override string ToString()
        => FormattableString.Invariant($"Limits of this machine: {OperationsOfCore / 1e9:F0} GFLOP/s one core, {Operations / 1e9:F0} all {Environment.ProcessorCount}; ")
            + FormattableString.Invariant($"copies {BytesOfCore / 1e9:F1} GB/s one core, {Bytes / 1e9:F1} all.");

    private static MachineLimits Measure()
    {
        int cores = Environment.ProcessorCount;
        int lanes = Vector512.IsHardwareAccelerated ? Vector512<float>.Count : Vector<float>.Count;
        double operations = 2.0 * Accumulators * lanes * Steps;
        Action multiply = Vector512.IsHardwareAccelerated ? Multiply512 : Multiply;
        return new MachineLimits(
            Best(1, operations, () => multiply), Best(cores, operations, () => multiply), Best(1, CopyBytes, MakeCopy), Best(cores, CopyBytes, MakeCopy));
    }

    private static double CopyBytes => 2.0 * sizeof(float) * CopiedFloats;

    // Each thread has its own memory, written before so that the system has given it.
    private static Action MakeCopy()
    {
        float[] source = new float[CopiedFloats], target = new float[CopiedFloats];
        Array.Fill(source, 1);
        Array.Fill(target, 2);
        return () => source.CopyTo(target, 0);
    }

    // The best of several rounds in which all threads work at once, each for as long as the slowest.
    private static double Best(int threads, double amount, Func<Action> make)
    {
        const int Rounds = 7, Repetitions = 20;
        using var barrier = new Barrier(threads);
        double[] best = new double[Rounds];
        Thread[] all = [.. Enumerable.Range(0, threads).Select(index => new Thread(() =>
        {
            Action work = make();
            work();
            for (int round = 0; round < Rounds; round++)
            {
                barrier.SignalAndWait();
                var clock = Stopwatch.StartNew();
                for (int i = 0; i < Repetitions; i++)
                    work();
                barrier.SignalAndWait();
                if (index == 0)
                    best[round] = threads * Repetitions * amount / clock.Elapsed.TotalSeconds;
            }
        }))];
        Array.ForEach(all, thread => thread.Start());
        Array.ForEach(all, thread => thread.Join());
        return best.Max();
    }

    // As many sums as two units of four cycles' latency need, and a few more; they stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply512()
    {
        Vector512<float> factor = Vector512.Create(0.999f), term = Vector512.Create(0.001f);
        Vector512<float> a = term, b = term, c = term, d = term, e = term, f = term, g = term, h = term, i = term, j = term, k = term, l = term;
        for (int step = 0; step < Steps; step++)
        {
            a = Vector512.FusedMultiplyAdd(a, factor, term);
            b = Vector512.FusedMultiplyAdd(b, factor, term);
            c = Vector512.FusedMultiplyAdd(c, factor, term);
            d = Vector512.FusedMultiplyAdd(d, factor, term);
            e = Vector512.FusedMultiplyAdd(e, factor, term);
            f = Vector512.FusedMultiplyAdd(f, factor, term);
            g = Vector512.FusedMultiplyAdd(g, factor, term);
            h = Vector512.FusedMultiplyAdd(h, factor, term);
            i = Vector512.FusedMultiplyAdd(i, factor, term);
            j = Vector512.FusedMultiplyAdd(j, factor, term);
            k = Vector512.FusedMultiplyAdd(k, factor, term);
            l = Vector512.FusedMultiplyAdd(l, factor, term);
        }

        _sink = Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    // The same with vectors of 256 bits, or of 128 where there are no longer ones.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply()
    {
        Vector<float> factor = new(0.999f), term = new(0.001f);
        Vector<float> a = term, b = term, c = term, d = term, e = term, f = term, g = term, h = term, i = term, j = term, k = term, l = term;
        for (int step = 0; step < Steps; step++)
        {
            a = Vector.FusedMultiplyAdd(a, factor, term);
            b = Vector.FusedMultiplyAdd(b, factor, term);
            c = Vector.FusedMultiplyAdd(c, factor, term);
            d = Vector.FusedMultiplyAdd(d, factor, term);
            e = Vector.FusedMultiplyAdd(e, factor, term);
            f = Vector.FusedMultiplyAdd(f, factor, term);
            g = Vector.FusedMultiplyAdd(g, factor, term);
            h = Vector.FusedMultiplyAdd(h, factor, term);
            i = Vector.FusedMultiplyAdd(i, factor, term);
            j = Vector.FusedMultiplyAdd(j, factor, term);
            k = Vector.FusedMultiplyAdd(k, factor, term);
            l = Vector.FusedMultiplyAdd(l, factor, term);
        }

        _sink = Vector.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
