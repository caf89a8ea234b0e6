namespace Microsoft.ML.Nmf.Topics;

/// <summary>Examples as a model sees them.</summary>
internal static class Approximation
{
    /// <summary>h Wᵀ, summed in double.</summary>
    /// <exception cref="ArgumentException">There are not as many activations as templates have columns.</exception>
    public static float[] Of(FactorMatrix templates, ReadOnlySpan<float> activations)
    {
        if (activations.Length != templates.Columns)
            throw new ArgumentException($"There are {activations.Length} activations, but the model's rank is {templates.Columns}.", nameof(activations));
        var approximation = new float[templates.Rows];
        for (int j = 0; j < approximation.Length; j++)
        {
            ReadOnlySpan<float> row = templates.Row(j);
            double sum = 0;
            for (int k = 0; k < row.Length; k++)
                sum += (double)row[k] * activations[k];
            approximation[j] = (float)sum;
        }

        return approximation;
    }
}
