using Microsoft.ML;
using Microsoft.ML.Data;

namespace ModelFuzzer;

/// <summary>What became of a file.</summary>
/// <param name="Outcome">Whether it was transformed with, or why not.</param>
/// <param name="Allocated">The bytes that loading it allocated.</param>
/// <param name="Problem">What must not happen; null when all is well.</param>
internal readonly record struct Trial(Outcome Outcome, long Allocated, string? Problem)
{
    /// <summary>Loads a file the way applications do, and transforms two rows if it loads.</summary>
    public static Trial Of(MLContext context, IDataView rows, byte[] file)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        ITransformer model;
        try
        {
            model = context.Model.Load(new MemoryStream(file), out _);
        }
        catch (Exception problem)
        {
            // ML.NET calls the loader by reflection, which wraps what it throws.
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            return new Trial(Outcome.Refused, allocated, problem.GetBaseException() is FormatException ? null : $"Load: {problem}");
        }

        long spent = GC.GetAllocatedBytesForCurrentThread() - before;
        try
        {
            return new Trial(Outcome.Transformed, spent, Transform(model, rows));
        }
        catch (ArgumentOutOfRangeException problem)
            when (problem.Message.StartsWith("Input column", StringComparison.Ordinal) || problem.ParamName is "inputColumnName")
        {
            // A model for another column, or for another number of features.
            return new Trial(Outcome.FitsNotTheRows, spent, null);
        }
        catch (Exception problem)
        {
            return new Trial(Outcome.Transformed, spent, $"Transform: {problem}");
        }
    }

    // Reads every column that the model adds, with its annotations.
    private static string? Transform(ITransformer model, IDataView rows)
    {
        IDataView output = model.Transform(rows);
        DataViewSchema.Column[] added = [.. output.Schema.Where(column => !rows.Schema.Contains(column))];
        foreach (DataViewSchema.Column column in added)
        {
            VBuffer<ReadOnlyMemory<char>> names = default;
            if (column.HasSlotNames())
                column.GetSlotNames(ref names);
            if (column.HasKeyValues())
                column.GetKeyValues(ref names);
        }

        using DataViewRowCursor cursor = output.GetRowCursor(output.Schema);
        while (cursor.MoveNext())
        {
            foreach (DataViewSchema.Column column in output.Schema)
            {
                if (column.Type is KeyDataViewType key)
                {
                    uint value = 0;
                    cursor.GetGetter<uint>(column)(ref value);
                    if (value < 1 || value > key.Count)
                        return $"Column {column.Name} is {value} of {key.Count}.";
                }
                else if (column.Type is VectorDataViewType)
                {
                    VBuffer<float> values = default;
                    cursor.GetGetter<VBuffer<float>>(column)(ref values);
                    foreach (float value in values.GetValues())
                    {
                        if (!float.IsFinite(value))
                            return $"Column {column.Name} has {value}.";
                    }
                }
            }
        }

        return null;
    }
}

/// <summary>What a file can come to.</summary>
internal enum Outcome
{
    /// <summary>It was not loaded.</summary>
    Refused,

    /// <summary>It was loaded, but is a model of other columns or features.</summary>
    FitsNotTheRows,

    /// <summary>It was loaded and used.</summary>
    Transformed,
}
