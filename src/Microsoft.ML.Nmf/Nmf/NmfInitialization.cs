namespace Microsoft.ML.Nmf;

/// <summary>
/// Where a factorization starts. NNDSVD and its variants take the leading singular vectors of the data, found by a randomised method,
/// and keep of each pair the heavier of its positive and its negative part (Boutsidis and Gallopoulos 2008).
/// </summary>
public enum NmfInitialization
{
    /// <summary>
    /// <see cref="Nndsvd"/> for coordinate descent and alternating least squares, <see cref="NndsvdA"/> for multiplicative updates, which
    /// could never leave a zero.
    /// </summary>
    Automatic,

    /// <summary>Uniform random values whose product has the mean of the data.</summary>
    Random,

    /// <summary>Sparse: half of the entries or more are zero.</summary>
    Nndsvd,

    /// <summary>NNDSVD with its zeros replaced by the mean of the data.</summary>
    NndsvdA,

    /// <summary>NNDSVD with its zeros replaced by small random values, up to a hundredth of the mean of the data.</summary>
    NndsvdAr,
}
