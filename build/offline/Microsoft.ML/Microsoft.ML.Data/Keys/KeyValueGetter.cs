namespace Microsoft.ML.Data.Offline;

/// <summary>Gets what keys stand for; for a missing key NaN, or the default where the type has no missing value.</summary>
internal static class KeyValueGetter
{
    public static Delegate Create<TValue>(DataViewRow input, DataViewSchema.Column source)
    {
        VBuffer<TValue> buffer = default;
        source.GetKeyValues(ref buffer);
        TValue[] values = [.. buffer.DenseValues()];
        var missing = Missing<TValue>();
        return source.Type is VectorDataViewType ? Vector(input, source, values, missing) : Scalar(input, source, values, missing);
    }

    private static Delegate Scalar<TValue>(DataViewRow input, DataViewSchema.Column source, TValue[] values, TValue missing)
    {
        var get = RowCursorUtils.GetGetterAs<uint>(NumberDataViewType.UInt32, input, source.Index);
        uint key = 0;
        return (ValueGetter<TValue>)((ref TValue value) =>
        {
            get(ref key);
            value = Find(values, key, missing);
        });
    }

    private static Delegate Vector<TValue>(DataViewRow input, DataViewSchema.Column source, TValue[] values, TValue missing)
    {
        var get = RowCursorUtils.GetVecGetterAs<uint>(NumberDataViewType.UInt32, input, source.Index);
        bool isMissingDefault = EqualityComparer<TValue>.Default.Equals(missing, default);
        VBuffer<uint> keys = default;
        return (ValueGetter<VBuffer<TValue>>)((ref VBuffer<TValue> value) =>
        {
            get(ref keys);
            if (!isMissingDefault)
                VBufferUtils.Densify(ref keys);
            var items = keys.GetValues();
            var editor = VBufferEditor.Create(ref value, keys.Length, items.Length);
            for (int i = 0; i < items.Length; i++)
                editor.Values[i] = Find(values, items[i], missing);
            keys.GetIndices().CopyTo(editor.Indices);
            value = editor.Commit();
        });
    }

    private static TValue Find<TValue>(TValue[] values, uint key, TValue missing) => key - 1 < values.Length ? values[key - 1] : missing;

    private static T Missing<T>() => default(T) switch
    {
        float => (T)(object)float.NaN,
        double => (T)(object)double.NaN,
        var other => other,
    };
}
