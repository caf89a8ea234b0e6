using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// The layer B, classes × r_L, that turns the deepest activations s of an example into class scores B s, and the label loss
/// <c>mean over the labelled examples of ℓ(B s, y) + ρ/2 ‖B‖²</c>. It is trained by steps that minimise a quadratic above the loss, whose curvature is that of ℓ's bound (for cross-entropy ½,
/// Böhning 1992; for the squared error 2, which is exact) times the second moment of the activations: no step raises the loss, and none needs a rate. In double, on the host.
/// </summary>
/// <param name="classes">The number of classes, at least 1.</param>
/// <param name="rank">r_L.</param>
/// <param name="kind">ℓ.</param>
/// <param name="regularization">ρ, at least 0.</param>
internal sealed class ClassificationLayer(int classes, int rank, NeuralNmfLabelLoss kind, double regularization)
{
    private double[] _activations = [];
    private double[] _scores = [];
    private int[] _labels = [];

    /// <summary>B, one row a class.</summary>
    public double[] Weights { get; } = new double[classes * rank];

    /// <summary>Takes the deepest activations of the labelled examples, which the next calls are about; false when there are none.</summary>
    public bool Take(IReadOnlyList<LayerPass> passes)
    {
        LabelledRows[] labelled = [.. passes.Where(p => p.Labels is not null).Select(p => p.Labels!)];
        _labels = labelled.Length == 1 ? labelled[0].Classes : [.. labelled.SelectMany(l => l.Classes)];
        if (_activations.Length != _labels.Length * rank)
        {
            _activations = new double[_labels.Length * rank];
            _scores = new double[_labels.Length * classes];
        }

        int to = 0;
        foreach (LayerPass pass in passes)
        {
            if (pass.Labels is null)
                continue;
            ReadOnlySpan<float> deepest = pass.Activations[^1].ToMatrix().Values;
            foreach (int row in pass.Labels.Rows)
            {
                for (int k = 0; k < rank; k++)
                    _activations[to++] = deepest[row * rank + k];
            }
        }

        return _labels.Length > 0;
    }

    /// <summary>The label loss, without its weight λ.</summary>
    public double Evaluate()
    {
        double sum = 0, squares = 0;
        Score();
        for (int i = 0; i < _labels.Length; i++)
        {
            ReadOnlySpan<double> scores = _scores.AsSpan(i * classes, classes);
            sum += kind == NeuralNmfLabelLoss.CrossEntropy ? -LogSoftmax(scores, _labels[i]) : SquaredError(scores, _labels[i]);
        }

        foreach (double weight in Weights)
            squares += weight * weight;
        return sum / _labels.Length + 0.5 * regularization * squares;
    }

    /// <summary>Makes a number of steps of B, none of which raises the label loss.</summary>
    public void Train(int steps)
    {
        double curvature = kind == NeuralNmfLabelLoss.CrossEntropy ? 0.5 : 2;
        double[] inverse = InverseCurvature(curvature);
        var gradient = new double[classes * rank];
        for (int step = 0; step < steps; step++)
        {
            Array.Clear(gradient);
            Score();
            for (int i = 0; i < _labels.Length; i++)
            {
                Span<double> residual = _scores.AsSpan(i * classes, classes);
                ToResidual(residual, _labels[i]);
                ReadOnlySpan<double> activations = _activations.AsSpan(i * rank, rank);
                for (int c = 0; c < classes; c++)
                {
                    for (int k = 0; k < rank; k++)
                        gradient[c * rank + k] += residual[c] * activations[k];
                }
            }

            for (int at = 0; at < gradient.Length; at++)
                gradient[at] = gradient[at] / _labels.Length + regularization * Weights[at];
            Step(gradient, inverse);
        }
    }

