using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>Templates of any sign that minimise ½‖X − H Wᵀ‖² + l2/2 ‖W‖² with the activations held: W = XᵀH (HᵀH + l2 I)⁻¹.</summary>
internal sealed class SignedTemplates : IDisposable
{
    // Of the largest eigenvalue of HᵀH, which float32 sums are right to: directions below it are of activations that depend on others, and get no templates.
    private const double Dependent = 1e-6;

    private readonly ComputeEngine _engine;
    private readonly Factor _inverse;
    private readonly Factor _rest;
    private readonly Factor _step;
    private readonly Gram _penalised;

    /// <summary>Room for the templates of so many rows and columns.</summary>
    public SignedTemplates(ComputeEngine engine, int rows, int rank)
    {
        _engine = engine;
        _inverse = engine.Allocate(rank, rank);
        (_rest, _step) = (engine.Allocate(rows, rank), engine.Allocate(rows, rank));
        _penalised = engine.AllocateGram(rank);
    }

    /// <summary>Sets the templates.</summary>
    /// <param name="gram">HᵀH.</param>
    /// <param name="product">XᵀH.</param>
    /// <param name="l2">The weight of half their squares.</param>
    /// <param name="templates">W, to set.</param>
    public void Solve(Gram gram, Factor product, double l2, Factor templates)
    {
        Invert(gram, l2);
        _engine.SmallProduct(product, _inverse, templates);
        // Once more for what the rounding of the inverse has left.
        _engine.GramProduct(templates, _penalised, _rest);
        _engine.Combine(1, product, -1, _rest, _rest);
        _engine.SmallProduct(_rest, _inverse, _step);
        _engine.Combine(1, templates, 1, _step, templates);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (Factor factor in new[] { _inverse, _rest, _step })
            factor.Dispose();
        _penalised.Dispose();
    }

    // HᵀH + l2 I and its pseudo-inverse, on the host: of the size of the rank.
    private void Invert(Gram gram, double l2)
    {
        int rank = _inverse.Rank;
        var values = new double[ArraySize.Of(rank, rank, "A Gram matrix")];
        gram.CopyTo(values);
        for (int k = 0; k < rank; k++)
            values[k * rank + k] += l2;
        _penalised.CopyFrom(values);
        (double[] eigenvalues, double[] vectors) = SymmetricEigen.Of(values, rank);
        double[] inverted = [.. eigenvalues.Select(value => value > Dependent * eigenvalues[0] ? 1 / value : 0)];
        var inverse = new float[values.Length];
        for (int k = 0; k < rank; k++)
        {
            for (int l = 0; l < rank; l++)
            {
                double sum = 0;
                for (int i = 0; i < rank; i++)
                    sum += vectors[k * rank + i] * inverted[i] * vectors[l * rank + i];
                inverse[k * rank + l] = (float)sum;
            }
        }

        _inverse.CopyFrom(inverse);
    }
}
