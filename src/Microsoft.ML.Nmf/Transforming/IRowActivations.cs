namespace Microsoft.ML.Nmf.Transforming;

/// <summary>Computes the output columns of one row after the other, for one thread, without allocating.</summary>
internal interface IRowActivations
{
    /// <summary>Takes a row: its features that are not zero, ascending, and their values, positive and finite.</summary>
    void Compute(ReadOnlySpan<int> features, ReadOnlySpan<float> values);

    /// <summary>One output column of the row taken last.</summary>
    ReadOnlySpan<float> Output(int output);

    /// <summary>The key of the row taken last, for the output column that is one.</summary>
    uint Key => 0;
}
