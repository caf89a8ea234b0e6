namespace Microsoft.ML.Nmf.Hosting;

/// <summary>Computes the columns that a transformer adds, for data of one schema.</summary>
internal interface IColumnMapping
{
    /// <summary>The index of the column that is read.</summary>
    int InputIndex { get; }

    /// <summary>The columns that are added.</summary>
    DataViewSchema.DetachedColumn[] GetOutputColumns();

    /// <summary>A getter for each column that is added; null where it is not active. Used by one thread.</summary>
    Delegate[] CreateGetters(DataViewRow row, Func<int, bool> isActive);

    /// <summary>Adds the columns to an ONNX graph.</summary>
    /// <exception cref="InvalidOperationException">An option cannot be carried over, or the column that is read is not in the graph.</exception>
    void Export(OnnxGraph graph);
}
