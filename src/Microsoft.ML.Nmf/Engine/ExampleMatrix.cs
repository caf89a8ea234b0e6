namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// The training data X in host memory: n examples × m features, non-negative and finite, in blocks of
/// <see cref="BlockRows"/> rows, so that no single array bounds its size. Read-only once built.
/// </summary>
internal abstract class ExampleMatrix
{
    /// <summary>Rows in a block; the last block may have fewer. Part of the numbers: partial sums are taken per block.</summary>
    public const int BlockRows = 256;

    /// <summary>Describes a matrix whose blocks a derived class holds.</summary>
    protected ExampleMatrix(int rows, int columns, long nonZeros, double sum, double sumOfSquares)
    {
        Rows = rows;
        Columns = columns;
        NonZeros = nonZeros;
        Sum = sum;
        SumOfSquares = sumOfSquares;
    }

    /// <summary>The number of examples, n.</summary>
    public int Rows { get; }

    /// <summary>The number of features, m.</summary>
    public int Columns { get; }

    /// <summary>How many entries are not zero.</summary>
    public long NonZeros { get; }

    /// <summary>The sum of all entries.</summary>
    public double Sum { get; }

    /// <summary>The sum of the squares of all entries, ‖X‖²_F.</summary>
    public double SumOfSquares { get; }

    /// <summary>The mean over all n·m entries, zeros included; 0 for an empty matrix.</summary>
    public double Mean => Rows == 0 || Columns == 0 ? 0 : Sum / ((double)Rows * Columns);

    /// <summary>The share of entries that are not zero, from 0 to 1.</summary>
    public double Density => Rows == 0 || Columns == 0 ? 0 : NonZeros / ((double)Rows * Columns);

    /// <summary>The bytes that the entries take.</summary>
    public abstract long Bytes { get; }
}
