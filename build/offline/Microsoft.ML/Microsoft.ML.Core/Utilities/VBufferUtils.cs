using Microsoft.ML.Data;

namespace Microsoft.ML.Internal.Utilities;

internal static class VBufferUtils
{
    public delegate void SlotValueManipulator<T>(int slot, ref T value);

    public static VBuffer<T> CreateEmpty<T>(int length) => new(length, 0, null, null);

    public static VBuffer<T> CreateDense<T>(int length) => new(length, new T[length]);

    public static bool HasNaNs(in VBuffer<float> buffer) => buffer.GetValues().ContainsAnyNaN();

    public static bool HasNonFinite(in VBuffer<float> buffer)
    {
        foreach (float value in buffer.GetValues())
        {
            if (!float.IsFinite(value))
                return true;
        }

        return false;
    }

    public static void ForEachDefined<T>(in VBuffer<T> a, Action<int, T> visitor)
    {
        foreach (var (slot, value) in a.Items())
            visitor(slot, value);
    }

    /// <summary>Changes the values that are there, in their place.</summary>
    public static void Apply<T>(ref VBuffer<T> dst, SlotValueManipulator<T> manip)
    {
        var editor = VBufferEditor.CreateFromBuffer(ref dst);
        for (int i = 0; i < editor.Values.Length; i++)
            manip(dst.IsDense ? i : editor.Indices[i], ref editor.Values[i]);
    }

    public static void Resize<T>(ref VBuffer<T> dst, int newLogicalLength, int? valuesCount = null)
        => dst = VBufferEditor.Create(ref dst, newLogicalLength, valuesCount).Commit();

    public static void Clear<T>(ref VBuffer<T> dst) => VBufferEditor.CreateFromBuffer(ref dst).Values.Clear();

    /// <summary>Makes a sparse vector dense, in its own array where that is long enough.</summary>
    public static void Densify<T>(ref VBuffer<T> dst)
    {
        if (dst.IsDense)
            return;
        var values = dst.GetValues();
        var indices = dst.GetIndices();
        var editor = VBufferEditor.Create(ref dst, dst.Length);
        // Backwards, since a value never moves to a lower slot.
        for (int slot = dst.Length - 1, at = values.Length - 1; slot >= 0; slot--)
            editor.Values[slot] = at >= 0 && indices[at] == slot ? values[at--] : default;
        dst = editor.Commit();
    }

    public static void CreateMaybeSparseCopy<T>(in VBuffer<T> src, ref VBuffer<T> dst, InPredicate<T> isDefaultPredicate, float sparsityThreshold = 0.25f)
    {
        Contracts.CheckParam(0 < sparsityThreshold && sparsityThreshold < 1, nameof(sparsityThreshold));
        int count = src.IsDense && src.Length >= 20 ? CountNonDefault(src.GetValues(), isDefaultPredicate) : src.Length;
        if (count > (int)(src.Length * sparsityThreshold))
        {
            src.CopyTo(ref dst);
            return;
        }

        var editor = VBufferEditor.Create(ref dst, src.Length, count);
        var values = src.GetValues();
        for (int slot = 0, at = 0; at < count; slot++)
        {
            if (isDefaultPredicate(in values[slot]))
                continue;
            editor.Indices[at] = slot;
            editor.Values[at++] = values[slot];
        }

        dst = editor.Commit();
    }

    private static int CountNonDefault<T>(ReadOnlySpan<T> values, InPredicate<T> isDefault)
    {
        int count = 0;
        foreach (ref readonly var value in values)
            count += isDefault(in value) ? 0 : 1;
        return count;
    }

    private static bool ContainsAnyNaN(this ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            if (float.IsNaN(value))
                return true;
        }

        return false;
    }
}
