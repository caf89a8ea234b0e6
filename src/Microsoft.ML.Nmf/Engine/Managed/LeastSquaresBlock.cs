using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// The working memory of one thread for a block of least-squares rows that share Q: their supports, their order by the size of these, so that rows that are
/// solved together have about as many equations, and the solvers.
/// </summary>
internal sealed class LeastSquaresBlock
{
    private const int Lane = DoubleKernel.Lane;
    private const int FloatLane = ManagedFactor.Lane;
    private const int WordBits = 64;

    // A bit for each float of a vector.
    private const ulong AllBits = (1UL << FloatLane) - 1;

    // A support of any larger size.
    private const int Large = LaneEquations.MostSize + 1;

    private readonly int _words;
    private readonly int _stride;
    private readonly ulong[] _supports;
    private readonly ulong[] _exchanged;
    private readonly int[] _lists;
    private readonly int[] _entries;
    private readonly double[] _values;
    private readonly AlignedDoubles _targets;
    private readonly AlignedDoubles _gradient;
    private readonly double[] _solution;
    private readonly int[] _starts = new int[Large + 2];

    /// <summary>Room for problems of up to a rank.</summary>
    public LeastSquaresBlock(int rank)
    {
        Rank = rank;
        _stride = ManagedFactor.Padded(rank);
        _words = (_stride + WordBits - 1) / WordBits;
        _supports = new ulong[ExampleMatrix.BlockRows * _words];
        _exchanged = new ulong[_words];
        _lists = new int[LaneEquations.Lanes * LaneEquations.MostSize];
        _entries = new int[_stride];
        _values = new double[_stride];
        _gradient = new AlignedDoubles(_stride);
        _targets = new AlignedDoubles(LaneEquations.Lanes, _stride);
        Descent = new AlignedFloats(2 * CoordinateDescentKernel.MostLanes, _stride);
        Equations = new LaneEquations(rank, PivotingRule.DependentInSingle);
        Solver = new NonnegativeRowSolver(rank, PivotingRule.DependentInSingle);
        _solution = new double[rank];
    }

    /// <summary>The largest r.</summary>
    public int Rank { get; }

    /// <summary>Solves eight rows.</summary>
    public LaneEquations Equations { get; }

    /// <summary>Solves one row.</summary>
    public NonnegativeRowSolver Solver { get; }

    /// <summary>The rows that are not solved yet.</summary>
    public int[] Pending { get; } = new int[ExampleMatrix.BlockRows];

    /// <summary>The pending rows by the size of their supports.</summary>
    public int[] Order { get; } = new int[ExampleMatrix.BlockRows];

    /// <summary>The sizes of the supports; more than <see cref="LaneEquations.MostSize"/> counts as one more than that.</summary>
    public int[] Sizes { get; } = new int[ExampleMatrix.BlockRows];

    /// <summary>What coordinate descent works in.</summary>
    public AlignedFloats Descent { get; }

    /// <summary>The right side of a lane.</summary>
    public Span<double> Target(int lane) => _targets.Span.Slice(lane * _stride, _stride);

    /// <summary>The support of a row, a bit for each variable.</summary>
    public Span<ulong> Support(int row) => _supports.AsSpan(row * _words, _words);

    /// <summary>Takes the supports of padded rows: what is positive, and what is not a number, so that it is not lost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void TakeSupports(ReadOnlySpan<float> rows, int stride)
    {
        ref float value = ref MemoryMarshal.GetReference(rows);
        int count = rows.Length / stride;
        for (int i = 0; i < count; i++)
        {
            Span<ulong> support = Support(i);
            support.Clear();
            for (int k = 0; k < stride; k += FloatLane)
            {
                Vector512<float> isZero = Vector512.LessThanOrEqual(Vector512.LoadUnsafe(ref value, (nuint)(i * stride + k)), Vector512<float>.Zero);
                support[k / WordBits] |= (isZero.ExtractMostSignificantBits() ^ AllBits) << (k % WordBits);
            }

            Sizes[i] = SizeOf(support);
            Pending[i] = i;
        }
    }

    /// <summary>Orders the pending rows by the size of their supports.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sort(int count)
    {
        int[] starts = _starts, sizes = Sizes, pending = Pending;
        Array.Clear(starts);
        for (int i = 0; i < count; i++)
            starts[sizes[pending[i]] + 1]++;
        for (int size = 1; size < starts.Length; size++)
            starts[size] += starts[size - 1];
        for (int i = 0; i < count; i++)
            Order[starts[sizes[pending[i]]]++] = pending[i];
    }

    /// <summary>The rows from a place in the order on that are solved together; 0 where the next support is too large.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int CountTogether(int at, int count)
    {
        int together = Math.Min(LaneEquations.Lanes, count - at);
        while (together > 0 && Sizes[Order[at + together - 1]] == Large)
            together--;
        return together;
    }

    // Lists the support of a row, ascending.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ReadOnlySpan<int> List(int row, int lane)
    {
        Span<int> list = _lists.AsSpan(lane * LaneEquations.MostSize, Sizes[row]);
        ReadOnlySpan<ulong> support = Support(row);
        int count = 0;
        for (int word = 0; word < support.Length; word++)
        {
            for (ulong bits = support[word]; bits != 0; bits &= bits - 1)
                list[count++] = word * WordBits + BitOperations.TrailingZeroCount(bits);
        }

        return list;
    }

