namespace Microsoft.ML.Nmf;

/// <summary>Where the layers of a neural factorization start that have no initial templates.</summary>
public enum NeuralNmfInitialization
{
    /// <summary>Layer by layer: the data is factorized, then its activations, then theirs, each as an ordinary factorization of its own.</summary>
    LayerWise,

    /// <summary>Uniform random values.</summary>
    Random,
}
