using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.GpuCheck.Measuring;

/// <summary>How large a matrix is.</summary>
/// <param name="Rows">n.</param>
/// <param name="Columns">m.</param>
/// <param name="NonZeros">The entries that are not zero.</param>
/// <param name="IsSparse">Whether only those are stored.</param>
internal readonly record struct DataShape(int Rows, int Columns, long NonZeros, bool IsSparse)
{
    /// <summary>The entries that a product with the data works on.</summary>
    public double Entries => IsSparse ? NonZeros : (double)Rows * Columns;

    /// <summary>The bytes of the data: 4 for an entry, 8 for one of sparse data (its column and its value).</summary>
    public double Bytes => (IsSparse ? 8 : 4) * Entries;

    /// <summary>The shape of a matrix.</summary>
    public static DataShape Of(ExampleMatrix examples) => new(examples.Rows, examples.Columns, examples.NonZeros, examples is SparseExamples);
}
