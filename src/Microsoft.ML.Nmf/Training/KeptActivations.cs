using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reading;

namespace Microsoft.ML.Nmf.Training;

/// <summary>Makes <see cref="TrainingActivations"/> of what a training ends with.</summary>
internal static class KeptActivations
{
    /// <summary>Refuses to keep activations of rows that do not all count alike, since the training has others than those that were read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are to be kept.</exception>
    public static void Check(ActivationKeeping keeping, ReadingPlan plan)
    {
        if (keeping != ActivationKeeping.None && plan.CountsUnevenly)
        {
            throw new ArgumentOutOfRangeException("KeepActivations", keeping,
                $"KeepActivations is {keeping} beside MissingValues, ExampleWeightColumnName or FeatureWeights, with which the rows of the training are not those that "
                + "are read. Leave it out, and transform the data.");
        }
    }

    /// <summary>The activations that an option asks for; null for none.</summary>
    /// <param name="keeping">The option.</param>
    /// <param name="last">Those of the last iteration, in the unit of the data and the order of the model's topics.</param>
    /// <param name="problem">What transforming solves.</param>
    /// <param name="examples">X.</param>
    /// <param name="scale">What the transformer scales activations by.</param>
    /// <param name="engine">The engine, for its threads.</param>
    /// <param name="checkAlive">Throws when the training has been cancelled.</param>
    public static TrainingActivations? Of(ActivationKeeping keeping, Func<FactorMatrix> last, Func<ActivationProblem> problem, ExampleMatrix examples,
        ActivationScale scale, ComputeEngine engine, Action checkAlive)
    {
        if (keeping == ActivationKeeping.None)
            return null;
        FactorMatrix activations = keeping == ActivationKeeping.LastIteration ? last() : ExampleActivations.Solve(problem(), examples, last().Columns, engine.Threads, checkAlive);
        var scaled = new float[activations.Values.Length];
        for (int i = 0; i < activations.Rows; i++)
            scale.Apply(activations.Row(i), scaled.AsSpan(i * activations.Columns, activations.Columns));
        return new TrainingActivations(FactorMatrix.TakeOver(scaled, activations.Rows, activations.Columns));
    }
}
