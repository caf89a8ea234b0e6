using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// The penalty on one factor F that is added to the objective:
/// <c>l1 Σ F_ik + l2/2 Σ F_ik² + orthogonality/2 Σ_i Σ_{k≠l} F_ik F_il</c>. F is not negative, so the last term is zero exactly when every row of F has at
/// most one positive entry, that is when the columns are orthogonal.
/// </summary>
/// <param name="L1">Weight of the sum of the entries, at least 0.</param>
/// <param name="L2">Weight of half the sum of their squares, at least 0.</param>
/// <param name="Orthogonality">Weight of half the sum of the inner products of different columns, at least 0.</param>
/// <param name="Kept">How many of the first columns no update changes, as if that cost infinitely much; fewer than there are.</param>
internal readonly record struct Penalty(float L1, float L2, float Orthogonality = 0, int Kept = 0)
{
    /// <summary>Whether all weights are zero, whatever columns are kept.</summary>
    public bool IsNone => L1 == 0 && L2 == 0 && Orthogonality == 0;

    /// <summary>Whether a term is quadratic in the factor.</summary>
    public bool IsQuadratic => L2 != 0 || Orthogonality != 0;
}

/// <summary>
/// The scalar rules of multiplicative updates under D_β, shared by all engines. An update replaces an entry f by u·f. With n and d the numerator and
/// denominator of the update, the objective is bounded above by f times <c>n·A(u) + d·B(u) + l1·u + (l2·f + o)·u²/2</c>, plus a constant: the majoriser of
/// <see href="https://doi.org/10.1162/NECO_a_00168">Févotte and Idier</see> (2011, section 4). Here A(u) = −u^(β−1)/(β−1) for β &lt; 2 (−log u at β = 1)
/// and −u for β ≥ 2, B(u) = u^β/β for β ≥ 1 and u for β &lt; 1, and o is the orthogonality weight times the sum of the row's other entries.
/// </summary>
internal static class MultiplicativeRule
{
    /// <summary>Added to numerator and denominator, so that neither is zero: the float32 epsilon. They are sums of numbers near 1 for data in its unit.</summary>
    public const float Epsilon = 1.1920929e-7f;

    /// <summary>
    /// Updated entries below this become zero: they only shrink further, and the squares of what grows in the other factor as they shrink still fit float32.
    /// </summary>
    public const float Smallest = 1e-15f;

    /// <summary>
    /// The upper bound of every power of x and X̂ and of every weight x·X̂^(β−2), so that float32 sums of them stay finite. Data in its unit does not reach
    /// it: <see cref="BetaDivergence.FloorOf"/> keeps small values from it, and data whose largest value would is refused.
    /// </summary>
    public const float LargestPower = 1e30f;

    /// <summary>Halvings of log u in <see cref="Shorten"/>; by then u is 1 in float32.</summary>
    public const int Halvings = 24;

    /// <summary>
    /// γ(β), the exponent of the update: 1 / (2 − β) for β &lt; 1, 1 from 1 to 2, 1 / (β − 1) above 2. With it no update raises the objective
    /// (<see href="https://doi.org/10.1162/NECO_a_00168">Févotte and Idier 2011</see>, section 4).
    /// </summary>
    public static float Exponent(double beta) => (float)(beta < 1 ? 1 / (2 - beta) : beta <= 2 ? 1 : 1 / (beta - 1));

    /// <summary>
    /// Whether the closed-form step can be too long: for β &lt; 2 and a penalty that is quadratic in the factor, it can go past the minimiser of the majoriser
    /// and raise the objective.
    /// </summary>
    public static bool CanOvershoot(double beta, Penalty penalty) => penalty.IsQuadratic && beta < 2;

    /// <summary>
    /// Shortens the step u until the majoriser is not above its value at u = 1: log u is halved, at most <see cref="Halvings"/> times; then the step is 1,
    /// which changes nothing.
    /// </summary>
    /// <param name="u">The closed-form step.</param>
    /// <param name="numerator">n, above 0.</param>
    /// <param name="denominator">d without the penalties, above 0.</param>
    /// <param name="linear">l1.</param>
    /// <param name="quadratic">l2·f + o.</param>
    /// <param name="beta">β, below 2.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Shorten(double u, double numerator, double denominator, double linear, double quadratic, double beta)
    {
        double logarithm = Math.Log(u);
        for (int halving = 0; halving < Halvings; halving++)
        {
            if (Rise(u, numerator, denominator, linear, quadratic, beta) <= 0)
                return u;
            logarithm /= 2;
            u = Math.Exp(logarithm);
        }

        return 1;
    }

