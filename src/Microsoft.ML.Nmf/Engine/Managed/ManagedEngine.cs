using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The primitives on the processor: float32, vectors of sixteen, threads over fixed blocks of rows. The bits of a result depend on
/// the data and on the processor's vector instructions, never on the number of threads.
/// </summary>
internal sealed partial class ManagedEngine : ComputeEngine
{
    // A factor beyond this is not gathered from the cache.
    private const long CachedFloats = 4 * 1024 * 1024 / sizeof(float);

    private readonly BlockScheduler _scheduler;
    private readonly CrossProductKernel _crossProduct;
    private readonly DenseProduct _denseProduct;
    private readonly BetaTileKernel _betaTiles;
    private readonly DescentPass _descentPass;
    private RoundedFactor? _rounded;

    /// <summary>An engine on up to <paramref name="threads"/> threads.</summary>
    public ManagedEngine(int threads)
    {
        _scheduler = new BlockScheduler(threads);
        _crossProduct = new CrossProductKernel(_scheduler);
        _denseProduct = new DenseProduct(_scheduler);
        _betaTiles = new BetaTileKernel(_scheduler);
        _descentPass = new DescentPass(_scheduler);
    }

    /// <inheritdoc />
    public override bool IsManaged => true;

    /// <inheritdoc />
    public override int Threads => _scheduler.Threads;

    /// <inheritdoc />
    public override string Description
    {
        get
        {
            string vectors = Vector512.IsHardwareAccelerated ? "512-bit vectors"
                : Vector256.IsHardwareAccelerated ? "256-bit vectors"
                : Vector128.IsHardwareAccelerated ? "128-bit vectors"
                : "without vector instructions";
            return $"managed, {_scheduler.Threads} {(_scheduler.Threads == 1 ? "thread" : "threads")}, {vectors}";
        }
    }

    /// <inheritdoc />
    public override string DescribeMemory(ExampleMatrix examples, long working, int rank)
    {
        // Dense data was read as compressed rows, which were then unpacked block by block; the block at hand is held twice.
        long stored = examples switch
        {
            SparseExamples sparse => BytesOf(sparse, rank),
            ObservedExamples => 2 * examples.Bytes,
            _ => examples.Bytes,
        };
        double block = 2 * Math.Min((double)ExampleMatrix.BlockRows / Math.Max(examples.Rows, 1), 1);
        long entries = examples is ObservedExamples observed ? observed.Observed : examples.NonZeros;
        double read = (1 + block) * entries * (sizeof(int) + sizeof(float));
        return string.Create(CultureInfo.InvariantCulture, $"about {Math.Max(stored + working, read) / 1e6:F0} MB");
    }

    /// <inheritdoc />
    public override long BytesOf(int rows, int rank) => sizeof(float) * (long)rows * ManagedFactor.Padded(rank);

    /// <inheritdoc />
    public override long BytesOfScratch(int rows, int rank) => CrossProductKernel.BytesFor(rows, rank);

    /// <inheritdoc />
    public override DataMatrix Load(ExampleMatrix examples) => examples switch
    {
        SparseExamples sparse => new SparseData(sparse),
        DenseExamples dense => new DenseData(dense),
        ObservedExamples observed => new ObservedData(observed),
        _ => throw new NotSupportedException($"Examples of type {examples.GetType().Name} are not known to the managed engine."),
    };

    /// <inheritdoc />
    public override Factor Allocate(int rows, int rank) => new ManagedFactor(rows, rank);

    /// <inheritdoc />
    public override Gram AllocateGram(int rank) => new ManagedGram(rank);

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ProjectTerms(Factor factor, MultiplicativeTerms terms, MultiplicativeTerms result)
    {
        CrossProduct(factor, terms.Numerator, result.Numerator);
        if (terms.Denominator.Rows == factor.Rows)
        {
            CrossProduct(factor, terms.Denominator, result.Denominator);
            return;
        }

        // The one row that serves all rows of the factor is weighed by their sums.
        double[] sums = ColumnSums(Of(factor));
        ManagedFactor row = Of(terms.Denominator), target = Of(result.Denominator);
        for (int k = 0; k < sums.Length; k++)
        {
            for (int l = 0; l < row.Rank; l++)
                target.Values[k * target.Stride + l] = (float)(sums[k] * row.Values[l]);
        }
    }

