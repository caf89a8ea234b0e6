namespace Microsoft.ML.Nmf;

/// <summary>How a non-negative matrix factorization is computed.</summary>
public enum NmfSolver
{
    /// <summary>
    /// Coordinate descent for β = 2. For every other β multiplicative updates that are longer than <see cref="MultiplicativeUpdates"/> wherever that lowers the
    /// objective: half as many iterations.
    /// </summary>
    Automatic,

    /// <summary>
    /// Coordinate descent on the Gram form (HALS, <see href="https://doi.org/10.1587/transfun.E92.A.708">Cichocki and Phan 2009</see>), up to two sweeps
    /// for each product with the data (<see href="https://doi.org/10.1162/NECO_a_00256">Gillis and Glineur 2012</see>), extrapolated while the objective falls
    /// (<see href="https://doi.org/10.48550/arXiv.1805.06604">Ang and Gillis 2019</see>). β = 2 only; the fastest there.
    /// </summary>
    CoordinateDescent,

    /// <summary>
    /// Multiplicative updates that never raise the divergence (<see href="https://doi.org/10.1162/NECO_a_00168">Févotte and Idier 2011</see>). Any β. Zeros
    /// in the start stay zero.
    /// </summary>
    MultiplicativeUpdates,

    /// <summary>
    /// Alternating exact non-negative least squares by block principal pivoting (<see href="https://doi.org/10.1137/110821172">Kim and Park 2011</see>).
    /// β = 2 only; the fewest iterations, each the most expensive. Without orthogonality penalty.
    /// </summary>
    AlternatingLeastSquares,
}

/// <summary>
/// Where a factorization starts. NNDSVD and its variants take the leading singular vectors of the data, found by a randomised method, and keep of each pair
/// the heavier of its positive and its negative part (<see href="https://doi.org/10.1016/j.patcog.2007.09.010">Boutsidis and Gallopoulos 2008</see>). Missing
/// values count there as the product of the means of their row and their feature.
/// </summary>
public enum NmfInitialization
{
    /// <summary>
    /// <see cref="Nndsvd"/> for coordinate descent and alternating least squares, <see cref="NndsvdA"/> for multiplicative updates, which could never
    /// leave a zero. Where there are 16,384 examples or more, the templates of NNDSVD are those of every eighth example, after four iterations on these alone:
    /// that takes less time and starts nearer to the end. <see cref="Random"/> where values are missing.
    /// </summary>
    Automatic,

    /// <summary>Uniform random values whose product has the mean of the data.</summary>
    Random,

    /// <summary>Sparse: half of the entries or more are zero.</summary>
    Nndsvd,

    /// <summary>NNDSVD with its zeros replaced by a tenth of √(mean of the data / r), which is what all entries would be if they were the same.</summary>
    NndsvdA,

    /// <summary>NNDSVD with its zeros replaced by random values, uniform from 0 to those of <see cref="NndsvdA"/>.</summary>
    NndsvdAr,
}
