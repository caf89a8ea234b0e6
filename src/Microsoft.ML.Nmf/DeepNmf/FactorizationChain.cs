using System.ComponentModel;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>
/// A chain of non-negative factors, X ≈ F_0 F_1ᵀ F_2ᵀ … F_Lᵀ, trained together under D_β by multiplicative updates, step by step: the tool behind
/// <c>DeepNmf</c>, for those who want to fix some factors, share one between places, or look at every step.
/// </summary>
/// <remarks>
/// F_0 holds the activations (examples × r), F_L is next to the features (features × r'), and each F_k has as many rows as F_(k+1) has columns: data of
/// 1024 × 64 may be made of factors of 1024 × 4, 10 × 4, 24 × 10 and 64 × 24. An update is F_k ← F_k ∘ (numerator / denominator)^γ
/// (<see href="https://doi.org/10.1162/NECO_a_00168">Févotte and Idier 2011</see>) with the other factors as they are; with factors that are not shared it
/// never raises the objective. A start whose product has a mean more than a million times above or below that of the data is first multiplied by a number,
/// the same for every factor that is not fixed, that makes the means equal. β = 2 never forms the product of all factors, β = 1 on sparse data only at its
/// non-zeros. Not safe for use by several threads at once; it uses several itself.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public sealed class FactorizationChain : IDisposable
{
    private readonly ComputeEngine _engine;
    private readonly DataMatrix _data;
    private readonly Factor[] _factors;
    private readonly double[] _units;
    private readonly FactorChain _chain;

    /// <summary>A chain at its start.</summary>
    /// <param name="data">X, examples × features, finite and at least 0. Kept sparse where few entries are not zero.</param>
    /// <param name="factors">F_0 to F_L, at least two.</param>
    /// <param name="beta">β of the divergence, any finite number (<see cref="BetaDivergence"/>).</param>
    /// <param name="updateOrder">
    /// The factors that a step updates, by their index, in this order; a fixed one is passed over. Null means 1, 0, 2, 3, …, L: the deepest
    /// templates, the activations, then outwards to the features.
    /// </param>
    /// <param name="numberOfThreads">The most threads to use, at least 1; null for all processors. The result does not depend on it.</param>
    /// <exception cref="ArgumentException">There are fewer than two factors, or their shapes do not fit each other or the data.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A factor has more than 16,000 columns, or a value of the data or another argument is out of its range.
    /// </exception>
    public FactorizationChain(
        FactorMatrix data,
        IReadOnlyList<ChainFactor> factors,
        double beta = BetaDivergence.Euclidean,
        IReadOnlyList<int>? updateOrder = null,
        int? numberOfThreads = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(factors);
        OptionRange.Factor(data, nameof(data));
        Beta = OptionRange.Finite(beta, nameof(beta));
        CheckShapes(data, factors);
        foreach (int k in updateOrder ?? [])
        {
            if (k < 0 || k >= factors.Count)
                throw new ArgumentOutOfRangeException(nameof(updateOrder), k, $"updateOrder has {k}, but the chain's factors are 0 to {factors.Count - 1}.");
        }

        _engine = ComputeEngine.OnProcessor(OptionRange.AtLeastOne(numberOfThreads ?? Environment.ProcessorCount, nameof(numberOfThreads)));
        _data = _engine.Load(ExampleMatrixBuilder.From(data).BuildInUnit());
        FactorUnits units = FactorUnits.Checked(new FactorUnits(_data.Examples.Unit, Math.Sqrt(_data.Examples.Unit), beta));
        _units = UnitsOf(factors, units.Data);
        FactorMatrix[] start = [.. factors.Select((f, k) => FactorUnits.Divide(f.InitialValues, _units[k])!)];
        double scale = StartScale.Of(_data.Examples, start, k => factors[k].IsFixed);
        _factors = new Factor[factors.Count];
        for (int k = 0; k < factors.Count; k++)
        {
            int first = Enumerable.Range(0, k).FirstOrDefault(earlier => ReferenceEquals(factors[earlier], factors[k]), -1);
            _factors[k] = first >= 0 ? _factors[first] : _engine.Allocate(start[k].Rows, start[k].Columns);
            _factors[k].CopyFrom(FactorUnits.Multiply(start[k], factors[k].IsFixed ? 1 : scale).Values);
        }

        ChainLink[] links = [.. factors.Select((f, k) => new ChainLink(_factors[k], f.IsFixed, units.Of(f.Penalty, _units[k])))];
        _chain = FactorChain.Create(_engine, _data, links, beta, order: updateOrder);
    }

    /// <summary>β of the divergence.</summary>
    public double Beta { get; }

    /// <summary>The number of factors, L + 1.</summary>
    public int Count => _factors.Length;

    /// <summary>D_β(X ‖ F_0 F_1ᵀ … F_Lᵀ) with the factors as they are, without the penalties.</summary>
    public double Divergence => _chain.Evaluate().Divergence;

    /// <summary>The divergence plus the penalties: what the updates lower.</summary>
    public double Objective => _chain.Evaluate().Objective;

    /// <summary>Updates every factor of the order that is not fixed, one after the other, each with the others as they are by then.</summary>
    /// <returns>The divergence afterwards.</returns>
    public double Step()
    {
        _chain.Advance();
        return Divergence;
    }

    /// <summary>Updates one factor, fixed or not. A shared one is updated in all its places, by a step short enough not to raise the objective.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such factor.</exception>
    public void Update(int index) => _chain.Update(Checked(index));

    /// <summary>A copy of a factor as it is.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such factor.</exception>
    public FactorMatrix GetFactor(int index) => FactorUnits.Multiply(_factors[Checked(index)].ToMatrix(), _units[index]);

    /// <summary>The templates of a factor over the features: F_L … F_(k+1) F_k, features × columns of F_k; F_L itself for the last.</summary>
    /// <param name="index">k, from 1 to <see cref="Count"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such factor, or it is the activations.</exception>
    public FactorMatrix GetEffectiveTemplates(int index)
    {
        ArgumentOutOfRangeException.ThrowIfZero(index);
        return FactorUnits.Multiply(_chain.Products.Templates(Checked(index)).ToMatrix(), _units.Skip(index).Aggregate(1.0, (all, unit) => all * unit));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _chain.Dispose();
        foreach (Factor factor in _factors)
            factor.Dispose();
        _data.Dispose();
        _engine.Dispose();
    }

    // By what each factor is divided, so that the product of all is that of the data: the two ends share it, unless one of them stands in other places too.
    private static double[] UnitsOf(IReadOnlyList<ChainFactor> factors, double unit)
    {
        bool IsShared(int k) => factors.Count(other => ReferenceEquals(other, factors[k])) > 1;
        var units = new double[factors.Count];
        Array.Fill(units, 1);
        int alone = Enumerable.Range(0, factors.Count).FirstOrDefault(k => !IsShared(k), -1);
        if (!IsShared(0) && !IsShared(factors.Count - 1))
            units[0] = units[^1] = Math.Sqrt(unit);
        else if (alone >= 0)
            units[alone] = unit;
        else
            Array.Fill(units, Math.Pow(unit, 1.0 / factors.Count));
        return units;
    }

    private static void CheckShapes(FactorMatrix data, IReadOnlyList<ChainFactor> factors)
    {
        if (factors.Count < 2)
            throw new ArgumentException($"A chain has at least two factors, but there are {factors.Count}.", nameof(factors));
        for (int k = 0; k < factors.Count; k++)
        {
            (int columns, string ofWhat) = k switch
            {
                0 => (At(1).Columns, "factor 1 has columns"),
                1 => (At(0).Columns, "factor 0 has columns"),
                _ => (At(k - 1).Rows, $"factor {k - 1} has rows"),
            };
            OptionRange.Rank(Math.Max(At(k).Columns, 1), $"The number of columns of factor {k}");
            if (At(k).Columns != columns)
                throw Refuse(k, $"{columns} columns: as many as {ofWhat}");
        }

        if (At(0).Rows != data.Rows)
            throw Refuse(0, $"{data.Rows} rows: one for each row of the data");
        if (At(factors.Count - 1).Rows != data.Columns)
            throw Refuse(factors.Count - 1, $"{data.Columns} rows: one for each column of the data");

        FactorMatrix At(int k) => factors[k]?.InitialValues ?? throw new ArgumentNullException(nameof(factors), $"Factor {k} is null.");
        ArgumentException Refuse(int k, string must) => new($"Factor {k} is {At(k).Rows} × {At(k).Columns}, but must have {must}.", nameof(factors));
    }

    private int Checked(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return index;
    }
}

