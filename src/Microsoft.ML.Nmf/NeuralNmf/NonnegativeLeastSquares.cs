using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>
/// The layer q(X, A) = argmin over S ≥ 0 of ‖X − S Aᵀ‖²_F, one row an example, and the gradient of a loss back through it: the building block of
/// neural non-negative matrix factorization, for networks of one's own. X is n × m, A is m × r, S is n × r; the values of X and A may be of any sign.
/// </summary>
/// <remarks>
/// Every row is solved exactly, by block principal pivoting (Kim and Park 2011) on the Gram matrix AᵀA, in double; AᵀA and Aᵀx themselves are
/// products in float32. With t = <see cref="OptimalityTolerance"/> times the largest entry of |A|ᵀ|x|, where |·| takes absolute values, the gradient
/// AᵀA s − Aᵀx is at least −t where s is zero and from −t to t where s is positive. Where the columns of A that a row uses depend on each other to
/// 1e-6, its minimiser is not unique: the row gets that of the problem with 1e-5 of the diagonal of AᵀA added, and its tolerance is about 1e-5
/// instead. Cost n·m·r for the products and about n·s³/6 for supports of s entries. Computes on the processor; the result does not depend on the
/// number of threads.
/// </remarks>
public sealed class NonnegativeLeastSquares : IDisposable
{
    /// <summary>The violation of the conditions of optimality that a solution may have, as a share of the largest entry of |A|ᵀ|x|; see the remarks.</summary>
    public const double OptimalityTolerance = 1e-6;

    private readonly ComputeEngine _engine;

    /// <summary>A layer that computes on up to a number of threads.</summary>
    /// <param name="numberOfThreads">The most threads to use, at least 1; null for all processors.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numberOfThreads"/> is below 1.</exception>
    public NonnegativeLeastSquares(int? numberOfThreads = null)
        => _engine = ComputeEngine.OnProcessor(OptionRange.AtLeastOne(numberOfThreads ?? Environment.ProcessorCount, nameof(numberOfThreads)));

    /// <summary>Solves for S.</summary>
    /// <param name="templates">A, m × r.</param>
    /// <param name="data">X, n × m.</param>
    /// <param name="start">
    /// An S, n × r, from whose supports (which entries are positive) to start, such as the solution for a slightly different A; null starts from
    /// empty ones.
    /// </param>
    /// <returns>S, n × r.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit each other, or a value is not finite.</exception>
    public FactorMatrix Solve(FactorMatrix templates, FactorMatrix data, FactorMatrix? start = null)
    {
        Check(templates, data);
        CheckShape(start, data.Rows, templates.Columns, nameof(start));
        using Factor a = Load(templates, nameof(templates)), x = Load(data, nameof(data));
        using Factor product = _engine.Allocate(data.Rows, templates.Columns);
        using Factor solution = start is null ? _engine.Allocate(data.Rows, templates.Columns) : Load(start, nameof(start));
        using Gram gram = _engine.AllocateGram(templates.Columns);
        _engine.Gram(a, gram);
        _engine.SmallProduct(x, a, product);
        _engine.NonnegativeLeastSquares(solution, gram, product, default);
        return solution.ToMatrix();
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
    /// <exception cref="ArgumentException">The shapes do not fit each other, or a value is not finite.</exception>
    public (FactorMatrix Templates, FactorMatrix Data) Backward(FactorMatrix templates, FactorMatrix data, FactorMatrix solution, FactorMatrix gradient)
    {
        Check(templates, data);
        ArgumentNullException.ThrowIfNull(solution);
        ArgumentNullException.ThrowIfNull(gradient);
        CheckShape(solution, data.Rows, templates.Columns, nameof(solution));
        CheckShape(gradient, data.Rows, templates.Columns, nameof(gradient));
        using Factor a = Load(templates, nameof(templates)), x = Load(data, nameof(data));
        using Factor s = Load(solution, nameof(solution)), d = Load(gradient, nameof(gradient));
        using Factor z = _engine.Allocate(data.Rows, templates.Columns), forTemplates = _engine.Allocate(templates.Rows, templates.Columns);
        using Factor second = _engine.Allocate(templates.Rows, templates.Columns), forData = _engine.Allocate(data.Rows, data.Columns);
        using Gram gram = _engine.AllocateGram(templates.Columns), symmetric = _engine.AllocateGram(templates.Columns);
        _engine.Gram(a, gram);
        _engine.LeastSquaresBackward(s, gram, d, z);
        _engine.SymmetricCrossProduct(s, z, symmetric);
        _engine.CrossProduct(x, z, forTemplates);
        _engine.GramProduct(a, symmetric, second);
        _engine.Combine(1, forTemplates, -1, second, forTemplates);
        _engine.SmallProductTransposed(z, a, forData);
        return (forTemplates.ToMatrix(), forData.ToMatrix());
    }

    /// <inheritdoc />
    public void Dispose() => _engine.Dispose();

    private Factor Load(FactorMatrix matrix, string name)
    {
        foreach (float value in matrix.Values)
        {
            if (!float.IsFinite(value))
                throw new ArgumentException($"{name} has the value {value}, but all must be finite.", name);
        }

        Factor factor = _engine.Allocate(matrix.Rows, matrix.Columns);
        factor.CopyFrom(matrix.Values);
        return factor;
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