    /// <inheritdoc />
    public override double Inner(Factor first, Factor second)
    {
        ManagedFactor a = Of(first), b = Of(second);
        return _scheduler.Sum(RowBlocks.Count(a.Rows), CostOfEntries(a), block =>
        {
            (int start, int count) = RowBlocks.Range(block, a.Rows);
            return FactorSums.Inner(a.RowRange(start, count), b.RowRange(start, count));
        });
    }

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override double Inner(Gram first, Gram second)
    {
        double[] a = Of(first).Values, b = Of(second).Values;
        double sum = 0;
        for (int k = 0; k < a.Length; k++)
            sum += a[k] * b[k];
        return sum;
    }

    /// <inheritdoc />
    public override double PenaltyOf(Factor factor, Penalty penalty)
    {
        ManagedFactor f = Of(factor);
        return penalty.IsNone ? 0 : _scheduler.Sum(RowBlocks.Count(f.Rows), CostOfEntries(f), b =>
        {
            (int first, int count) = RowBlocks.Range(b, f.Rows);
            return FactorSums.PenaltyOf(f.RowRange(first, count), f.Stride, penalty);
        });
    }

    /// <inheritdoc />
    public override void CoordinateDescent(Factor factor, Gram gram, Factor product, Penalty penalty, int sweeps)
    {
        ManagedFactor f = Of(factor), p = Of(product);
        var kernel = new CoordinateDescentKernel(Of(gram), penalty, sweeps);
        _scheduler.Run(RowBlocks.Count(f.Rows), CostOfSweeps(f, sweeps), (b, workspace) =>
        {
            (int first, int count) = RowBlocks.Range(b, f.Rows);
            kernel.Descend(f.RowRange(first, count), p.RowRange(first, count), f.Stride, count, workspace.Floats(0, kernel.ScratchLength));
        });
    }

    /// <inheritdoc />
    public override double ExtrapolatedDescent(Factor factor, Factor plain, Factor next, DescentProblem problem, int sweeps, double extrapolation)
    {
        ManagedFactor f = Of(factor), z = Of(plain), target = Of(next), p = Of(problem.Product);
        var kernel = new CoordinateDescentKernel(Of(problem.Gram), problem.Penalty, sweeps);
        var parts = new double[RowBlocks.Count(f.Rows)];
        _scheduler.Run(parts.Length, CostOfSweeps(f, sweeps), (b, workspace) =>
        {
            (int first, int count) = RowBlocks.Range(b, f.Rows);
            parts[b] = kernel.Extrapolate(f.RowRange(first, count), p.RowRange(first, count), z.RowRange(first, count), target.RowRange(first, count),
                (f.Stride, count), (float)extrapolation, workspace.Floats(0, kernel.ScratchLength));
        });
        return parts.Sum();
    }

    /// <inheritdoc />
    public override double StepByDescent(
        DataMatrix data, Factor other, (Factor Factor, Factor Plain, Factor Next) places, DescentStep step, Gram gramOfNext, Func<Factor> room)
    {
        ManagedFactor f = Of(places.Factor), o = Of(other);
        // Frequent rows have a pass of their own over a factor beyond the cache.
        if (data is not SparseData sparse || !DescentPass.Suits(f) || !(IsCached(o) || step.IsRough || sparse.FrequentWhereItPays() is null))
            return base.StepByDescent(data, other, places, step, gramOfNext, room);
        RoundedFactor? rounded = step.IsRough && !IsCached(o) ? Round(o) : null;
        var kernel = new CoordinateDescentKernel(Of(step.Gram), step.Penalty, step.Sweeps);
        return _descentPass.Run(sparse.Data, Multiply, (f, Of(places.Plain), Of(places.Next)), kernel, (float)step.Extrapolation, Of(gramOfNext));

        void Multiply(in CompressedBlock rows, Span<float> result)
        {
            if (rounded is null)
                SparseProduct.Multiply(rows, o, result);
            else
                rounded.Multiply(rows, result);
        }
    }

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override double ComputeTerms(DataMatrix data, Factor factor, Factor other, double beta, MultiplicativeTerms? terms, bool evaluate)
    {
        if (data is ObservedData observed)
            return ObservedTerms(observed, Of(factor), Of(other), beta, terms, evaluate);
        ManagedFactor? numerator = terms is null ? null : Of(terms.Numerator), denominator = terms is null || beta == 1 ? null : Of(terms.Denominator);
        if (terms is not null && beta == 1)
        {
            double[] sums = ColumnSums(Of(other));
            for (int k = 0; k < sums.Length; k++)
                Of(terms.Denominator).Values[k] = (float)sums[k];
        }

        double divergence = beta == 1 && data is SparseData sparse
            ? KullbackLeibler(sparse, Of(factor), Of(other), numerator, evaluate)
            : _betaTiles.Compute(new(data, Of(factor), Of(other), beta, numerator, denominator, evaluate));
        return evaluate ? divergence : double.NaN;
    }

