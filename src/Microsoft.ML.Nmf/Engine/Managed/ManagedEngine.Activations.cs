namespace Microsoft.ML.Nmf.Engine.Managed;

internal sealed partial class ManagedEngine
{
    /// <inheritdoc />
    public override void SolveActivations(DataMatrix data, Factor templates, ActivationSettings settings, Factor activations)
    {
        // Least squares for many rows at once; every other problem row by row, by faster methods than there are for many.
        if (settings.Beta == BetaDivergence.Euclidean && data is not ObservedData)
        {
            base.SolveActivations(data, templates, settings, activations);
            return;
        }

        ExampleMatrix examples = data.Examples;
        float[]? weights = examples is ObservedExamples ? examples.Weights?.Columns : null;
        var problem = ActivationProblem.Create(templates.ToMatrix(), settings, weights);
        activations.CopyFrom(ExampleActivations.Solve(problem, examples, activations.Rank, Threads, () => { }, areStored: true).Values);
    }
}
