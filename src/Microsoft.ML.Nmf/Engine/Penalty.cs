namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// What is added to the divergence for one factor F:
/// <c>l1 Σ F_ik + l2/2 Σ F_ik² + orthogonality/2 Σ_i Σ_{k≠l} F_ik F_il</c>. The last is zero when the columns of F,
/// which are not negative, share no row, that is when they are orthogonal.
/// </summary>
/// <param name="L1">Weight of the sum of the entries, at least 0.</param>
/// <param name="L2">Weight of half the sum of their squares, at least 0.</param>
/// <param name="Orthogonality">Weight of half the sum of the inner products of different columns, at least 0.</param>
internal readonly record struct Penalty(float L1, float L2, float Orthogonality = 0)
{
    /// <summary>Whether nothing is added.</summary>
    public bool IsNone => L1 == 0 && L2 == 0 && Orthogonality == 0;

    /// <summary>Whether a term is quadratic in the factor.</summary>
    public bool IsQuadratic => L2 != 0 || Orthogonality != 0;
}
