using System.Globalization;
using Microsoft.ML.Internal.Utilities.Offline;

namespace Microsoft.ML.Data.Offline;

/// <typeparam name="T">The type of the values.</typeparam>
internal sealed class KeyDictionary<T> : KeyDictionary
{
    private readonly T[] _values;
    private readonly ValueMapper<T, uint> _lookUp;

    public KeyDictionary(PrimitiveDataViewType itemType, T[] values)
        : base(itemType, values.Length)
    {
        _values = values;
        _lookUp = KeyLookup<T>.Create(values);
    }

    public static KeyDictionary<T> Load(ModelLoadContext ctx, PrimitiveDataViewType itemType)
    {
        var values = new T[ctx.Reader.ReadInt32()];
        for (int i = 0; i < values.Length; i++)
            values[i] = ValueCodec<T>.Instance.Read(ctx.Reader);
        return new(itemType, values);
    }

    public override void Save(ModelSaveContext ctx)
    {
        ctx.Writer.Write(_values.Length);
        foreach (var value in _values)
            ValueCodec<T>.Instance.Write(ctx.Writer, value);
    }

    public override void Print(TextWriter writer)
    {
        writer.WriteLine($"# Number of terms of type '{ItemType}' = {Count}");
        for (int i = 0; i < _values.Length; i++)
            writer.WriteLine($"{i}\t{Text(_values[i], ItemType)}");
    }

    public override Delegate Getter(DataViewRow input, DataViewSchema.Column source)
        => source.Type is VectorDataViewType vector ? VectorGetter(input, source, vector.Size) : ScalarGetter(input, source);

    public override void AddKeyValues(DataViewSchema.Annotations.Builder annotations, DataViewSchema.Column source, bool asText)
    {
        if (Count == 0)
            return;
        if (source.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues)?.Type is VectorDataViewType known
            && ItemType is KeyDataViewType key && (ulong)known.Size == key.Count)
            Generic.Call(AddValuesOfKeys<int>, known.ItemType.RawType, annotations, source, known.ItemType, asText);
        else
            AddValues(annotations, ItemType, _values, asText);
    }

    private static bool AddValues<TValue>(DataViewSchema.Annotations.Builder annotations, PrimitiveDataViewType type, TValue[] values, bool asText)
    {
        if (asText && type is not TextDataViewType)
        {
            var texts = Array.ConvertAll(values, value => Text(value, type).AsMemory());
            return AddValues(annotations, TextDataViewType.Instance, texts, asText);
        }

        annotations.AddKeyValues(values.Length, type, (ref VBuffer<TValue> destination) => VBuffer<TValue>.Copy(values, 0, ref destination, values.Length));
        return true;
    }

    private static string Text<TValue>(TValue value, PrimitiveDataViewType type) => value switch
    {
        float single => single.ToString("R", CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        bool flag => flag ? "1" : "0",
        TimeSpan span => $"{span:c}",
        DateTime or DateTimeOffset => $"{value:o}",
        _ when type is KeyDataViewType => (Convert.ToUInt64(value) - 1).ToString(CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    // Keys of keys stand for what the first keys do.
    private bool AddValuesOfKeys<TValue>(DataViewSchema.Annotations.Builder annotations, DataViewSchema.Column source, PrimitiveDataViewType type, bool asText)
    {
        VBuffer<TValue> known = default;
        source.GetKeyValues(ref known);
        return AddValues(annotations, type, Array.ConvertAll(_values, key => known.GetItemOrDefault(Convert.ToInt32(key) - 1)), asText);
    }

    private Delegate ScalarGetter(DataViewRow input, DataViewSchema.Column source)
    {
        var get = input.GetGetter<T>(source);
        T value = default;
        return (ValueGetter<uint>)((ref uint key) =>
        {
            get(ref value);
            _lookUp(in value, ref key);
        });
    }

    private Delegate VectorGetter(DataViewRow input, DataViewSchema.Column source, int size)
    {
        var get = input.GetGetter<VBuffer<T>>(source);
        uint keyOfDefault = 0;
        _lookUp(default, ref keyOfDefault);
        VBuffer<T> value = default;
        return (ValueGetter<VBuffer<uint>>)((ref VBuffer<uint> keys) =>
        {
            get(ref value);
            if (size != 0 && value.Length != size)
                throw Contracts.Except("Column '{0}': TermTransform expects {1} slots, but got {2}", source.Name, size, value.Length);
            if (keyOfDefault != 0)
                VBufferUtils.Densify(ref value);
            MapVector(in value, ref keys);
        });
    }

    // Values without a key leave no value behind, unless that would cost more than it saves.
    private void MapVector(in VBuffer<T> value, ref VBuffer<uint> keys)
    {
        var values = value.GetValues();
        var indices = value.GetIndices();
        var editor = VBufferEditor.Create(ref keys, value.Length, values.Length, requireIndicesOnDense: true);
        int count = 0;
        uint key = 0;
        for (int i = 0; i < values.Length; i++)
        {
            _lookUp(in values[i], ref key);
            if (key == 0)
                continue;
            editor.Indices[count] = value.IsDense ? i : indices[i];
            editor.Values[count++] = key;
        }

        keys = editor.CommitTruncated(count);
        if (count < value.Length && count > value.Length / 2)
            VBufferUtils.Densify(ref keys);
    }
}
