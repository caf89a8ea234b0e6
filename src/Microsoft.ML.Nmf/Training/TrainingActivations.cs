using System.Diagnostics;
using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf;

/// <summary>Whether a training keeps the activations of the rows that it was given, and which.</summary>
public enum ActivationKeeping
{
    /// <summary>They are not kept.</summary>
    None,

    /// <summary>
    /// Those of the last iteration, which cost nothing but their memory. They are near what transforming gives, since each iteration of the training lowers the
    /// same objective, but not the same.
    /// </summary>
    LastIteration,

    /// <summary>What transforming gives, to the bit: each row is solved for once more, from memory, without reading the data again.</summary>
    AsTransformed,
}

/// <summary>The activations of the rows that a model was trained on, without reading or transforming them. They are not saved with the model.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class TrainingActivations
{
    internal TrainingActivations(FactorMatrix values) => Values = values;

    /// <summary>
    /// Examples × rank: row i has the activations of the i-th row that was read, scaled as in the transformer's column (those of the deepest layer, of a model
    /// in layers).
    /// </summary>
    public FactorMatrix Values { get; }

    /// <summary>The id that the view gives each row, in the same order: what tells a row again where the view was shuffled or filtered.</summary>
    public IReadOnlyList<DataViewRowId> RowIds { get; internal set; } = [];

    /// <summary>Its size, for people to read.</summary>
    public override string ToString() => $"activations of training rows, {Values}";
}
