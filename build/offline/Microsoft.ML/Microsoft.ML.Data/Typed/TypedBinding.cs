using Microsoft.ML.Internal.Utilities.Offline;

namespace Microsoft.ML.Data.Offline;

/// <summary>The members of a class that can be filled from the rows of a schema.</summary>
/// <typeparam name="TRow">The class.</typeparam>
internal sealed class TypedBinding<TRow>
    where TRow : class
{
    private readonly List<(TypedColumn Target, DataViewSchema.Column Source)> _pairs = [];

    public TypedBinding(IExceptionContext context, DataViewSchema schema, bool ignoreMissingColumns, SchemaDefinition definition)
    {
        foreach (var target in TypedColumn.Of(typeof(TRow), definition, SchemaDefinition.Direction.Write))
        {
            if (schema.GetColumnOrNull(target.Name) is not { } source)
            {
                if (ignoreMissingColumns)
                    continue;
                throw context.ExceptSchemaMismatch("Schema", "", target.Name);
            }

            var itemType = TypedMembers.ItemType(target.Member, out bool isVector);
            if (isVector != source.Type is VectorDataViewType || itemType != source.Type.GetItemType().RawType)
            {
                throw context.Except("Can't bind the IDataView column '{0}' of type '{1}' to field or property '{2}' of type '{3}'.",
                    target.Name, source.Type, target.Member.Name, target.MemberType.FullName);
            }

            _pairs.Add((target, source));
        }
    }

    public IEnumerable<DataViewSchema.Column> Columns => _pairs.Select(pair => pair.Source);

    /// <summary>What copies a row, as it is at the time of the call, into an object.</summary>
    public Action<TRow> Bind(DataViewRow row)
    {
        Action<TRow>[] setters = [.. _pairs.Select(pair => Bind(row, pair.Target, pair.Source)).Where(setter => setter is not null)];
        return target =>
        {
            foreach (var setter in setters)
                setter(target);
        };
    }

    private static Action<TRow> Bind(DataViewRow row, TypedColumn target, DataViewSchema.Column source)
    {
        var type = target.MemberType;
        if (type == typeof(string))
            return Text(row, target, source);
        if (type == typeof(string[]))
            return Texts(row, target, source);
        if (type.IsArray)
            return Generic.Call(Array<int>, type.GetElementType(), row, target, source);
        return source.Type is VectorDataViewType vector
            ? Generic.Call(Vector<int>, vector.ItemType.RawType, row, target, source)
            : Generic.Call(Scalar<int>, type, row, target, source);
    }

    private static Action<TRow> Scalar<T>(DataViewRow row, TypedColumn target, DataViewSchema.Column source)
    {
        var get = row.GetGetter<T>(source);
        var set = target.Setter<TRow, T>();
        T value = default;
        return set is null ? null : item =>
        {
            get(ref value);
            set(item, value);
        };
    }

    private static Action<TRow> Text(DataViewRow row, TypedColumn target, DataViewSchema.Column source)
    {
        var get = row.GetGetter<ReadOnlyMemory<char>>(source);
        var set = target.Setter<TRow, string>();
        ReadOnlyMemory<char> value = default;
        return set is null ? null : item =>
        {
            get(ref value);
            set(item, value.ToString());
        };
    }

    // Arrays and vectors that the object has already are reused where they fit.
    private static Action<TRow> Texts(DataViewRow row, TypedColumn target, DataViewSchema.Column source)
    {
        var get = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(source);
        var old = target.Getter<TRow, string[]>();
        var set = target.Setter<TRow, string[]>();
        VBuffer<ReadOnlyMemory<char>> value = default;
        return set is null ? null : item =>
        {
            get(ref value);
            var texts = old(item);
            if (Utils.Size(texts) != value.Length)
                texts = new string[value.Length];
            foreach (var (slot, text) in value.Items(all: true))
                texts[slot] = text.ToString();
            set(item, texts);
        };
    }

    private static Action<TRow> Array<T>(DataViewRow row, TypedColumn target, DataViewSchema.Column source)
    {
        var get = row.GetGetter<VBuffer<T>>(source);
        var old = target.Getter<TRow, T[]>();
        var set = target.Setter<TRow, T[]>();
        VBuffer<T> value = default;
        return set is null ? null : item =>
        {
            get(ref value);
            var items = old(item);
            if (Utils.Size(items) != value.Length || !value.IsDense)
                items = new T[value.Length];
            value.CopyTo(items);
            set(item, items);
        };
    }

    private static Action<TRow> Vector<T>(DataViewRow row, TypedColumn target, DataViewSchema.Column source)
    {
        var get = row.GetGetter<VBuffer<T>>(source);
        var old = target.Getter<TRow, VBuffer<T>>();
        var set = target.Setter<TRow, VBuffer<T>>();
        return set is null ? null : item =>
        {
            var value = old(item);
            get(ref value);
            set(item, value);
        };
    }
}
