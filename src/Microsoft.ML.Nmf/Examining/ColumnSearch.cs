using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Reading;

namespace Microsoft.ML.Nmf.Examining;

/// <summary>Finds the columns that an examination reads besides the features.</summary>
internal static class ColumnSearch
{
    /// <summary>A column of any type.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="role">What it is for, in a word.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name, string role)
        => schema.GetColumnOrNull(name) ?? throw FeatureColumn.Missing(role, name, schema.Where(c => !c.IsHidden).Select(c => c.Name));

    /// <summary>A column of texts.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column, or it has no texts.</exception>
    public static DataViewSchema.Column FindText(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = Find(schema, name, "text");
        return column.Type is TextDataViewType ? column : throw new ArgumentOutOfRangeException("textColumnName", name,
            $"Text column '{name}' is of type {column.Type}, but must be a text. Name a column with one text a row, or convert it with "
            + "Conversion.ConvertType and DataKind.String.");
    }

    /// <summary>A column of times.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column, or it has no times.</exception>
    public static DataViewSchema.Column FindTime(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = Find(schema, name, "time");
        return column.Type is DateTimeDataViewType or DateTimeOffsetDataViewType ? column : throw new ArgumentOutOfRangeException("timeColumnName", name,
            $"Time column '{name}' is of type {column.Type}, but must be a DateTime or a DateTimeOffset. Convert it with Conversion.ConvertType and "
            + "DataKind.DateTime, or give it that type where the data is loaded.");
    }

    /// <summary>Reads the times of a row, a DateTimeOffset as universal time.</summary>
    public static Func<DateTime> ReadTimes(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is DateTimeDataViewType)
        {
            ValueGetter<DateTime> getter = row.GetGetter<DateTime>(column);
            DateTime time = default;
            return () =>
            {
                getter(ref time);
                return time;
            };
        }

        ValueGetter<DateTimeOffset> offsetGetter = row.GetGetter<DateTimeOffset>(column);
        DateTimeOffset offset = default;
        return () =>
        {
            offsetGetter(ref offset);
            return offset.UtcDateTime;
        };
    }
}
