using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// A block of compressed rows times a factor. A row of the result is the sum of the factor's rows at the columns of the row's entries, weighted by their
/// values; up to 64 of its columns are summed in registers at a time. Cost z·r multiply-adds and as many floats read.
/// </summary>
internal static class SparseProduct
{
    private const int Lane = ManagedFactor.Lane;

    /// <summary>result ← rows · other.</summary>
    /// <param name="rows">The compressed rows, of q columns.</param>
    /// <param name="other">A factor, q × r.</param>
    /// <param name="result">Receives a padded row for each compressed row.</param>
    /// <param name="skip">For each row, whether its result is left as it is; empty to compute all.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in CompressedBlock rows, ManagedFactor other, Span<float> result, ReadOnlySpan<bool> skip = default)
    {
        int stride = other.Stride;
        for (int column = 0; column < stride;)
        {
            int width = Math.Min(stride - column, 4 * Lane);
            switch (width / Lane)
            {
                case 4: Multiply<FourVectors>(rows, other.Values[column..], stride, result[column..], skip); break;
                case 3: Multiply<ThreeVectors>(rows, other.Values[column..], stride, result[column..], skip); break;
                case 2: Multiply<TwoVectors>(rows, other.Values[column..], stride, result[column..], skip); break;
                default: Multiply<OneVector>(rows, other.Values[column..], stride, result[column..], skip); break;
            }

            column += width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TWidth>(in CompressedBlock rows, ReadOnlySpan<float> other, int stride, Span<float> result, ReadOnlySpan<bool> skip)
        where TWidth : struct, IVectorCount
    {
        ref int columns = ref MemoryMarshal.GetArrayDataReference(rows.Columns);
        ref float values = ref MemoryMarshal.GetArrayDataReference(rows.Values);
        ref float source = ref MemoryMarshal.GetReference(other);
        ref float target = ref MemoryMarshal.GetReference(result);
        int[] starts = rows.Starts;
        for (int i = 0; i + 1 < starts.Length; i++)
        {
            if (!skip.IsEmpty && skip[i])
                continue;
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
            int end = starts[i + 1];
            for (int p = starts[i]; p < end; p++)
            {
                ref float row = ref Unsafe.Add(ref source, (nint)Unsafe.Add(ref columns, p) * stride);
                Vector512<float> value = Vector512.Create(Unsafe.Add(ref values, p));
                s0 = Vector512.MultiplyAddEstimate(value, Vector512.LoadUnsafe(ref row), s0);
                if (TWidth.Count > 1) s1 = Vector512.MultiplyAddEstimate(value, Vector512.LoadUnsafe(ref row, Lane), s1);
                if (TWidth.Count > 2) s2 = Vector512.MultiplyAddEstimate(value, Vector512.LoadUnsafe(ref row, 2 * Lane), s2);
                if (TWidth.Count > 3) s3 = Vector512.MultiplyAddEstimate(value, Vector512.LoadUnsafe(ref row, 3 * Lane), s3);
            }

            ref float sum = ref Unsafe.Add(ref target, (nint)i * stride);
            s0.StoreUnsafe(ref sum);
            if (TWidth.Count > 1) s1.StoreUnsafe(ref sum, Lane);
            if (TWidth.Count > 2) s2.StoreUnsafe(ref sum, 2 * Lane);
            if (TWidth.Count > 3) s3.StoreUnsafe(ref sum, 3 * Lane);
        }
    }
}

/// <summary>
/// The densest rows of a sparse matrix M, such as the most frequent words of Xᵀ, stored by column for the product M·O with an O that is larger than the cache.
/// <see cref="SparseProduct"/> would read a row of O from memory for each of their many entries. Here every row of O is read once, in order, and added to the
/// results of the dense rows with an entry in its column; these results stay in the cache. Columns are cut into up to <see cref="Parts"/> fixed ranges with sums of
/// their own, added at the end, so that the bits do not depend on the number of threads.
/// </summary>
internal sealed class FrequentRows
{
    private const int Lane = ManagedFactor.Lane;

    // The results of this many rows of 64 floats take 256 KB, which fits into half of a common second-level cache.
    private const int MostRows = 1024;

    // A row with entries in fewer than one of this many columns is computed as fast by SparseProduct.
    private const int LeastShare = 512;

    // Ranges of columns, each with partial sums of its own; fewer where the sums of all would take more floats than this.
    private const int Parts = 16;
    private const int MostSums = 1 << 24;

    private readonly int[] _rows;
    private readonly CompressedBlock[] _columns;
    private readonly int _columnCount;
    private AlignedFloats _sums = AlignedFloats.None;

    private FrequentRows(int[] rows, CompressedBlock[] columns, int columnCount)
    {
        _rows = rows;
        _columns = columns;
        _columnCount = columnCount;
    }

    /// <summary>For each row of the matrix, whether it is among the frequent ones.</summary>
    public required bool[] IsFrequent { get; init; }

    /// <summary>Selects the densest rows of a matrix and copies their entries.</summary>
    /// <param name="matrix">M.</param>
    /// <param name="transposed">Mᵀ.</param>
    /// <returns>The rows, or null when they have less than a third of all entries: separate treatment would not pay.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static FrequentRows? Find(CompressedRows matrix, CompressedRows transposed)
    {
        if (Select([.. matrix.Blocks.SelectMany(EntriesOf)], matrix.Columns) is not { } rows)
            return null;

        var slots = new int[matrix.Rows];
        Array.Fill(slots, -1);
        for (int slot = 0; slot < rows.Length; slot++)
            slots[rows[slot]] = slot;
        return new FrequentRows(rows, [.. transposed.Blocks.Select(block => SelectSlots(block, slots))], matrix.Columns)
        {
            IsFrequent = [.. slots.Select(slot => slot >= 0)],
        };
    }

    /// <summary>The entries of each row of a block.</summary>
    public static IEnumerable<int> EntriesOf(CompressedBlock block) => Enumerable.Range(0, block.Rows).Select(i => block.Starts[i + 1] - block.Starts[i]);

    /// <summary>The bytes that the copy takes, and the partial sums of products with a factor.</summary>
    /// <param name="entries">The entries of each row of M.</param>
    /// <param name="columns">The number of columns of M.</param>
    /// <param name="stride">The length of a padded row of the factor.</param>
    public static long BytesFor(int[] entries, int columns, int stride)
    {
        if (Select(entries, columns) is not { } rows)
            return 0;
        long sums = (long)rows.Length * stride;
        return rows.Sum(row => (long)entries[row]) * (sizeof(int) + sizeof(float)) + (long)columns * sizeof(int)
            + sizeof(float) * sums * Math.Clamp(MostSums / Math.Max(sums, 1), 1, Parts);
    }

    // The rows, or null when they have less than a third of all entries.
    private static int[]? Select(int[] entries, int columns)
    {
        int[] rows =
        [
            .. entries.Select((count, row) => (Row: row, Entries: count)).Where(c => c.Entries > columns / LeastShare)
                .OrderByDescending(c => c.Entries).ThenBy(c => c.Row).Take(MostRows).Select(c => c.Row).Order(),
        ];
        return rows.Sum(row => (long)entries[row]) * 3 < entries.Sum(count => (long)count) ? null : rows;
    }

    /// <summary>
    /// Computes the frequent rows of result ← M·O; leaves the other rows as they are. One call at a time: the partial sums are kept for the next one.
    /// </summary>
    /// <param name="scheduler">Runs the ranges of columns.</param>
    /// <param name="other">O, with one row for each column of M.</param>
    /// <param name="result">Receives the frequent rows.</param>
    public void Multiply(BlockScheduler scheduler, ManagedFactor other, ManagedFactor result)
    {
        int stride = other.Stride;
        int size = ArraySize.Of(_rows.Length, stride);
        int parts = Math.Min(Math.Clamp(MostSums / Math.Max(size, 1), 1, Parts), _columns.Length);
        if (_sums.Length != parts * size)
            _sums = new AlignedFloats(parts, size);
        scheduler.Run(parts, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (part) =>
        {
            Span<float> target = _sums.Span.Slice(part * size, size);
            target.Clear();
            for (int b = FirstBlock(part, parts); b < FirstBlock(part + 1, parts); b++)
            {
                (int first, int count) = RowBlocks.Range(b, _columnCount);
                Scatter(_columns[b], other.RowRange(first, count), stride, target);
            }
        });
        scheduler.Run(RowBlocks.Count(_rows.Length), [MethodImpl(MethodImplOptions.AggressiveOptimization)] (b) =>
        {
            (int first, int count) = RowBlocks.Range(b, _rows.Length);
            for (int slot = first; slot < first + count; slot++)
                FactorSums.OfParts(_sums.Span[(slot * stride)..], size, parts, result.RowRange(_rows[slot], 1));
        });
    }

    private int FirstBlock(int part, int parts) => (int)((long)_columns.Length * part / parts);

    // The entries of a block of Mᵀ that are in frequent rows of M; their columns become slots, which number the frequent rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static CompressedBlock SelectSlots(CompressedBlock block, int[] slots)
    {
        var starts = new int[block.Starts.Length];
        var kept = new List<int>();
        var values = new List<float>();
        for (int i = 0; i < block.Rows; i++)
        {
            for (int p = block.Starts[i]; p < block.Starts[i + 1]; p++)
            {
                if (slots[block.Columns[p]] < 0)
                    continue;
                kept.Add(slots[block.Columns[p]]);
                values.Add(block.Values[p]);
            }

            starts[i + 1] = kept.Count;
        }

        return new CompressedBlock(starts, [.. kept], [.. values]);
    }

    // target[slot] += value · (row of O) for every entry of a block of columns.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(in CompressedBlock columns, ReadOnlySpan<float> other, int stride, Span<float> target)
    {
        for (int k = 0; k < stride;)
        {
            int width = Math.Min(stride - k, 4 * Lane);
            switch (width / Lane)
            {
                case 4: Scatter<FourVectors>(columns, other[k..], stride, target[k..]); break;
                case 3: Scatter<ThreeVectors>(columns, other[k..], stride, target[k..]); break;
                case 2: Scatter<TwoVectors>(columns, other[k..], stride, target[k..]); break;
                default: Scatter<OneVector>(columns, other[k..], stride, target[k..]); break;
            }

            k += width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter<TWidth>(in CompressedBlock columns, ReadOnlySpan<float> other, int stride, Span<float> target)
        where TWidth : struct, IVectorCount
    {
        ref int slots = ref MemoryMarshal.GetArrayDataReference(columns.Columns);
        ref float values = ref MemoryMarshal.GetArrayDataReference(columns.Values);
        ref float source = ref MemoryMarshal.GetReference(other);
        ref float sums = ref MemoryMarshal.GetReference(target);
        for (int i = 0; i < columns.Rows; i++)
        {
            ref float row = ref Unsafe.Add(ref source, (nint)i * stride);
            Vector512<float> r0 = Vector512.LoadUnsafe(ref row);
            Vector512<float> r1 = TWidth.Count > 1 ? Vector512.LoadUnsafe(ref row, Lane) : default;
            Vector512<float> r2 = TWidth.Count > 2 ? Vector512.LoadUnsafe(ref row, 2 * Lane) : default;
            Vector512<float> r3 = TWidth.Count > 3 ? Vector512.LoadUnsafe(ref row, 3 * Lane) : default;
            int end = columns.Starts[i + 1];
            for (int p = columns.Starts[i]; p < end; p++)
            {
                ref float sum = ref Unsafe.Add(ref sums, (nint)Unsafe.Add(ref slots, p) * stride);
                Vector512<float> value = Vector512.Create(Unsafe.Add(ref values, p));
                Vector512.MultiplyAddEstimate(value, r0, Vector512.LoadUnsafe(ref sum)).StoreUnsafe(ref sum);
                if (TWidth.Count > 1) Vector512.MultiplyAddEstimate(value, r1, Vector512.LoadUnsafe(ref sum, Lane)).StoreUnsafe(ref sum, Lane);
                if (TWidth.Count > 2) Vector512.MultiplyAddEstimate(value, r2, Vector512.LoadUnsafe(ref sum, 2 * Lane)).StoreUnsafe(ref sum, 2 * Lane);
                if (TWidth.Count > 3) Vector512.MultiplyAddEstimate(value, r3, Vector512.LoadUnsafe(ref sum, 3 * Lane)).StoreUnsafe(ref sum, 3 * Lane);
            }
        }
    }
}