    // The majoriser at u less its value at 1.
    private static double Rise(double u, double numerator, double denominator, double linear, double quadratic, double beta)
    {
        double logarithm = Math.Log(u);
        // (u^(β−1) − 1) / (β − 1), without the cancellation beside β = 1.
        double gain = logarithm * BetaDivergence.RelativeGrowth((beta - 1) * logarithm);
        double loss = beta < 1 ? u - 1 : (Math.Pow(u, beta) - 1) / beta;
        return -numerator * gain + denominator * loss + linear * (u - 1) + quadratic * (u * u - 1) / 2;
    }
}

/// <summary>The constants of evaluating D_β in float32, shared by all engines.</summary>
internal static class DivergenceRule
{
    /// <summary>Closer than this to 0 or 1, β has a form of D_β of its own, without a division of 0 by 0.</summary>
    public const double Close = 0.25;

    /// <summary>The least x / x̂ that has a logarithm: below it, where log is not defined for all processors alike, x counts for nothing beside x̂.</summary>
    public const float SmallestRatio = 1.17549435e-38f;
}

/// <summary>The constants of block principal pivoting for exact non-negative least squares, shared by all engines.</summary>
internal static class PivotingRule
{
    /// <summary>
    /// Relative pivot up to which a column counts as linearly dependent on the support's columns before it, where G was summed in float32: it must exceed G's
    /// rounding error.
    /// </summary>
    public const double DependentInSingle = 1e-6;

    /// <summary>The same where G was summed in double.</summary>
    public const double DependentInDouble = 1e-12;

    /// <summary>
    /// A row whose support has dependent columns is solved with every diagonal entry of G raised by a share of itself: this many times the relative pivot
    /// above. Its minimiser is not unique, and this picks one.
    /// </summary>
    public const double Ridge = 10;

    /// <summary>A gradient at a zero counts as negative only below −<see cref="Tolerance"/>·max|b| of its row.</summary>
    public const double Tolerance = 1e-9;

    /// <summary>Consecutive exchanges of all violating variables without progress, after which variables are exchanged one at a time.</summary>
    public const int Patience = 3;

    /// <summary>The most sweeps of coordinate descent that find the support to start from, where none is known.</summary>
    public const int Sweeps = 3;

    /// <summary>The most steps for a row without the ridge, and again with it.</summary>
    public static int MostSteps(int rank) => 10 * (rank + 10);
}

/// <summary>One step of Adam (<see href="https://doi.org/10.48550/arXiv.1412.6980">Kingma and Ba 2015</see>, algorithm 1).</summary>
/// <param name="LearningRate">α, above 0.</param>
/// <param name="FirstDecay">β₁, from 0 to below 1.</param>
/// <param name="SecondDecay">β₂, from 0 to below 1.</param>
/// <param name="Epsilon">ε, above 0.</param>
/// <param name="Step">t, from 1 on.</param>
internal readonly record struct AdamRule(double LearningRate, double FirstDecay, double SecondDecay, double Epsilon, int Step)
{
    /// <summary>
    /// The least ε used, whatever is asked for. Gradients below about it have a square that is zero in float32, so a smaller ε could not bound their steps.
    /// </summary>
    public const float LeastEpsilon = 1e-19f;

    /// <summary>1 / (1 − β₁ᵗ), which corrects the first moment for its start at zero.</summary>
    public double FirstCorrection => 1 / (1 - Math.Pow(FirstDecay, Step));

    /// <summary>1 / (1 − β₂ᵗ), which corrects the second moment for its start at zero.</summary>
    public double SecondCorrection => 1 / (1 - Math.Pow(SecondDecay, Step));
}

/// <summary>When coordinate descent has swept a group of rows often enough: every engine stops the same groups after the same sweeps.</summary>
internal static class CoordinateDescentRule
{
    /// <summary>A sweep whose gain is at most this share of the first sweep's gain is the last one of its group of rows.</summary>
    public const float WorthwhileGain = 0.05f;

    /// <summary>Rows in a group: those of one vector of 512 bits, on every processor and device, so that all of them stop the same groups.</summary>
    public const int UnitRows = 16;

    /// <summary>
    /// A coordinate whose curvature is at most this share of the largest one, or this number itself, counts as without curvature: the component has vanished
    /// from the other factor, and a step along it would not fit float32.
    /// </summary>
    public const float LeastCurvature = 1e-30f;
}
