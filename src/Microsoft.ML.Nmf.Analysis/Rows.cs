using Microsoft.Data.Analysis;

namespace Microsoft.ML.Nmf.Analysis;

/// <summary>A data frame of a list of things, a column for each thing that is told of them.</summary>
internal sealed class Rows
{
    private readonly List<DataFrameColumn> _columns = [];

    /// <summary>Adds a column of integers.</summary>
    public Rows Number<T>(string name, IReadOnlyList<T> rows, Func<T, int, int?> of) => Add(name, rows, of);

    /// <summary>Adds a column of integers that may be large.</summary>
    public Rows Number<T>(string name, IReadOnlyList<T> rows, Func<T, int, long?> of) => Add(name, rows, of);

    /// <summary>Adds a column of times.</summary>
    public Rows Time<T>(string name, IReadOnlyList<T> rows, Func<T, int, DateTime?> of) => Add(name, rows, of);

    /// <summary>Adds a column of real numbers; NaN is missing.</summary>
    public Rows Real<T>(string name, IReadOnlyList<T> rows, Func<T, int, double?> of)
        => Add(name, rows, (T row, int index) => of(row, index) is { } value && !double.IsNaN(value) ? value : (double?)null);

    /// <summary>Adds a column of texts.</summary>
    public Rows Text<T>(string name, IReadOnlyList<T> rows, Func<T, int, string?> of)
    {
        _columns.Add(new StringDataFrameColumn(name, rows.Select(of)));
        return this;
    }

    /// <summary>The data frame.</summary>
    public DataFrame ToDataFrame() => new(_columns);

    private Rows Add<T, TValue>(string name, IReadOnlyList<T> rows, Func<T, int, TValue?> of)
        where TValue : unmanaged
    {
        var buffer = new ColumnBuffer<TValue>(rows.Count);
        for (int i = 0; i < rows.Count; i++)
            buffer.Add(of(rows[i], i));
        _columns.Add(buffer.ToColumn(name));
        return this;
    }
}