/// <summary>
/// What stands in a <see cref="FactorizationChain"/>: a matrix to start from, and how to train it. The same object in several places is one factor that
/// all of them share.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public sealed class ChainFactor
{
    private float _l1Regularization;
    private float _l2Regularization;
    private float _orthogonality;

    /// <summary>A factor that starts from given values.</summary>
    /// <param name="values">The values, finite and at least 0. Zeros stay zero.</param>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is negative or not finite, or all are 0.</exception>
    public ChainFactor(FactorMatrix values)
    {
        ArgumentNullException.ThrowIfNull(values);
        InitialValues = OptionRange.Start(values, nameof(values))!;
    }

    /// <summary>The values to start from.</summary>
    public FactorMatrix InitialValues { get; }

    /// <summary>Whether the factor keeps the values it starts from.</summary>
    public bool IsFixed { get; init; }

    /// <summary>Weight of the sum of the entries in the objective. At least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public float L1Regularization
    {
        get => _l1Regularization;
        init => _l1Regularization = OptionRange.NotNegative(value, nameof(L1Regularization));
    }

    /// <summary>Weight of half the sum of the squares of the entries. At least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public float L2Regularization
    {
        get => _l2Regularization;
        init => _l2Regularization = OptionRange.NotNegative(value, nameof(L2Regularization));
    }

    /// <summary>Weight of half the sum, over the rows, of the products of different entries of a row. At least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public float Orthogonality
    {
        get => _orthogonality;
        init => _orthogonality = OptionRange.NotNegative(value, nameof(Orthogonality));
    }

    /// <summary>The penalty on the factor.</summary>
    internal Penalty Penalty => new(_l1Regularization, _l2Regularization, _orthogonality);

    /// <summary>A factor that starts from uniform random values.</summary>
    /// <param name="rows">The number of rows, at least 1.</param>
    /// <param name="columns">The number of columns, from 1 to 16,000.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="scale">The values are from 0 to this; above 0 and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or there are too many columns, or the scale is not above 0 and finite.</exception>
    /// <exception cref="InvalidOperationException">There are more values than an array holds.</exception>
    public static ChainFactor Random(int rows, int columns, int seed, float scale = 1)
    {
        OptionRange.AtLeastOne(rows, nameof(rows));
        OptionRange.Rank(columns, nameof(columns));
        if (!(scale > 0 && float.IsFinite(scale)))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, $"scale is {scale}, but must be a finite number above 0.");
        var random = new Random(seed);
        var values = new float[ArraySize.Of(rows, columns)];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.NextSingle() * scale;
        return new ChainFactor(FactorMatrix.TakeOver(values, rows, columns));
    }
}
