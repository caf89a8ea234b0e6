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

    /// <inheritdoc />
    public override void AddDataProduct(DataMatrix data, Factor activations, double weight, double[] sums)
    {
        if (data is SparseData sparse)
            ProductSums.Add(_scheduler, sparse.Data, Of(activations), weight, sums);
        else
            base.AddDataProduct(data, activations, weight, sums);
    }

    /// <inheritdoc />
    public override double AddSoftCounts(DataMatrix data, Factor activations, Factor templates, double weight, double[] sums)
    {
        if (data is not SparseData sparse)
            return base.AddSoftCounts(data, activations, templates, weight, sums);
        double logarithms = SoftCounts.Add(_scheduler, sparse.Data, Of(activations), Of(templates), data.Examples.FloorOf(1), weight, sums);
        double[] h = ColumnSums(Of(activations)), w = ColumnSums(Of(templates));
        return logarithms - data.Examples.Sum + DoubleKernel.Inner(h, w);
    }
}
