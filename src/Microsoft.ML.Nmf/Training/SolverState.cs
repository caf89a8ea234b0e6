namespace Microsoft.ML.Nmf.Training;

/// <summary>Where an algorithm stands, for a <see cref="TrainingRecorder"/>: in the unit of the data, layers from the features on.</summary>
internal sealed record SolverState
{
    /// <summary>The number of layers.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>The length or rate of the last step; NaN where there is none.</summary>
    public double StepLength { get; init; } = double.NaN;

    /// <summary>The losses of the layers; empty where there is one divergence for all.</summary>
    public IReadOnlyList<double> LayerLosses { get; init; } = [];

    /// <summary>The label loss; NaN without labels.</summary>
    public double LabelLoss { get; init; } = double.NaN;

    /// <summary>The loss of the rows that were held out; NaN without them.</summary>
    public double ValidationLoss { get; init; } = double.NaN;

    /// <summary>The templates, if they were asked for.</summary>
    public IReadOnlyList<FactorMatrix> Templates { get; init; } = [];

    /// <summary>The activations, if they were asked for.</summary>
    public IReadOnlyList<FactorMatrix> Activations { get; init; } = [];

    /// <summary>The gradients of the objective for the templates, if they or their norms were asked for and there are any.</summary>
    public IReadOnlyList<FactorMatrix> Gradients { get; init; } = [];

    /// <summary>The Frobenius norm of a matrix.</summary>
    public static double NormOf(FactorMatrix matrix)
    {
        double sum = 0;
        foreach (float value in matrix.Values)
            sum += (double)value * value;
        return Math.Sqrt(sum);
    }
}
