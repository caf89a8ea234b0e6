using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>Uniform values from 0 to 2·√(mean / r), so that the product of two such factors has the mean of the data.</summary>
internal static class RandomStart
{
    /// <summary>Fills both factors.</summary>
    public static void Fill(FactorPair factors, Random random)
    {
        float scale = ScaleOf(factors);
        Fill(factors.Activations, 0, scale, random);
        Fill(factors.Templates, 0, scale, random);
    }

    /// <summary>Fills the activations with the one value that gives the product with the templates the sum of the data.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FillEvenly(FactorPair factors, ReadOnlySpan<float> templates)
    {
        double sum = 0;
        foreach (float value in templates)
            sum += value;
        double value0 = sum > 0 ? factors.Data.Examples.SumWithHoles / (sum * Math.Max(factors.Activations.Rows, 1)) : 0;
        var values = new float[ArraySize.Of(factors.Activations.Rows, factors.Activations.Rank)];
        Array.Fill(values, (float)value0);
        factors.Activations.CopyFrom(values);
    }

    /// <summary>The largest value: twice the mean one.</summary>
    public static float ScaleOf(FactorPair factors) => (float)(2 * Math.Sqrt(factors.Data.Examples.Mean / factors.Templates.Rank));

    /// <summary>Fills a factor with uniform values of a range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(Factor factor, float least, float most, Random random)
    {
        int length = ArraySize.Of(factor.Rows, factor.Rank);
        float[] values = ArrayPool<float>.Shared.Rent(length);
        for (int i = 0; i < length; i++)
            values[i] = least + (most - least) * random.NextSingle();
        factor.CopyFrom(values.AsSpan(0, length));
        ArrayPool<float>.Shared.Return(values);
    }
}
