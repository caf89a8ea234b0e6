using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// A factor O rounded to 16 bits a value (bfloat16: the upper half of a float32), for the product of compressed rows with an O that is larger than the cache: what
/// bounds that product is the bytes of O's rows that are read, and these are half as many. A value is right to 2⁻⁹ of itself, sums of many to a few parts in
/// 10⁵. The sums are in float32.
/// </summary>
/// <remarks>
/// A row is in groups of 32 values, 16 words of 32 bits: word j of a group has value j in its lower half and value 16 + j in its upper, so that two vectors of
/// float32 come from one of words by a shift and a mask.
/// </remarks>
internal sealed class RoundedFactor
{
    private const int Lane = ManagedFactor.Lane;
    private const int Group = 2 * Lane;

    private readonly int _rows;
    private readonly int _stride;
    private readonly int _groups;
    private readonly AlignedFloats _words;

    /// <summary>Room for a factor.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="stride">The length of its padded rows.</param>
    public RoundedFactor(int rows, int stride)
    {
        _rows = rows;
        _stride = stride;
        _groups = (stride + Group - 1) / Group;
        _words = new AlignedFloats(rows, _groups * Lane);
    }

    /// <summary>Whether there is room for just such a factor.</summary>
    public bool Fits(ManagedFactor factor) => factor.Rows == _rows && factor.Stride == _stride;

    /// <summary>Gives the memory back, after which it is not used any more.</summary>
    public void Release() => _words.Release();

    /// <summary>Rounds some rows, each value to the nearest.</summary>
    /// <param name="rows">The padded rows.</param>
    /// <param name="first">Which row the first of them is.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Take(ReadOnlySpan<float> rows, int first)
    {
        ref float from = ref MemoryMarshal.GetReference(rows);
        ref uint to = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<float, uint>(_words.Span)[(first * _groups * Lane)..]);
        Vector512<uint> half = Vector512.Create(0x8000u), upper = Vector512.Create(0xFFFF0000u);
        int at = 0;
        for (int row = 0; row < rows.Length; row += _stride)
        {
            for (int k = 0; k < _stride; k += Group, at += Lane)
            {
                Vector512<uint> low = (Vector512.LoadUnsafe(ref from, (nuint)(row + k)).AsUInt32() + half) >>> 16;
                Vector512<uint> high = k + Lane < _stride ? (Vector512.LoadUnsafe(ref from, (nuint)(row + k + Lane)).AsUInt32() + half) & upper : default;
                (low | high).StoreUnsafe(ref to, (nuint)at);
            }
        }
    }

    /// <summary>result ← rows · O.</summary>
    /// <param name="rows">Compressed rows, with as many columns as O has rows.</param>
    /// <param name="result">Receives a padded row for each.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply(in CompressedBlock rows, Span<float> result)
    {
        for (int group = 0; group < _groups;)
        {
            int count = Math.Min(_groups - group, 4);
            switch (count)
            {
                case 4: Multiply<FourVectors>(rows, group, result); break;
                case 3: Multiply<ThreeVectors>(rows, group, result); break;
                case 2: Multiply<TwoVectors>(rows, group, result); break;
                default: Multiply<OneVector>(rows, group, result); break;
            }

            group += count;
        }
    }

    // Up to four groups, which are eight vectors of sums; the last group of a row may be half padding that the result has no room for.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply<TGroups>(in CompressedBlock rows, int group, Span<float> result)
        where TGroups : struct, IVectorCount
    {
        ref int columns = ref MemoryMarshal.GetArrayDataReference(rows.Columns);
        ref float values = ref MemoryMarshal.GetArrayDataReference(rows.Values);
        ref uint source = ref Unsafe.As<float, uint>(ref MemoryMarshal.GetReference(_words.Span[(group * Lane)..]));
        ref float target = ref MemoryMarshal.GetReference(result[(group * Group)..]);
        int[] starts = rows.Starts;
        int words = _groups * Lane, vectors = (_stride - group * Group) / Lane;
        for (int i = 0; i + 1 < starts.Length; i++)
        {
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
            int end = starts[i + 1];
            for (int p = starts[i]; p < end; p++)
            {
                ref uint row = ref Unsafe.Add(ref source, (nint)Unsafe.Add(ref columns, p) * words);
                Vector512<float> value = Vector512.Create(Unsafe.Add(ref values, p));
                Add(Vector512.LoadUnsafe(ref row), value, ref s0, ref s1);
                if (TGroups.Count > 1) Add(Vector512.LoadUnsafe(ref row, Lane), value, ref s2, ref s3);
                if (TGroups.Count > 2) Add(Vector512.LoadUnsafe(ref row, 2 * Lane), value, ref s4, ref s5);
                if (TGroups.Count > 3) Add(Vector512.LoadUnsafe(ref row, 3 * Lane), value, ref s6, ref s7);
            }

            ref float sum = ref Unsafe.Add(ref target, (nint)i * _stride);
            s0.StoreUnsafe(ref sum);
            if (vectors > 1) s1.StoreUnsafe(ref sum, Lane);
            if (TGroups.Count > 1) s2.StoreUnsafe(ref sum, 2 * Lane);
            if (TGroups.Count > 1 && vectors > 3) s3.StoreUnsafe(ref sum, 3 * Lane);
            if (TGroups.Count > 2) s4.StoreUnsafe(ref sum, 4 * Lane);
            if (TGroups.Count > 2 && vectors > 5) s5.StoreUnsafe(ref sum, 5 * Lane);
            if (TGroups.Count > 3) s6.StoreUnsafe(ref sum, 6 * Lane);
            if (TGroups.Count > 3 && vectors > 7) s7.StoreUnsafe(ref sum, 7 * Lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector512<uint> words, Vector512<float> value, ref Vector512<float> low, ref Vector512<float> high)
    {
        low = Vector512.MultiplyAddEstimate(value, (words << 16).AsSingle(), low);
        high = Vector512.MultiplyAddEstimate(value, (words & Vector512.Create(0xFFFF0000u)).AsSingle(), high);
    }
}
