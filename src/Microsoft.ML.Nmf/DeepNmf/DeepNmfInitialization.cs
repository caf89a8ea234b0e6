namespace Microsoft.ML.Nmf;

/// <summary>Where a deep factorization starts.</summary>
public enum DeepNmfInitialization
{
    /// <summary>Layer by layer: the data is factorized, then its activations, then theirs, each as an ordinary factorization of its own.</summary>
    LayerWise,

    /// <summary>Uniform random values whose product has the mean of the data.</summary>
    Random,
}
