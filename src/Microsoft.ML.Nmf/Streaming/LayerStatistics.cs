using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Streaming;

/// <summary>What the curvature of a layer's templates is: one for all of them, or one for each.</summary>
internal enum CurvatureForm
{
    /// <summary>Σ hᵀh, rank × rank: β = 2.</summary>
    Gram,

    /// <summary>One value a component, the same for all features: β = 1.</summary>
    Row,

    /// <summary>One value for each template: every other β, and where values are missing.</summary>
    Entries,
}

/// <summary>
/// What some rows say about the templates W of a layer, as sums over the rows h of their activations. For β = 2 products B = Σ xᵀh and curvature A = Σ hᵀh:
/// with the activations held, W minimises ½⟨A, WᵀW⟩ − ⟨B, W⟩. Otherwise the numerator and the denominator of a multiplicative update of W, each entry times a
/// power of the template that it was computed with, so that rows may have met different templates (<see cref="SurrogateRule"/>).
/// </summary>
/// <param name="rows">The rows of W.</param>
/// <param name="rank">The columns of W.</param>
/// <param name="form">What the curvature is.</param>
internal sealed class LayerStatistics(int rows, int rank, CurvatureForm form)
{
    /// <summary>The rows of W.</summary>
    public int Rows { get; } = rows;

    /// <summary>The columns of W.</summary>
    public int Rank { get; } = rank;

    /// <summary>What the curvature is.</summary>
    public CurvatureForm Form { get; } = form;

    /// <summary>B, rows × rank.</summary>
    public double[] Products { get; } = new double[ArraySize.Of(rows, rank, "Statistics")];

    /// <summary>A, rank columns.</summary>
    public double[] Curvature { get; } = new double[ArraySize.Of(CurvaturesOf(rows, rank, form), rank, "Statistics")];

    /// <summary>Σ h, one value a component.</summary>
    public double[] Sums { get; } = new double[rank];

    /// <summary>Σ hᵀh, rank × rank.</summary>
    public double[] Squares { get; } = new double[ArraySize.Of(rank, rank, "Statistics")];

    /// <summary>All sums, in the order in which they are written.</summary>
    public IReadOnlyList<double[]> Parts => [Products, Curvature, Sums, Squares];

    /// <summary>The rows of A.</summary>
    public static int CurvaturesOf(int rows, int rank, CurvatureForm form) => form switch { CurvatureForm.Gram => rank, CurvatureForm.Row => 1, _ => rows };

    /// <summary>Whether another has sums of the same shape.</summary>
    public bool Fits(LayerStatistics other) => (Rows, Rank, Form) == (other.Rows, other.Rank, other.Form);

    /// <summary>Sums of zero of the same shape.</summary>
    public LayerStatistics Empty() => new(Rows, Rank, Form);

    /// <summary>Adds the sums of other rows, as often as they are to count.</summary>
    public void Add(LayerStatistics other, double weight)
    {
        for (int i = 0; i < Parts.Count; i++)
            DoubleKernel.AddScaled(Parts[i], other.Parts[i], weight);
    }

    /// <summary>Lets the rows so far count as often.</summary>
    public void Scale(double factor)
    {
        foreach (double[] sums in Parts)
            DoubleKernel.Scale(sums, factor);
    }

    /// <summary>Those of some of the features.</summary>
    /// <param name="features">For each row of the result the row that it was; −1 for a feature that no row had.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public LayerStatistics TakeRows(ReadOnlySpan<int> features)
    {
        var taken = new LayerStatistics(features.Length, Rank, Form);
        Take(Products, taken.Products, features);
        if (Form == CurvatureForm.Entries)
            Take(Curvature, taken.Curvature, features);
        else
            Curvature.CopyTo(taken.Curvature, 0);
        Sums.CopyTo(taken.Sums, 0);
        Squares.CopyTo(taken.Squares, 0);
        return taken;
    }

    /// <summary>Those of the components in another order.</summary>
    /// <param name="order">For each column of W the one that it was.</param>
    /// <param name="orderOfRows">For each row of W the one that it was; null where they stay.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public LayerStatistics Reorder(int[] order, int[]? orderOfRows)
    {
        var changed = new LayerStatistics(Rows, Rank, Form);
        Reorder(Products, changed.Products, order, orderOfRows);
        Reorder(Curvature, changed.Curvature, order, Form switch { CurvatureForm.Gram => order, CurvatureForm.Row => null, _ => orderOfRows });
        Reorder(Sums, changed.Sums, order, null);
        Reorder(Squares, changed.Squares, order, order);
        return changed;
    }

    private void Take(double[] from, double[] to, ReadOnlySpan<int> features)
    {
        for (int j = 0; j < features.Length; j++)
        {
            if (features[j] >= 0)
                from.AsSpan(features[j] * Rank, Rank).CopyTo(to.AsSpan(j * Rank));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Reorder(double[] from, double[] to, int[] columns, int[]? rows)
    {
        int rank = columns.Length;
        for (int i = 0; i < from.Length / rank; i++)
        {
            int row = (rows?[i] ?? i) * rank;
            for (int k = 0; k < rank; k++)
                to[i * rank + k] = from[row + columns[k]];
        }
    }
}