    /// <summary>A row in double that is 1 on the support and 0 off it.</summary>
    /// <param name="row">Which row's support.</param>
    /// <param name="rank">r.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Span<double> MarkSupport(int row, int rank)
    {
        ReadOnlySpan<ulong> support = Support(row);
        Span<double> marked = _solution.AsSpan(0, rank);
        for (int k = 0; k < rank; k++)
            marked[k] = support[k / WordBits] >> (k % WordBits) & 1;
        return marked;
    }

    /// <summary>Takes the equations of a row whose right side is set.</summary>
    public void Gather(PaddedGram gram, int row, int lane) => Equations.Gather(gram, lane, List(row, lane), Target(lane));

    /// <summary>Solves what has been gathered in the first lanes.</summary>
    /// <returns>A bit for each lane whose support has dependent columns.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public uint SolveGathered(PaddedGram gram, int lanes)
    {
        for (int lane = lanes; lane < LaneEquations.Lanes; lane++)
            Equations.Gather(gram, lane, [], []);
        return Equations.Solve();
    }

    /// <summary>Writes the solution of a lane as a padded row, plus a share of another row on the same support where there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Scatter(int row, int lane, Span<float> target, ReadOnlySpan<float> other = default, double share = 0)
    {
        ReadOnlySpan<int> list = Listed(row, lane);
        ref double x = ref Equations.First(lane);
        target.Clear();
        for (int i = 0; i < list.Length; i++)
        {
            double own = other.IsEmpty ? 0 : share * other[list[i]];
            target[list[i]] = (float)(Unsafe.Add(ref x, i * LaneEquations.Lanes) + own);
        }
    }

    /// <summary>
    /// Exchanges what violates optimality in the solution of a lane: negative values leave the support, zeros with a gradient below their bound enter it.
    /// </summary>
    /// <returns>Whether there was anything to exchange.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Exchange(PaddedGram gram, int row, int lane)
    {
        ReadOnlySpan<int> list = Listed(row, lane);
        Span<ulong> support = Support(row), exchanged = _exchanged;
        exchanged.Clear();
        FindLow(gram, list, lane, exchanged);
        ulong any = 0;
        for (int word = 0; word < support.Length; word++)
            any |= exchanged[word] &= ~support[word];
        ref double x = ref Equations.First(lane);
        for (int i = 0; i < list.Length; i++)
        {
            if (!(Unsafe.Add(ref x, i * LaneEquations.Lanes) < 0))
                continue;
            ulong bit = 1UL << (list[i] % WordBits);
            exchanged[list[i] / WordBits] |= bit;
            any |= bit;
        }

        if (any == 0)
            return false;
        for (int word = 0; word < support.Length; word++)
            support[word] ^= exchanged[word];
        Sizes[row] = SizeOf(support);
        return true;
    }

    /// <summary>The largest violation of the conditions of optimality by a row, and the largest |b|, with b in the first lane.</summary>
    /// <param name="gram">G.</param>
    /// <param name="row">The padded row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (double Violation, double Largest) Violation(PaddedGram gram, ReadOnlySpan<float> row)
    {
        int count = ListEntries(row);
        ref double b = ref MemoryMarshal.GetReference(Target(0));
        ref double g = ref _gradient.First;
        ref float f = ref MemoryMarshal.GetReference(row);
        RowGradient.Compute(gram, _entries.AsSpan(0, count), ref MemoryMarshal.GetArrayDataReference(_values), 1, ref b, ref g);
        Vector512<double> worst = default, largest = default;
        for (int k = 0; k < gram.Stride; k += Lane)
        {
            Vector512<double> gradient = Vector512.LoadUnsafe(ref g, (nuint)k);
            Vector512<double> own = Vector512.WidenLower(Vector256.LoadUnsafe(ref f, (nuint)k).ToVector512Unsafe());
            Vector512<double> violation = Vector512.ConditionalSelect(Vector512.GreaterThan(own, Vector512<double>.Zero), Vector512.Abs(gradient), -gradient);
            worst = Vector512.MaxNative(worst, violation);
            largest = Vector512.MaxNative(largest, Vector512.Abs(Vector512.LoadUnsafe(ref b, (nuint)k)));
        }

        return (GradientBounds.LargestOf(worst), GradientBounds.LargestOf(largest));
    }

    // A bit for each gradient of a lane that is below its bound.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindLow(PaddedGram gram, ReadOnlySpan<int> list, int lane, Span<ulong> low)
    {
        ref double b = ref MemoryMarshal.GetReference(Target(lane));
        ref double g = ref _gradient.First;
        RowGradient.Compute(gram, list, ref Equations.First(lane), LaneEquations.Lanes, ref b, ref g);
        var bounds = new GradientBounds(gram, ref b);
        for (int k = 0; k < gram.Stride; k += Lane)
            low[k / WordBits] |= bounds.Below(Vector512.LoadUnsafe(ref g, (nuint)k), k) << (k % WordBits);
    }

    private ReadOnlySpan<int> Listed(int row, int lane) => _lists.AsSpan(lane * LaneEquations.MostSize, Sizes[row]);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int ListEntries(ReadOnlySpan<float> row)
    {
        int count = 0;
        for (int k = 0; k < row.Length; k += FloatLane)
        {
            Vector512<float> isZero = Vector512.Equals(Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(row), (nuint)k), Vector512<float>.Zero);
            for (ulong bits = isZero.ExtractMostSignificantBits() ^ AllBits; bits != 0; bits &= bits - 1)
            {
                int entry = k + BitOperations.TrailingZeroCount(bits);
                _values[count] = row[entry];
                _entries[count++] = entry;
            }
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int SizeOf(ReadOnlySpan<ulong> support)
    {
        int size = 0;
        foreach (ulong bits in support)
            size += BitOperations.PopCount(bits);
        return Math.Min(size, Large);
    }
}