    /// <summary>The gradient, for S_L, of weight · Σ ℓ over the examples taken last, which are those of one pass.</summary>
    /// <param name="rows">Which they are.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="deepest">Receives a row for every example, zero for those without a label.</param>
    public void Gradient(LabelledRows rows, double weight, Span<float> deepest)
    {
        deepest.Clear();
        Score();
        for (int i = 0; i < _labels.Length; i++)
        {
            Span<double> residual = _scores.AsSpan(i * classes, classes);
            ToResidual(residual, _labels[i]);
            Span<float> row = deepest.Slice(rows.Rows[i] * rank, rank);
            for (int k = 0; k < rank; k++)
            {
                double sum = 0;
                for (int c = 0; c < classes; c++)
                    sum += residual[c] * Weights[c * rank + k];
                row[k] = (float)(weight * sum);
            }
        }
    }

    private void Score()
    {
        for (int i = 0; i < _labels.Length; i++)
        {
            ReadOnlySpan<double> activations = _activations.AsSpan(i * rank, rank);
            for (int c = 0; c < classes; c++)
            {
                double sum = 0;
                for (int k = 0; k < rank; k++)
                    sum += Weights[c * rank + k] * activations[k];
                _scores[i * classes + c] = sum;
            }
        }
    }

    // Scores become the gradient of ℓ for them.
    private void ToResidual(Span<double> scores, int label)
    {
        if (kind == NeuralNmfLabelLoss.SquaredError)
        {
            scores[label] -= 1;
            for (int c = 0; c < scores.Length; c++)
                scores[c] *= 2;
            return;
        }

        double largest = double.NegativeInfinity, sum = 0;
        foreach (double score in scores)
            largest = Math.Max(largest, score);
        for (int c = 0; c < scores.Length; c++)
            sum += scores[c] = Math.Exp(scores[c] - largest);
        for (int c = 0; c < scores.Length; c++)
            scores[c] /= sum;
        scores[label] -= 1;
    }

    private static double LogSoftmax(ReadOnlySpan<double> scores, int label)
    {
        double largest = double.NegativeInfinity, sum = 0;
        foreach (double score in scores)
            largest = Math.Max(largest, score);
        foreach (double score in scores)
            sum += Math.Exp(score - largest);
        return scores[label] - largest - Math.Log(sum);
    }

    private static double SquaredError(ReadOnlySpan<double> scores, int label)
    {
        double sum = 0;
        for (int c = 0; c < scores.Length; c++)
            sum += (scores[c] - (c == label ? 1 : 0)) * (scores[c] - (c == label ? 1 : 0));
        return sum;
    }

    // R⁻¹ of the Cholesky factorization RᵀR of curvature · mean(s sᵀ) + ρ I.
    private double[] InverseCurvature(double curvature)
    {
        var moment = new double[rank * rank];
        for (int i = 0; i < _labels.Length; i++)
        {
            ReadOnlySpan<double> row = _activations.AsSpan(i * rank, rank);
            for (int k = 0; k < rank; k++)
            {
                for (int l = 0; row[k] != 0 && l < rank; l++)
                    moment[k * rank + l] += row[k] * row[l];
            }
        }

        for (int k = 0; k < rank; k++)
        {
            for (int l = 0; l < rank; l++)
                moment[k * rank + l] *= curvature / _labels.Length;
            moment[k * rank + k] += regularization;
        }

        return SmallMatrices.InverseOfCholesky(moment, rank, 1e-10);
    }

    // B ← B − gradient (R⁻¹ R⁻ᵀ), where R⁻¹ is upper triangular.
    private void Step(ReadOnlySpan<double> gradient, ReadOnlySpan<double> inverse)
    {
        var half = new double[rank];
        for (int c = 0; c < classes; c++)
        {
            ReadOnlySpan<double> row = gradient.Slice(c * rank, rank);
            for (int k = 0; k < rank; k++)
            {
                half[k] = 0;
                for (int l = 0; l <= k; l++)
                    half[k] += inverse[l * rank + k] * row[l];
            }

            for (int l = 0; l < rank; l++)
            {
                double sum = 0;
                for (int k = l; k < rank; k++)
                    sum += inverse[l * rank + k] * half[k];
                Weights[c * rank + l] -= sum;
            }
        }
    }
}
