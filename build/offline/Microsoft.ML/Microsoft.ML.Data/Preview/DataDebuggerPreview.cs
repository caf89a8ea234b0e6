using System.Collections.Immutable;
using Microsoft.ML.Internal.Utilities.Offline;

namespace Microsoft.ML.Data;

/// <summary>The first rows of a view, by rows and by columns.</summary>
public sealed class DataDebuggerPreview
{
    internal DataDebuggerPreview(IDataView data, int maxRows = Defaults.MaxRows)
    {
        Contracts.CheckValue(data, nameof(data));
        Contracts.CheckParam(maxRows >= 0, nameof(maxRows));
        Schema = data.Schema;
        var rows = new List<RowInfo>();
        using (var cursor = data.GetRowCursorForAllColumns())
        {
            Func<object>[] values = [.. Schema.Select(column => Generic.Call(ValueOf<int>, column.Type.RawType, (DataViewRow)cursor, column))];
            while (rows.Count < maxRows && cursor.MoveNext())
            {
                var row = new RowInfo(values.Length);
                for (int i = 0; i < values.Length; i++)
                    row.Values[i] = new(Schema[i].Name, values[i]());
                rows.Add(row);
            }
        }

        RowView = [.. rows];
        ColumnView = [.. Schema.Select(column => new ColumnInfo(column, [.. rows.Select(row => row.Values[column.Index].Value)]))];
    }

    public DataViewSchema Schema { get; }

    public ImmutableArray<ColumnInfo> ColumnView { get; }

    public ImmutableArray<RowInfo> RowView { get; }

    public override string ToString() => $"{Schema.Count} columns, {RowView.Length} rows";

    private static Func<object> ValueOf<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var get = row.GetGetter<T>(column);
        return () =>
        {
            T value = default;
            get(ref value);
            return value;
        };
    }

    internal static class Defaults
    {
        public const int MaxRows = 100;
    }

    public sealed class RowInfo
    {
        internal RowInfo(int n) => Values = new KeyValuePair<string, object>[n];

        public KeyValuePair<string, object>[] Values { get; }

        public override string ToString() => $"{Values.Length} columns";
    }

    public sealed class ColumnInfo
    {
        internal ColumnInfo(DataViewSchema.Column column, object[] values) => (Column, Values) = (column, values);

        public DataViewSchema.Column Column { get; }

        public object[] Values { get; }

        public override string ToString() => $"{Column.Name}: {Column.Type}";
    }
}
