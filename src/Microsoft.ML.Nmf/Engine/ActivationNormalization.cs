namespace Microsoft.ML.Nmf;

/// <summary>
/// How the activations of a row are scaled when they become a column. A factorization leaves the scale open: H and W times a number and its inverse are the
/// same approximation. Every choice but <see cref="None"/> takes that freedom away, and each is computed row by row from what is saved in the model.
/// </summary>
public enum ActivationNormalization
{
    /// <summary>The activations h as they are: <c>x ≈ h Wᵀ</c>. Their size depends on that of the data and of the templates, and is often far below 1.</summary>
    None,

    /// <summary>
    /// Each topic's activations are divided by the square root of their mean square over the training rows, so that every slot has mean square 1 there. The size
    /// that the defaults of ML.NET's trainers are made for; a row with more in it still has larger activations.
    /// </summary>
    UnitMeanSquare,

    /// <summary>
    /// Shares, for people to read: <c>h_k Σ_j W_jk</c>, what a topic brings to the row's approximation, divided by their sum over the topics. They add up to 1,
    /// or are all 0 where nothing in the row belongs to any topic.
    /// </summary>
    Shares,

    /// <summary>
    /// As <see cref="UnitMeanSquare"/>, then each row divided by its Euclidean norm, for cosine similarity and for clustering. A row of zeros stays one.
    /// </summary>
    UnitNorm,
}
