namespace Microsoft.ML.Nmf;

/// <summary>What neural non-negative matrix factorization minimises over the templates A_0, …, A_L, with S_i = q(S_(i−1), A_i) and S_(−1) = X.</summary>
public enum NeuralNmfLoss
{
    /// <summary>
    /// Σ_i mean((S_(i−1) − A_i S_i)²): every layer must approximate the layer before (Gao, Haddock, Molitor, Needell, Sadovnik, Will and Zhang 2019, equation 3).
    /// </summary>
    Energy,

    /// <summary>mean((X − A_0 A_1 … A_L S_L)²): the layers together must approximate the data.</summary>
    Reconstruction,
}
