using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>
/// The layer q(X, A) = argmin over S ≥ 0 of ‖X − S Aᵀ‖²_F, one row an example, and the gradient of a loss back through it: the building block of
/// neural non-negative matrix factorization, for networks of one's own. X is n × m, A is m × r, S is n × r; the values of X and A may be of any sign.
/// </summary>
/// <remarks>
/// Every row is solved exactly, by block principal pivoting (<see href="https://doi.org/10.1137/110821172">Kim and Park 2011</see>) on the Gram matrix AᵀA,
/// in double, after the columns a_k of A have been brought to about the same length: neither the unit of A and X nor that of a column matters. With t_k =
/// <see cref="OptimalityTolerance"/> · ‖a_k‖ · (‖x‖ + Σ_l ‖a_l‖ s_l), the entry k of the gradient AᵀA s − Aᵀx is at least −t_k where s_k is zero and from
/// −t_k to t_k where it is positive. That is checked of the float32 numbers that are returned; a row that fails is an exception, not a result. Where a
/// column that a row uses is nearer than 1e-6 of its length to the span of the others, the minimiser is not unique: the row gets that of the problem with
/// 1e-11 of the diagonal of AᵀA added. Cost n·m·r and m·r² for the products and about n·s³/6 for supports of s entries. Computes on the processor; the
/// result does not depend on the number of threads. Safe for use by several threads at once.
/// </remarks>
public sealed class NonnegativeLeastSquares : IDisposable
{
    /// <summary>The violation of the conditions of optimality that a solution may have, as a share of the lengths involved; see the remarks.</summary>
    public const double OptimalityTolerance = 1e-6;

    private readonly int _threads;

    /// <summary>A layer that computes on up to a number of threads.</summary>
    /// <param name="numberOfThreads">The most threads to use, at least 1; null for all processors.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numberOfThreads"/> is below 1.</exception>
    public NonnegativeLeastSquares(int? numberOfThreads = null)
        => _threads = OptionRange.AtLeastOne(numberOfThreads ?? Environment.ProcessorCount, nameof(numberOfThreads));

    /// <summary>Solves for S.</summary>
    /// <param name="templates">A, m × r.</param>
    /// <param name="data">X, n × m.</param>
    /// <param name="start">
    /// An S, n × r, from whose supports (which entries are positive) to start, such as the solution for a slightly different A; null starts from
    /// empty ones.
    /// </param>
    /// <returns>S, n × r.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit each other, a value is not finite, or there are more than 16,000 templates.</exception>
    /// <exception cref="InvalidOperationException">A row cannot be solved to the tolerance in float32; the message says which.</exception>
    public FactorMatrix Solve(FactorMatrix templates, FactorMatrix data, FactorMatrix? start = null)
    {
        Check(templates, data);
        CheckShape(start, data.Rows, templates.Columns, nameof(start));
        CheckFinite(start, nameof(start));
        (FactorMatrix solution, double[] violations) = new ExactLeastSquares(templates, _threads).Solve(data, start);
        int row = Array.FindIndex(violations, violation => violation > OptimalityTolerance);
        if (row < 0)
            return solution;
        throw new InvalidOperationException(FirstOutOfRange(solution.Row(row)) is { } value
            ? string.Create(CultureInfo.InvariantCulture,
                $"Row {row} of the solution has the value {value}: it does not fit float32. Bring data and templates to a similar scale.")
            : string.Create(CultureInfo.InvariantCulture,
                $"Row {row} of the solution misses the conditions of optimality by {violations[row]:G2}, more than {OptimalityTolerance:G2}: columns of ")
            + "the templates nearly depend on each other, or its values are too small for float32. Leave such columns out, or bring data and templates to a similar scale.");
    }

    /// <summary>
    /// The gradient of a loss L for A and X from that for S, with the supports held fixed: with z = (AᵀA on the support of the row)⁻¹ times the
    /// gradient there, and zero elsewhere, ∂L/∂A = Xᵀ Z − A (Sᵀ Z + Zᵀ S) and ∂L/∂X = Z Aᵀ. Cost 2·n·m·r for the products and about n·s³/6 for
    /// supports of s entries.
    /// </summary>
    /// <param name="templates">A, m × r.</param>
    /// <param name="data">X, n × m.</param>
    /// <param name="solution">S as <see cref="Solve"/> returned it.</param>
    /// <param name="gradient">∂L/∂S, n × r.</param>
    /// <returns>∂L/∂A, m × r, and ∂L/∂X, n × m.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit each other, a value is not finite, or there are more than 16,000 templates.</exception>
    /// <exception cref="InvalidOperationException">A gradient does not fit float32.</exception>
    public (FactorMatrix Templates, FactorMatrix Data) Backward(FactorMatrix templates, FactorMatrix data, FactorMatrix solution, FactorMatrix gradient)
    {
        Check(templates, data);
        ArgumentNullException.ThrowIfNull(solution);
        ArgumentNullException.ThrowIfNull(gradient);
        CheckShape(solution, data.Rows, templates.Columns, nameof(solution));
        CheckShape(gradient, data.Rows, templates.Columns, nameof(gradient));
        CheckFinite(solution, nameof(solution));
        CheckFinite(gradient, nameof(gradient));
        (FactorMatrix forTemplates, FactorMatrix forData) = new ExactLeastSquares(templates, _threads).Backward(data, solution, gradient);
        if ((FirstOutOfRange(forTemplates.Values) ?? FirstOutOfRange(forData.Values)) is { } value)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"A gradient has the value {value}: it does not fit float32. Bring the data, the templates and the loss to a similar scale."));
        }

        return (forTemplates, forData);
    }

    /// <summary>Nothing is held between calls.</summary>
    public void Dispose()
    {
    }

    private static float? FirstOutOfRange(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
                return value;
        }

        return null;
    }

    private static void CheckFinite(FactorMatrix? matrix, string name)
    {
        if (matrix is not null && FirstOutOfRange(matrix.Values) is { } value)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name} has the value {value}, but all must be finite."), name);
    }

    private static void Check(FactorMatrix templates, FactorMatrix data)
    {
        ArgumentNullException.ThrowIfNull(templates);
        ArgumentNullException.ThrowIfNull(data);
        if (data.Columns != templates.Rows)
        {
            throw new ArgumentException(
                $"data is {data.Rows} × {data.Columns} and templates are {templates.Rows} × {templates.Columns}, "
                + "but data must have as many columns as templates have rows.",
                nameof(data));
        }

        if (templates.Columns > 0)
            OptionRange.Rank(templates.Columns, $"The number of columns of {nameof(templates)}");
        CheckFinite(templates, nameof(templates));
        CheckFinite(data, nameof(data));
    }

    private static void CheckShape(FactorMatrix? matrix, int rows, int columns, string name)
    {
        if (matrix is null || (matrix.Rows == rows && matrix.Columns == columns))
            return;
        throw new ArgumentException(
            $"{name} is {matrix.Rows} × {matrix.Columns}, but must be {rows} × {columns}: one row for each of the data, one column for each of the templates.",
            name);
    }
}
