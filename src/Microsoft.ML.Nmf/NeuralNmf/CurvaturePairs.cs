using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// The last steps s of all templates together and the changes y of their gradient along them, which tell the curvature of a loss: from them a gradient is made
/// a step, by the two loops of L-BFGS (<see href="https://doi.org/10.1007/BF01589116">Liu and Nocedal 1989</see>). Entries that are held count in none of it.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="allocate">Makes factors of the shapes of the templates.</param>
internal sealed class CurvaturePairs(ComputeEngine engine, Func<Factor[]> allocate) : IDisposable
{
    /// <summary>The most pairs that are kept.</summary>
    public const int Most = 6;

    // The least cosine of s and y: below it they say nothing of a curvature.
    private const double LeastCosine = 1e-8;

    private readonly List<(Factor[] Steps, Factor[] Changes)> _pairs = [];
    private readonly Stack<(Factor[] Steps, Factor[] Changes)> _spare = new();
    private readonly Factor[] _held = allocate();
    private readonly Factor[] _scaled = allocate();

    /// <summary>Whether there is no pair.</summary>
    public bool IsEmpty => _pairs.Count == 0;

    /// <summary>The factors of the shape of each template that a training of some epochs holds in the end: two a pair, and two to compute with.</summary>
    public static int FactorsHeld(int epochs) => 2 * Math.Min(Most, epochs - 1) + 2;

    /// <summary>Adds a pair, in the place of the oldest where there are as many as are kept; one without positive curvature is left out.</summary>
    /// <param name="from">The templates before the step.</param>
    /// <param name="to">The templates after it.</param>
    /// <param name="before">The gradient before the step.</param>
    /// <param name="after">The gradient after it.</param>
    public void Add(Factor[] from, Factor[] to, Factor[] before, Factor[] after)
    {
        if (_pairs.Count == Most)
            Release(0);
        (Factor[] Steps, Factor[] Changes) pair = _spare.TryPop(out var spare) ? spare : (allocate(), allocate());
        for (int i = 0; i < from.Length; i++)
        {
            engine.Combine(1, to[i], -1, from[i], pair.Steps[i]);
            engine.Combine(1, after[i], -1, before[i], pair.Changes[i]);
        }

        _pairs.Add(pair);
        if (!IsCurved(pair.Steps, pair.Changes, out _))
            Release(_pairs.Count - 1);
    }

    /// <summary>Forgets all pairs.</summary>
    public void Clear()
    {
        while (!IsEmpty)
            Release(0);
    }

    /// <summary>Replaces the gradient by a step against it: the inverse curvature, as far as the pairs tell it, times the gradient.</summary>
    /// <param name="gradient">The gradient, 0 where entries are held.</param>
    /// <param name="free">Above 0 where an entry is free, 0 where it is held.</param>
    /// <param name="precondition">
    /// Multiplies the first factors by the inverse of an estimate of each layer's own curvature for the free entries; the pairs say by how much it is wrong.
    /// </param>
    public void Apply(Factor[] gradient, Factor[] free, Action<Factor[], Factor[]> precondition)
    {
        var shares = new double[_pairs.Count];
        var curvatures = new double[_pairs.Count];
        double[]? scales = null;
        for (int p = _pairs.Count - 1; p >= 0; p--)
        {
            (Factor[] steps, Factor[] changes) = _pairs[p];
            Keep(changes, free, _held);
            if (!IsCurved(steps, _held, out curvatures[p]))
                continue;
            shares[p] = Inner(steps, gradient) / curvatures[p];
            AddScaled(gradient, _held, -shares[p]);
            scales ??= ScalesOf(steps, curvatures[p], precondition);
        }

        precondition(gradient, _scaled);
        for (int i = 0; i < gradient.Length; i++)
            engine.Combine(scales?[i] ?? 1, _scaled[i], 0, _scaled[i], gradient[i]);
        for (int p = 0; p < _pairs.Count; p++)
        {
            if (double.IsNaN(curvatures[p]))
                continue;
            (Factor[] steps, Factor[] changes) = _pairs[p];
            double share = Inner(changes, gradient) / curvatures[p];
            Keep(steps, free, _held);
            AddScaled(gradient, _held, shares[p] - share);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Clear();
        foreach (Factor factor in (Factor[])[.. _spare.SelectMany(pair => pair.Steps.Concat(pair.Changes)), .. _held, .. _scaled])
            factor.Dispose();
    }

    // For each layer ⟨s, y⟩ / ⟨y, H y⟩, with y as it is held and H the preconditioner: by what H is to be multiplied. A layer without a curvature of its own
    // takes that of all layers.
    private double[] ScalesOf(Factor[] steps, double curvature, Action<Factor[], Factor[]> precondition)
    {
        precondition(_held, _scaled);
        double all = curvature / Inner(_held, _scaled);
        IEnumerable<double> own = steps.Select((step, i) => engine.Inner(step, _held[i]) / engine.Inner(_held[i], _scaled[i]));
        return [.. own.Select(scale => scale > 0 && double.IsFinite(scale) ? scale : all)];
    }

    // ⟨s, y⟩, NaN where it is too small.
    private bool IsCurved(Factor[] steps, Factor[] changes, out double curvature)
    {
        double inner = Inner(steps, changes);
        bool isCurved = inner > LeastCosine * Math.Sqrt(Inner(steps, steps) * Inner(changes, changes));
        curvature = isCurved ? inner : double.NaN;
        return isCurved;
    }

    private double Inner(Factor[] first, Factor[] second) => first.Zip(second, engine.Inner).Sum();

    private void Keep(Factor[] factors, Factor[] free, Factor[] results)
    {
        for (int i = 0; i < factors.Length; i++)
            engine.KeepWhere(factors[i], free[i], results[i]);
    }

    private void AddScaled(Factor[] factors, Factor[] others, double by)
    {
        for (int i = 0; i < factors.Length; i++)
            engine.Combine(1, factors[i], by, others[i], factors[i]);
    }

    private void Release(int pair)
    {
        _spare.Push(_pairs[pair]);
        _pairs.RemoveAt(pair);
    }
}
