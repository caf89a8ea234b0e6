using Microsoft.ML.Data.Offline;
using Microsoft.ML.Internal.Utilities.Offline;

namespace Microsoft.ML.Data;

internal static class RowCursorUtils
{
    internal const string FetchValueStateError = "Values cannot be fetched at this time. This method was called either before the first call to MoveNext, or at any point after that method returned false.";

    /// <summary>The getter of a column, of the column's own type.</summary>
    public static Delegate GetGetterAsDelegate(DataViewRow row, int col)
    {
        CheckActive(row, col);
        return Generic.Call(GetterOf<int>, row.Schema[col].Type.RawType, row, col);
    }

    public static Delegate GetGetterAs(DataViewType typeDst, DataViewRow row, int col)
    {
        Contracts.CheckParam(typeDst is PrimitiveDataViewType, nameof(typeDst));
        CheckActive(row, col);
        var source = row.Schema[col].Type;
        Contracts.Check(source is PrimitiveDataViewType, "Source column type must be primitive");
        return (Delegate)Generic.Call(Convert<int, int>, [source.RawType, typeDst.RawType], source, typeDst, row, col);
    }

    public static ValueGetter<TDst> GetGetterAs<TDst>(DataViewType typeDst, DataViewRow row, int col)
    {
        Contracts.CheckParam(typeDst.RawType == typeof(TDst), nameof(typeDst));
        return (ValueGetter<TDst>)GetGetterAs(typeDst, row, col);
    }

    public static Delegate GetVecGetterAs(PrimitiveDataViewType typeDst, DataViewRow row, int col)
    {
        CheckActive(row, col);
        var source = row.Schema[col].Type as VectorDataViewType;
        Contracts.Check(source is not null, "Source column type must be vector");
        return (Delegate)Generic.Call(ConvertVector<int, int>, [source.ItemType.RawType, typeDst.RawType], source.ItemType, typeDst, row, col);
    }

    public static ValueGetter<VBuffer<TDst>> GetVecGetterAs<TDst>(PrimitiveDataViewType typeDst, DataViewRow row, int col)
    {
        Contracts.CheckParam(typeDst.RawType == typeof(TDst), nameof(typeDst));
        return (ValueGetter<VBuffer<TDst>>)GetVecGetterAs(typeDst, row, col);
    }

    /// <summary>Why a column cannot be a label; null if it can.</summary>
    public static string TestGetLabelGetter(DataViewType type) => TestGetLabelGetter(type, true);

    public static string TestGetLabelGetter(DataViewType type, bool allowKeys)
        => type == NumberDataViewType.Single || type == NumberDataViewType.Double || type is BooleanDataViewType || allowKeys && type is KeyDataViewType
            ? null
            : allowKeys ? "Expected Single, Double, Boolean or Key type" : "Expected Single, Double or Boolean type";

    /// <summary>A label as a number: a key becomes its position from 0, and a missing key NaN.</summary>
    public static ValueGetter<float> GetLabelGetter(DataViewRow cursor, int labelIndex)
    {
        var type = cursor.Schema[labelIndex].Type;
        if (type == NumberDataViewType.Single)
            return cursor.GetGetter<float>(cursor.Schema[labelIndex]);
        Contracts.Check(TestGetLabelGetter(type) is null, "Only floating point number, boolean, and key type values can be used as label.");
        if (type is not KeyDataViewType key)
            return GetGetterAs<float>(NumberDataViewType.Single, cursor, labelIndex);
        ulong count = key.Count;
        var getter = GetGetterAs<ulong>(NumberDataViewType.UInt64, cursor, labelIndex);
        return (ref float label) =>
        {
            ulong value = 0;
            getter(ref value);
            label = 0 < value && value <= count ? value - 1 : float.NaN;
        };
    }

    /// <summary>Which columns a cursor is asked for, by their index.</summary>
    internal static Func<int, bool> FromColumnsToPredicate(IEnumerable<DataViewSchema.Column> columnsNeeded, DataViewSchema sourceSchema)
    {
        Contracts.CheckValue(columnsNeeded, nameof(columnsNeeded));
        Contracts.CheckValue(sourceSchema, nameof(sourceSchema));
        var needed = new bool[sourceSchema.Count];
        foreach (var column in columnsNeeded)
        {
            if (column.Index >= needed.Length)
                throw Contracts.Except($"The requested column: {column} is not part of the sourceSchema");
            needed[column.Index] = true;
        }

        return i => i < needed.Length && needed[i];
    }

    private static void CheckActive(DataViewRow row, int col)
    {
        Contracts.CheckValue(row, nameof(row));
        Contracts.CheckParam(0 <= col && col < row.Schema.Count, nameof(col));
        Contracts.CheckParam(row.IsColumnActive(row.Schema[col]), nameof(col), "column was not active");
    }

    private static Delegate GetterOf<TValue>(DataViewRow row, int col) => row.GetGetter<TValue>(row.Schema[col]);

    private static ValueGetter<TDst> Convert<TSrc, TDst>(DataViewType source, DataViewType target, DataViewRow row, int col)
    {
        var getter = row.GetGetter<TSrc>(row.Schema[col]);
        if (source.Equals(target))
            return (ValueGetter<TDst>)(Delegate)getter;
        var convert = ValueConversion.Get<TSrc, TDst>(source, target);
        TSrc value = default;
        return (ref TDst destination) =>
        {
            getter(ref value);
            convert(in value, ref destination);
        };
    }

    private static ValueGetter<VBuffer<TDst>> ConvertVector<TSrc, TDst>(DataViewType source, DataViewType target, DataViewRow row, int col)
    {
        var getter = row.GetGetter<VBuffer<TSrc>>(row.Schema[col]);
        if (source.Equals(target))
            return (ValueGetter<VBuffer<TDst>>)(Delegate)getter;
        var convert = ValueConversion.Get<TSrc, TDst>(source, target);
        // Where a default converts into something else, as a missing key does, empty slots must be converted too.
        TDst ofDefault = default;
        convert(default, ref ofDefault);
        bool keepsSparse = EqualityComparer<TDst>.Default.Equals(ofDefault, default);
        VBuffer<TSrc> value = default;
        return (ref VBuffer<TDst> destination) =>
        {
            getter(ref value);
            if (!keepsSparse)
                VBufferUtils.Densify(ref value);
            var values = value.GetValues();
            var editor = VBufferEditor.Create(ref destination, value.Length, values.Length);
            for (int i = 0; i < values.Length; i++)
                convert(in values[i], ref editor.Values[i]);
            value.GetIndices().CopyTo(editor.Indices);
            destination = editor.Commit();
        };
    }
}
