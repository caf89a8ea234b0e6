using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Reading;

/// <summary>A column with the weight of each row: Single or Double, at least 0 and finite.</summary>
internal static class WeightColumn
{
    private const string Option = "exampleWeightColumnName";

    /// <summary>Finds the column in a schema.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column, or its type is another.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw FeatureColumn.Missing("exampleWeight", name, schema.Where(c => !c.IsHidden).Select(c => c.Name));
        return IsNumber(column.Type) ? column : throw WrongType(name, ColumnType.Of(column.Type));
    }

    /// <summary>Checks the column in the shape of a schema.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column, or its type is another.</exception>
    public static void Check(SchemaShape shape, string name)
    {
        SchemaShape.Column column = shape.FirstOrDefault(c => c.Name == name);
        if (column.Name is null)
            throw FeatureColumn.Missing("exampleWeight", name, shape.Select(c => c.Name));
        if (column.Kind != SchemaShape.Column.VectorKind.Scalar || column.IsKey || !IsNumber(column.ItemType))
            throw WrongType(name, ColumnType.Of(column));
    }

    /// <summary>Something that reads the weight of the current row.</summary>
    /// <exception cref="InvalidOperationException">Reading throws it for a weight that is negative, not a number or infinite.</exception>
    public static Func<float> CreateReader(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type == NumberDataViewType.Single)
        {
            ValueGetter<float> single = row.GetGetter<float>(column);
            float weight = 0;
            return () =>
            {
                single(ref weight);
                return Checked(weight, row, column);
            };
        }

        ValueGetter<double> real = row.GetGetter<double>(column);
        double wide = 0;
        return () =>
        {
            real(ref wide);
            return Checked(wide, row, column);
        };
    }

    private static float Checked(double weight, DataViewRow row, DataViewSchema.Column column)
    {
        if (weight >= 0 && weight <= float.MaxValue)
            return (float)weight;
        string problem = weight switch
        {
            double.NaN => "is not a number",
            < 0 => "is negative",
            double.PositiveInfinity => "is infinite",
            _ => "is too large for float32",
        };
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"Weight column '{column.Name}', {FeatureRowReader.Describe(row)}: the weight {weight:R} {problem}. A weight says how often a row counts: ")
            + "give it one of at least 0, and 0 to a row that is to be left out.");
    }

    private static bool IsNumber(DataViewType type) => type == NumberDataViewType.Single || type == NumberDataViewType.Double;

    private static ArgumentOutOfRangeException WrongType(string name, ColumnType type)
        => new(Option, name, $"Weight column '{name}' is of type {type.Name}, but must be one Single or Double a row. "
            + "Convert it first, with Conversion.ConvertType and DataKind.Single, or name another column.");
}
