using System.Numerics;
using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Offline;

/// <summary>Moves and stretches each slot: (x - offset) * scale.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
/// <param name="scale">A scale for each slot.</param>
/// <param name="offset">An offset for each slot; null where all are zero.</param>
internal sealed class AffineScaling<T>(T[] scale, T[] offset)
    where T : struct, IFloatingPointIeee754<T>
{
    public T[] Scale => scale;

    public T[] Offset => offset;

    public T Apply(T value) => offset is null ? value * scale[0] : (value - offset[0]) * scale[0];

    /// <summary>The result is dense where half of its slots, or more, are not zero.</summary>
    public void Apply(in VBuffer<T> source, ref VBuffer<T> target)
    {
        Contracts.Check(source.Length == scale.Length);
        if (offset is null && !source.IsDense)
            ApplySparse(in source, ref target);
        else
            ApplyDense(in source, ref target);
    }

    private void ApplySparse(in VBuffer<T> source, ref VBuffer<T> target)
    {
        var values = source.GetValues();
        var indices = source.GetIndices();
        var editor = VBufferEditor.Create(ref target, source.Length, values.Length);
        int count = 0;
        for (int i = 0; i < values.Length; i++)
        {
            T value = values[i] * scale[indices[i]];
            if (value == T.Zero)
                continue;
            editor.Indices[count] = indices[i];
            editor.Values[count++] = value;
        }

        target = editor.CommitTruncated(count);
        if (count > 0 && count >= source.Length / 2)
            VBufferUtils.Densify(ref target);
    }

    private void ApplyDense(in VBuffer<T> source, ref VBuffer<T> target)
    {
        source.CopyToDense(ref target);
        var editor = VBufferEditor.CreateFromBuffer(ref target);
        int count = 0;
        for (int slot = 0; slot < editor.Values.Length; slot++)
        {
            T value = offset is null ? editor.Values[slot] * scale[slot] : (editor.Values[slot] - offset[slot]) * scale[slot];
            editor.Values[slot] = value;
            count += value == T.Zero ? 0 : 1;
        }

        target = editor.Commit();
        if (count < target.Length / 2)
            Sparsify(ref target, count);
    }

    private static void Sparsify(ref VBuffer<T> dense, int count)
    {
        var values = dense.GetValues();
        var editor = VBufferEditor.Create(ref dense, values.Length, count);
        for (int slot = 0, at = 0; at < count; slot++)
        {
            if (values[slot] == T.Zero)
                continue;
            editor.Indices[at] = slot;
            editor.Values[at++] = values[slot];
        }

        dense = editor.Commit();
    }
}
