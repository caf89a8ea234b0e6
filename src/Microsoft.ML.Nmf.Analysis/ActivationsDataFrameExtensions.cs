using Microsoft.Data.Analysis;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Analysis;

namespace Microsoft.ML.Nmf;

/// <summary>Activations of a transformed view as a data frame.</summary>
public static class ActivationsDataFrameExtensions
{
    /// <summary>
    /// All rows of a view as a data frame: first the columns that are named, then the activations, one column of Single for each topic, named as the slot
    /// is, or by the column and the number of the slot, such as "Topics 0", where slots have no names. The view is read once.
    /// </summary>
    /// <remarks>
    /// Text, numbers, Boolean and DateTime are carried over as they are, a key as its value, and as its number from 1 on where it has no values; a vector,
    /// of Single or Double of known size, becomes columns as the activations do. A missing key and NaN become missing values. All columns have different
    /// names: a slot's name that is taken gets the column and the number of the slot behind it.
    /// </remarks>
    /// <param name="view">What a transformer of this library, or a pipeline with one, has made.</param>
    /// <param name="activationColumnName">The column of activations.</param>
    /// <param name="columnNames">Columns to have beside them, such as a text or a label.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, named twice, or of a type that a data frame does not hold.</exception>
    public static DataFrame ActivationsToDataFrame(this IDataView view, string activationColumnName, params IEnumerable<string> columnNames)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentException.ThrowIfNullOrEmpty(activationColumnName);
        ArgumentNullException.ThrowIfNull(columnNames);
        var columns = new ViewColumns(view, [.. columnNames, activationColumnName]);
        if (columns.Columns[^1].Type is var type and not VectorDataViewType)
        {
            throw new ArgumentOutOfRangeException(nameof(activationColumnName), activationColumnName,
                $"Column '{activationColumnName}' is of type {type}, but activations are a vector. Name the output column of the transformer.");
        }

        return new DataFrame(columns.Read([]));
    }
}