    /// <inheritdoc />
    public override void MultiplicativeUpdate(Factor factor, MultiplicativeTerms terms, Penalty penalty, double beta, double relaxation = 1)
    {
        ManagedFactor f = Of(factor), numerator = Of(terms.Numerator), denominator = Of(terms.Denominator);
        _scheduler.Run(RowBlocks.Count(f.Rows), CostOfEntries(f), [MethodImpl(MethodImplOptions.AggressiveOptimization)] (b, workspace) =>
        {
            (int first, int count) = RowBlocks.Range(b, f.Rows);
            Span<float> rows = f.RowRange(first, count), kept = workspace.Floats(0, count * penalty.Kept);
            for (int i = 0; i < count && penalty.Kept > 0; i++)
                rows.Slice(i * f.Stride, penalty.Kept).CopyTo(kept[(i * penalty.Kept)..]);
            ReadOnlySpan<float> divisors = denominator.Rows == f.Rows ? denominator.RowRange(first, count) : denominator.Values;
            MultiplicativeKernel.Update(rows, numerator.RowRange(first, count), divisors, f.Stride, penalty, (beta, relaxation));
            for (int i = 0; i < count && penalty.Kept > 0; i++)
                kept.Slice(i * penalty.Kept, penalty.Kept).CopyTo(rows[(i * f.Stride)..]);
        });
    }

    /// <inheritdoc />
    public override double[] ColumnSums(Factor factor) => ColumnSums(Of(factor));

    /// <inheritdoc />
    public override void Dispose() => _rounded?.Release();

    // Compressed rows with their transpose, and in both the most frequent rows once more.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long BytesOf(SparseExamples examples, int rank)
    {
        CompressedRows data = examples.Data;
        int stride = ManagedFactor.Padded(rank);
        long bytes = data.Bytes + data.NonZeros * (sizeof(int) + sizeof(float)) + (long)data.Columns * sizeof(int);
        if ((long)data.Columns * stride > CachedFloats)
            bytes += FrequentRows.BytesFor([.. data.Blocks.SelectMany(FrequentRows.EntriesOf)], data.Columns, stride);
        if ((long)data.Rows * stride <= CachedFloats)
            return bytes;
        int[] entries = new int[data.Columns];
        foreach (CompressedBlock block in data.Blocks)
        {
            foreach (int column in block.Columns)
                entries[column]++;
        }

        return bytes + FrequentRows.BytesFor(entries, data.Rows, stride);
    }

    private static double CostOfEntries(ManagedFactor factor) => BlockScheduler.CostOfEntry * factor.Values.Length;

    private static bool IsCached(ManagedFactor factor) => (long)factor.Rows * factor.Stride <= CachedFloats;

    private static ManagedFactor Of(Factor factor) => (ManagedFactor)factor;

    private static ManagedGram Of(Gram gram) => (ManagedGram)gram;

    private static double CostOfSweeps(ManagedFactor factor, int sweeps) => (double)factor.Rows * factor.Rank * factor.Rank * sweeps;

    // A row of the factor for each stored entry.
    private static double CostOfGathering(SparseData data, ManagedFactor other) => (double)data.Examples.NonZeros * other.Stride;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double KullbackLeibler(SparseData data, ManagedFactor factor, ManagedFactor other, ManagedFactor? numerator, bool evaluate)
    {
        float floor = data.Examples.FloorOf(1);
        double logarithms = _scheduler.Sum(RowBlocks.Count(data.Rows), 2 * CostOfGathering(data, other), b =>
        {
            (int first, int count) = RowBlocks.Range(b, data.Rows);
            Span<float> target = numerator is null ? default : numerator.RowRange(first, count);
            return KullbackLeiblerKernel.Terms(data.Data.Blocks[b], factor.RowRange(first, count), other, floor, target, evaluate);
        });
        if (!evaluate)
            return double.NaN;
        double[] f = ColumnSums(factor), o = ColumnSums(other);
        double approximation = 0;
        for (int k = 0; k < f.Length; k++)
            approximation += f[k] * o[k];
        return logarithms - data.Examples.Sum + approximation;
    }

    private double[] ColumnSums(ManagedFactor factor)
    {
        int blocks = RowBlocks.Count(factor.Rows);
        var parts = new double[blocks][];
        _scheduler.Run(blocks, CostOfEntries(factor), b =>
        {
            (int first, int count) = RowBlocks.Range(b, factor.Rows);
            parts[b] = FactorSums.OfColumns(factor.RowRange(first, count), factor.Stride, factor.Rank);
        });
        return AddUp(parts, factor.Rank);
    }
}
