namespace Microsoft.ML.Nmf;

/// <summary>How a non-negative matrix factorization is computed.</summary>
public enum NmfSolver
{
    /// <summary>Coordinate descent for β = 2, multiplicative updates for every other β.</summary>
    Automatic,

    /// <summary>
    /// Coordinate descent on the Gram form (HALS, Cichocki and Phan 2009), up to three sweeps for each product with the data (Gillis and Glineur
    /// 2012). β = 2 only; the fastest there.
    /// </summary>
    CoordinateDescent,

    /// <summary>Multiplicative updates that never raise the divergence (Févotte and Idier 2011). Any β. Zeros in the start stay zero.</summary>
    MultiplicativeUpdates,

    /// <summary>
    /// Alternating exact non-negative least squares by block principal pivoting (Kim and Park 2011). β = 2 only; the
    /// fewest iterations, each the most expensive. Without orthogonality penalty.
    /// </summary>
    AlternatingLeastSquares,
}
