using Microsoft.Data.Analysis;
using Microsoft.ML.Nmf.Analysis;

namespace Microsoft.ML.Nmf;

/// <summary>The columns of a data frame as features.</summary>
public static class FeatureDataFrameExtensions
{
    /// <summary>
    /// A view of a data frame with one more column: a vector of Single of known size, made of columns of numbers of any type, as the factorizations read it.
    /// Its slots are named as the columns. Nothing is copied: the view shows the data frame as it is when it is read.
    /// </summary>
    /// <remarks>
    /// A missing value becomes NaN, which a factorization refuses with its row and slot, instead of the 0 that the view of a data frame has for missing
    /// integers: fill it first, for instance with <c>FillNulls</c>. A column of vectors (<see cref="VBufferDataFrameColumn{T}"/> of Single or Double) has as
    /// many slots as its first vector has values, named by the column and the number of the slot; all vectors must have as many, and one that is sparse stays
    /// so.
    /// </remarks>
    /// <param name="frame">The data frame.</param>
    /// <param name="outputColumnName">The name of the vector column, which hides one of the same name.</param>
    /// <param name="columnNames">The columns, in the order of the slots; none for all columns of numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or its values are no numbers, or there is no column to take.</exception>
    public static IDataView AsFeatures(this DataFrame frame, string outputColumnName, params IEnumerable<string> columnNames)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        ArgumentNullException.ThrowIfNull(columnNames);
        string[] names = [.. columnNames];
        DataFrameColumn[] columns = names.Length == 0 ? [.. frame.Columns.Where(FeatureSlots.IsNumber)] : [.. names.Select(name => Find(frame, name))];
        if (columns.Length == 0)
            throw new ArgumentOutOfRangeException(nameof(columnNames), "none", "The data frame has no column of numbers to make features of.");
        return new FeatureView(frame, outputColumnName, [.. columns.Select(FeatureSlots.Of)]);
    }

    private static DataFrameColumn Find(DataFrame frame, string name)
        => frame.Columns.FirstOrDefault(column => column.Name == name) ?? throw new ArgumentOutOfRangeException(nameof(name), name,
            $"There is no column '{name}'. The data frame has {string.Join(", ", frame.Columns.Select(column => $"'{column.Name}'"))}.");
}
