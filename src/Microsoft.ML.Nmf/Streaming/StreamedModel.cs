using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reading;

namespace Microsoft.ML.Nmf.Streaming;

/// <summary>Templates that are trained from statistics of rows: they see the rows of a batch once, and improve by what all rows so far have left.</summary>
internal abstract class StreamedModel : IDisposable
{
    /// <summary>The templates of each layer, from the features on, in the unit of the stored data.</summary>
    public abstract IReadOnlyList<Factor> Templates { get; }

    /// <summary>A copy of the templates of each layer, in the unit of the data.</summary>
    public abstract FactorMatrix[] ReadTemplates();

    /// <summary>What to do when the objective is not finite, a sentence.</summary>
    public abstract string Remedy { get; }

    /// <summary>Statistics of no rows.</summary>
    public abstract TrainingStatistics CreateStatistics();

    /// <summary>Is shown the first rows, which the first calls of <see cref="Add"/> will bring in the same order.</summary>
    public virtual void Prepare(ExampleBatch sample)
    {
    }

    /// <summary>Adds what rows say about the templates as they are.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="labels">Their labels; empty for none.</param>
    /// <param name="statistics">To add to.</param>
    /// <param name="weight">How often the rows count.</param>
    /// <param name="isExact">Whether activations are those of transforming, rather than near them.</param>
    /// <returns>As how many rows they count, before the weight.</returns>
    public abstract double Add(DataMatrix data, uint[] labels, TrainingStatistics statistics, double weight = 1, bool isExact = true);

    /// <summary>Improves the templates by what rows have said.</summary>
    /// <param name="statistics">The statistics of the rows.</param>
    /// <param name="rows">As how many rows the statistics are to count beside the penalties on the templates.</param>
    /// <param name="isMoreToCome">Whether other rows come, which may have features that these lack.</param>
    public abstract void Update(TrainingStatistics statistics, double rows, bool isMoreToCome = false);

    /// <summary>The objective and the divergence of some rows, in the unit of the data.</summary>
    public abstract (double Objective, double Divergence) Evaluate(DataMatrix data, uint[] labels);

    /// <summary>The objective and the divergence of the rows that statistics are of, in the unit of the data.</summary>
    public abstract (double Objective, double Divergence) ObjectiveOf(TrainingStatistics statistics);

    /// <inheritdoc />
    public virtual void Dispose()
    {
    }
}
