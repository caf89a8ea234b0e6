namespace Microsoft.ML.Nmf;

/// <summary>What computes a training. Transforming never depends on it.</summary>
public enum TrainingEngine
{
    /// <summary>The fastest that is there.</summary>
    Automatic,

    /// <summary>The processor, in managed code: float32, vector instructions, all threads. Needs no native library.</summary>
    Managed,
}
