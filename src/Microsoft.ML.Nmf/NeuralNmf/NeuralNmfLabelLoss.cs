namespace Microsoft.ML.Nmf;

/// <summary>How far the class scores B s of a labelled example are from its label; s are its deepest activations.</summary>
public enum NeuralNmfLabelLoss
{
    /// <summary>−log softmax(B s) of the label.</summary>
    CrossEntropy,

    /// <summary>‖B s − y‖², with y one for the label and zero for every other class.</summary>
    SquaredError,
}
