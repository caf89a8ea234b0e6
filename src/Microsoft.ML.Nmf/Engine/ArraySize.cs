namespace Microsoft.ML.Nmf.Engine;

/// <summary>The lengths of arrays that hold a whole matrix. They are products of two sizes, which an int may not hold.</summary>
internal static class ArraySize
{
    /// <summary>The number of values of a matrix, where one array holds as many.</summary>
    /// <param name="rows">The number of rows, at least 0.</param>
    /// <param name="columns">The number of columns, at least 0.</param>
    /// <param name="what">What the matrix is, as the subject of a sentence.</param>
    /// <exception cref="InvalidOperationException">No array does.</exception>
    public static int Of(int rows, int columns, string what = "A factor")
    {
        long values = (long)rows * columns;
        return values <= Array.MaxLength
            ? (int)values
            : throw new InvalidOperationException($"{what} of {rows} × {columns} takes {values} values, more than one array holds ({Array.MaxLength}). "
                + "Train on fewer rows, features or classes, or with a smaller rank.");
    }
}
