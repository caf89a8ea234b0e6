using Microsoft.Data.Analysis;
using Microsoft.ML.Nmf.Analysis;

namespace Microsoft.ML.Nmf;

/// <summary>What topics leave unexplained of every row of a view, as a data frame.</summary>
public static class ResidualDataFrameExtensions
{
    private const string Residual = "residual";

    /// <summary>
    /// All rows of a view as a data frame: first the columns that are named, as
    /// <see cref="ActivationsDataFrameExtensions.ActivationsToDataFrame(IDataView, string, IEnumerable{string})"/> carries them over, then a column of Double,
    /// "residual", with what the topics leave unexplained of the row (<see cref="ExaminedRow.Residual"/>). Ordered by it, what no topic is about comes last.
    /// </summary>
    /// <remarks>The view is read twice, once for each; "residual" gets a number where a column is called so.</remarks>
    /// <param name="transformer">The transformer.</param>
    /// <param name="view">Data with the transformer's input column.</param>
    /// <param name="columnNames">Columns to have beside the residual, such as a text or a label.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, named twice, or of a type that a data frame does not hold.</exception>
    public static DataFrame ResidualsToDataFrame(this NmfTransformer transformer, IDataView view, params IEnumerable<string> columnNames)
    {
        ArgumentNullException.ThrowIfNull(transformer);
        return Residuals(view, columnNames, transformer.ReadResiduals(view));
    }

    /// <inheritdoc cref="ResidualsToDataFrame(NmfTransformer, IDataView, IEnumerable{string})"/>
    /// <remarks>The topics are those of the deepest layer.</remarks>
    public static DataFrame ResidualsToDataFrame(this DeepNmfTransformer transformer, IDataView view, params IEnumerable<string> columnNames)
    {
        ArgumentNullException.ThrowIfNull(transformer);
        return Residuals(view, columnNames, transformer.ReadResiduals(view));
    }

    /// <summary>The same for the topics of any layer.</summary>
    /// <param name="transformer">The transformer.</param>
    /// <param name="view">Data with the transformer's input column.</param>
    /// <param name="layer">The layer, from 0 for the one next to the features.</param>
    /// <param name="columnNames">Columns to have beside the residual, such as a text or a label.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// There is no such layer, or a column is missing, named twice, or of a type that a data frame does not hold.
    /// </exception>
    public static DataFrame ResidualsToDataFrame(this DeepNmfTransformer transformer, IDataView view, int layer, params IEnumerable<string> columnNames)
    {
        ArgumentNullException.ThrowIfNull(transformer);
        return Residuals(view, columnNames, transformer.ReadResiduals(view, layer));
    }

    /// <inheritdoc cref="ResidualsToDataFrame(NmfTransformer, IDataView, IEnumerable{string})"/>
    /// <remarks>The topics are those of the deepest layer.</remarks>
    public static DataFrame ResidualsToDataFrame(this NeuralNmfTransformer transformer, IDataView view, params IEnumerable<string> columnNames)
    {
        ArgumentNullException.ThrowIfNull(transformer);
        return Residuals(view, columnNames, transformer.ReadResiduals(view));
    }

    /// <inheritdoc cref="ResidualsToDataFrame(DeepNmfTransformer, IDataView, int, IEnumerable{string})"/>
    public static DataFrame ResidualsToDataFrame(this NeuralNmfTransformer transformer, IDataView view, int layer, params IEnumerable<string> columnNames)
    {
        ArgumentNullException.ThrowIfNull(transformer);
        return Residuals(view, columnNames, transformer.ReadResiduals(view, layer));
    }

    private static DataFrame Residuals(IDataView view, IEnumerable<string> columnNames, IEnumerable<double> residuals)
    {
        ArgumentNullException.ThrowIfNull(columnNames);
        string[] names = [.. columnNames];
        var columns = new ViewColumns(view, names);
        var buffer = new ColumnBuffer<double>(columns.Capacity);
        foreach (double residual in residuals)
            buffer.Add(residual);
        var taken = new HashSet<string>();
        // A cursor must have a column.
        IReadOnlyList<DataFrameColumn> beside = names.Length == 0 ? [] : columns.Read(taken);
        string name = Residual;
        for (int number = 2; !taken.Add(name); number++)
            name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Residual} {number}");
        return new DataFrame([.. beside, buffer.ToColumn(name)]);
    }
}
