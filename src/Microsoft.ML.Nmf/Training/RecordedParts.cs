namespace Microsoft.ML.Nmf;

/// <summary>What a <see cref="TrainingRecorder"/> keeps of a snapshot besides its numbers; several are joined by <c>|</c>.</summary>
[Flags]
public enum RecordedParts
{
    /// <summary>The numbers alone: objective, divergence, losses, step length.</summary>
    None = 0,

    /// <summary>The templates of each layer that is being trained. A copy from the engine's memory.</summary>
    Templates = 1,

    /// <summary>The activations of each layer that is being trained, examples × components. A copy from the engine's memory.</summary>
    Activations = 2,

    /// <summary>
    /// The norm of the gradient of the objective for the templates of each layer. Computing gradients costs a recorded iteration about as much again as it takes.
    /// </summary>
    GradientNorms = 4,

    /// <summary>The gradients themselves, of the shapes of the templates, and their norms.</summary>
    Gradients = 8 | GradientNorms,

    /// <summary>Everything.</summary>
    All = Templates | Activations | Gradients,
}
