namespace Microsoft.ML.Data.Offline;

/// <summary>Joins the values of columns: a sparse vector, where at most half of the slots have a value.</summary>
internal static class ConcatenatedGetter
{
    public static Delegate Create<T>(DataViewRow input, DataViewSchema.Column[] sources)
    {
        var parts = Array.ConvertAll(sources, source => Part<T>(input, source));
        var buffers = new VBuffer<T>[parts.Length];
        return (ValueGetter<VBuffer<T>>)((ref VBuffer<T> destination) =>
        {
            int length = 0;
            int count = 0;
            for (int i = 0; i < parts.Length; i++)
            {
                parts[i](ref buffers[i]);
                length = checked(length + buffers[i].Length);
                count += buffers[i].GetValues().Length;
            }

            if (count <= length / 2)
                JoinSparse(buffers, length, count, ref destination);
            else
                JoinDense(buffers, length, ref destination);
        });
    }

    private static ValueGetter<VBuffer<T>> Part<T>(DataViewRow input, DataViewSchema.Column source)
    {
        if (source.Type is not VectorDataViewType { Size: var size })
        {
            var scalar = input.GetGetter<T>(source);
            return (ref VBuffer<T> part) =>
            {
                var editor = VBufferEditor.Create(ref part, 1);
                scalar(ref editor.Values[0]);
                part = editor.Commit();
            };
        }

        var vector = input.GetGetter<VBuffer<T>>(source);
        return (ref VBuffer<T> part) =>
        {
            vector(ref part);
            if (size != 0 && size != part.Length)
                throw Contracts.Except("Column '{0}': expected {1} slots, but got {2}", source.Name, size, part.Length).MarkSensitive(MessageSensitivity.Schema);
        };
    }

    private static void JoinSparse<T>(VBuffer<T>[] parts, int length, int count, ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, length, count);
        int first = 0;
        int at = 0;
        foreach (ref readonly var part in parts.AsSpan())
        {
            var values = part.GetValues();
            var indices = part.GetIndices();
            values.CopyTo(editor.Values[at..]);
            for (int i = 0; i < values.Length && count < length; i++)
                editor.Indices[at + i] = first + (part.IsDense ? i : indices[i]);
            at += values.Length;
            first += part.Length;
        }

        destination = editor.Commit();
    }

    private static void JoinDense<T>(VBuffer<T>[] parts, int length, ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, length);
        int first = 0;
        foreach (ref readonly var part in parts.AsSpan())
        {
            part.CopyTo(editor.Values, first);
            first += part.Length;
        }

        destination = editor.Commit();
    }
}
