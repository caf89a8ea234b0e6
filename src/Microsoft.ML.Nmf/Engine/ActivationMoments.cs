using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>What is kept of a layer's activations over the training examples.</summary>
/// <param name="Sums">Σ_i H_ik for each component k; empty where they are not known, as in the model files of earlier versions.</param>
/// <param name="MeanSquares">1/n Σ_i H_ik² for each component k; empty where they are not known.</param>
internal sealed record ActivationMoments(double[] Sums, double[] MeanSquares)
{
    /// <summary>Where nothing is known.</summary>
    public static ActivationMoments Unknown { get; } = new([], []);

    /// <summary>Those of factors that hold the activations of different examples.</summary>
    /// <param name="engine">The engine that the factors are of.</param>
    /// <param name="activations">At least one factor, all of one rank.</param>
    /// <param name="unit">What their entries are to be multiplied by.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ActivationMoments Of(ComputeEngine engine, IReadOnlyList<Factor> activations, double unit)
    {
        int rank = activations[0].Rank;
        double rows = activations.Sum(factor => (double)factor.Rows);
        double[] sums = new double[rank], meanSquares = new double[rank];
        foreach (Factor factor in activations)
        {
            double[] more = engine.ColumnSums(factor), gram = GramOf(engine, factor);
            for (int k = 0; k < rank; k++)
            {
                sums[k] += unit * more[k];
                meanSquares[k] += unit * unit * gram[k * rank + k] / rows;
            }
        }

        return new ActivationMoments(sums, meanSquares);
    }

    /// <summary>Those of one factor whose rows count with weights.</summary>
    /// <param name="engine">The engine that the factor is of.</param>
    /// <param name="activations">The factor, as it was trained.</param>
    /// <param name="unit">What its entries are to be multiplied by.</param>
    /// <param name="weights">The weights of the training data, or null.</param>
    public static ActivationMoments Of(ComputeEngine engine, Factor activations, double unit, ExampleWeights? weights)
    {
        if (weights?.Rows is null)
            return Of(engine, [activations], unit);
        (double[] sums, double[] gram) = WeightedSums(engine, activations, unit, weights);
        return Of(sums, gram);
    }

    // Σ w h, and Σ w hᵀh / Σ w, with h as the activations are without what their rows were multiplied by.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double[] Sums, double[] Gram) WeightedSums(ComputeEngine engine, Factor activations, double unit, ExampleWeights weights)
    {
        float[] rows = weights.Rows!;
        double power = weights.Beta is { } beta ? 1 / beta : 0, total = rows.Sum(weight => (double)weight);
        using Factor scaled = engine.Allocate(activations.Rows, activations.Rank);
        engine.Copy(activations, scaled);
        engine.ScaleRows(scaled, ExampleWeights.PowersOf(rows, 1 - power));
        double[] sums = [.. engine.ColumnSums(scaled).Select(sum => unit * sum)];
        engine.Copy(activations, scaled);
        engine.ScaleRows(scaled, ExampleWeights.PowersOf(rows, 0.5 - power));
        return (sums, [.. GramOf(engine, scaled).Select(value => unit * unit * value / total)]);
    }

    /// <summary>
    /// Those of every layer of a chain, in which the activations of each follow from the layer after it: H_(i−1) = H_i W_iᵀ, so that
    /// H_(i−1)ᵀH_(i−1) = W_i (H_iᵀH_i) W_iᵀ.
    /// </summary>
    /// <param name="engine">The engine.</param>
    /// <param name="deepest">The activations of the deepest layer.</param>
    /// <param name="templates">W_0, …, W_L.</param>
    /// <param name="unit">What the activations are to be multiplied by.</param>
    /// <param name="weights">The weights of the training data, or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ActivationMoments[] OfChain(
        ComputeEngine engine, Factor deepest, IReadOnlyList<FactorMatrix> templates, double unit, ExampleWeights? weights = null)
    {
        (double[] sums, double[] gram) = SumsOf(engine, deepest, unit, weights);
        return OfChain(templates, sums, gram);
    }

    /// <summary>The sums of the activations and the mean of their products hᵀh, rank × rank.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="activations">The activations.</param>
    /// <param name="unit">What they are to be multiplied by.</param>
    /// <param name="weights">The weights of the rows, or null.</param>
    public static (double[] Sums, double[] MeanProducts) SumsOf(ComputeEngine engine, Factor activations, double unit, ExampleWeights? weights)
        => weights?.Rows is null
            ? ([.. engine.ColumnSums(activations).Select(sum => unit * sum)],
                [.. GramOf(engine, activations).Select(value => unit * unit * value / activations.Rows)])
            : WeightedSums(engine, activations, unit, weights);

    /// <summary>Those of the sums of activations and of the mean of their products hᵀh, rank × rank.</summary>
    public static ActivationMoments Of(double[] sums, double[] meanProducts)
        => new(sums, [.. Enumerable.Range(0, sums.Length).Select(k => meanProducts[k * sums.Length + k])]);

    /// <summary>Those of every layer of a chain, from the sums of the deepest activations and the mean of their products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ActivationMoments[] OfChain(IReadOnlyList<FactorMatrix> templates, double[] sums, double[] gram)
    {
        var moments = new ActivationMoments[templates.Count];
        moments[^1] = Of(sums, gram);
        for (int i = templates.Count - 1; i > 0; i--)
        {
            gram = SmallMatrices.Sandwich(templates[i], gram);
            moments[i - 1] = Of(SumsBefore(templates[i], moments[i].Sums), gram);
        }

        return moments;
    }

    /// <summary>
    /// The share of each component in what a layer says about the training data: its activations times its templates, summed over both, from 0 to 1.
    /// </summary>
    /// <param name="templateSums">The sums of the columns of V, features × rank.</param>
    public double[] Prevalence(double[] templateSums) => Proportions.Of([.. templateSums.Zip(Sums, (template, activation) => template * activation)]);

    /// <summary>Those of some of the components.</summary>
    /// <param name="components">Which, in the order they are to have.</param>
    public ActivationMoments Take(IEnumerable<int> components)
        => new([.. components.Select(k => Sums[k])], [.. components.Select(k => MeanSquares[k])]);

    /// <summary>The sums alone of every layer of a chain, from those of the deepest.</summary>
    /// <param name="templates">W_0, …, W_L.</param>
    /// <param name="deepest">The sums of the deepest layer's activations.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ActivationMoments[] OfSums(IReadOnlyList<FactorMatrix> templates, double[] deepest)
    {
        var moments = new ActivationMoments[templates.Count];
        for (int i = templates.Count - 1; i >= 0; i--)
        {
            moments[i] = new ActivationMoments(deepest, []);
            deepest = SumsBefore(templates[i], deepest);
        }

        return moments;
    }

    // Those of H_i W_iᵀ.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] SumsBefore(FactorMatrix templates, double[] sums)
    {
        var before = new double[templates.Rows];
        for (int l = 0; l < before.Length; l++)
        {
            for (int k = 0; k < sums.Length; k++)
                before[l] += sums[k] * templates[l, k];
        }

        return before;
    }

    private static double[] GramOf(ComputeEngine engine, Factor factor)
    {
        using Gram gram = engine.AllocateGram(factor.Rank);
        engine.Gram(factor, gram);
        var values = new double[factor.Rank * factor.Rank];
        gram.CopyTo(values);
        return values;
    }
}
