using System.Collections.Concurrent;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Benchmarks.Primitives;

/// <summary>The least work of a primitive.</summary>
/// <param name="Operations">Of float32 numbers, two for a multiply-add; NaN where the data decides.</param>
/// <param name="Bytes">What must be read and written at least once.</param>
internal readonly record struct PrimitiveCost(double Operations, double Bytes)
{
    /// <summary>What is said about it under the table.</summary>
    public const string Words =
        "Counted is the least work, two operations for a multiply-add, and every matrix read or written once: 4 bytes an entry, 8 a non-zero of sparse data. "
        + "A symmetric product counts half. Primitives that update H include the copy of it.";

    private static readonly ConcurrentDictionary<string, (int Rows, int Columns, double Entries, double Bytes)> _shapes = [];

    /// <summary>Takes note of the data of a name.</summary>
    public static void Register(string name, ExampleMatrix data)
        => _shapes[name] = (data.Rows, data.Columns, data is DenseExamples ? (double)data.Rows * data.Columns : data.NonZeros, data.Bytes);

    /// <summary>The cost of a method of <see cref="ManagedPrimitives"/>.</summary>
    public static PrimitiveCost Of(string method, string data, int rank)
    {
        (int rows, int columns, double entries, double bytes) = _shapes[data];
        double factor = (double)rows * rank, other = (double)columns * rank, square = factor * rank;
        return method switch
        {
            nameof(ManagedPrimitives.Copy) => new(0, Floats(2 * factor)),
            nameof(ManagedPrimitives.ProductOfRows) or nameof(ManagedPrimitives.ProductOfColumns) => new(2 * entries * rank, bytes + Floats(factor + other)),
            nameof(ManagedPrimitives.Gram) => new(square, Floats(factor)),
            nameof(ManagedPrimitives.GramProduct) or nameof(ManagedPrimitives.SmallProduct) => new(2 * square, Floats(2 * factor)),
            nameof(ManagedPrimitives.CrossProduct) => new(2 * square, Floats(2 * factor)),
            nameof(ManagedPrimitives.CoordinateDescent) => new(2 * square, Floats(5 * factor)),
            nameof(ManagedPrimitives.OptimalityResidual) => new(2 * square, Floats(2 * factor)),
            nameof(ManagedPrimitives.MultiplicativeUpdate) => new(2 * factor, Floats(6 * factor)),
            nameof(ManagedPrimitives.Inner) => new(2 * factor, Floats(2 * factor)),
            nameof(ManagedPrimitives.ColumnSums) => new(factor, Floats(factor)),
            nameof(ManagedPrimitives.Combine) => new(3 * factor, Floats(3 * factor)),
            nameof(ManagedPrimitives.KullbackLeiblerTerms) => new(4 * entries * rank, bytes + Floats(2 * factor + other)),
            nameof(ManagedPrimitives.HalfTerms) => new(6.0 * rows * columns * rank, bytes + Floats(3 * factor + other)),
            _ => new(double.NaN, double.NaN),
        };
    }

    private static double Floats(double count) => sizeof(float) * count;
}
