using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>The examples of a set that have a label. The others have no part in the label loss, nor in its mean.</summary>
/// <param name="Rows">Where they stand in the set, ascending.</param>
/// <param name="Classes">The class of each, from 0.</param>
internal sealed record LabelledRows(int[] Rows, int[] Classes)
{
    /// <summary>The labelled ones of a set of examples; null when there are none.</summary>
    /// <param name="keys">For each example 0 for a missing label and otherwise its class plus 1.</param>
    public static LabelledRows? From(ReadOnlySpan<uint> keys)
    {
        var rows = new List<int>();
        var classes = new List<int>();
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] == 0)
                continue;
            rows.Add(i);
            classes.Add((int)keys[i] - 1);
        }

        return rows.Count == 0 ? null : new LabelledRows([.. rows], [.. classes]);
    }
}

/// <summary>A copy of the deepest activations of labelled examples, on the host.</summary>
/// <param name="Values">S_L of those examples, labelled × r_L, row after row.</param>
/// <param name="Classes">The class of each, from 0.</param>
internal sealed record LabelledActivations(double[] Values, int[] Classes)
{
    /// <summary>How many there are, at least 1.</summary>
    public int Count => Classes.Length;

    /// <summary>Copies those of passes, one pass after the other; null when no example has a label.</summary>
    public static LabelledActivations? Of(IReadOnlyList<LayerPass> passes)
    {
        LabelledRows[] labelled = [.. passes.Where(pass => pass.Labels is not null).Select(pass => pass.Labels!)];
        if (labelled.Length == 0)
            return null;
        int[] classes = labelled.Length == 1 ? labelled[0].Classes : [.. labelled.SelectMany(l => l.Classes)];
        int rank = passes[0].Activations[^1].Rank, to = 0;
        var values = new double[classes.Length * rank];
        foreach (LayerPass pass in passes)
        {
            if (pass.Labels is null)
                continue;
            ReadOnlySpan<float> deepest = pass.Activations[^1].ToMatrix().Values;
            foreach (int row in pass.Labels.Rows)
            {
                for (int k = 0; k < rank; k++)
                    values[to++] = deepest[row * rank + k];
            }
        }

        return new LabelledActivations(values, classes);
    }
}

/// <summary>
/// The layer B, classes × r_L, that turns the deepest activations s of an example into class scores B s, and the label loss <c>mean over the labelled
/// examples of ℓ(B s, label) + ρ/2 ‖B‖²</c>. A step minimises a quadratic that lies above the loss and touches it at B; its curvature is that of a
/// bound of ℓ (½ for cross-entropy, Böhning 1992; 2 for the squared error, which is exact) times the second moment of the activations. No step raises
/// the loss, and none needs a rate. In double, on the host.
/// </summary>
/// <param name="classes">The number of classes, at least 1.</param>
/// <param name="rank">r_L.</param>
/// <param name="kind">ℓ.</param>
/// <param name="regularization">ρ, at least 0.</param>
internal sealed class ClassificationLayer(int classes, int rank, NeuralNmfLabelLoss kind, double regularization)
{
    private readonly double[] _weights = new double[classes * rank];

    // Room for the scores of one call.
    private double[] _scores = [];

    /// <summary>B, one row a class.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>Rises with every change of B.</summary>
    public long Version { get; private set; }

    /// <summary>Sets B.</summary>
    public void Set(ReadOnlySpan<double> weights)
    {
        weights.CopyTo(_weights);
        Version++;
    }

    /// <summary>The label loss, without its weight λ. Cost labelled examples × classes × r_L.</summary>
    public double Evaluate(LabelledActivations examples)
    {
        double sum = 0, squares = 0;
        double[] all = Score(examples);
        for (int i = 0; i < examples.Count; i++)
        {
            ReadOnlySpan<double> scores = all.AsSpan(i * classes, classes);
            sum += kind == NeuralNmfLabelLoss.CrossEntropy ? -LogSoftmax(scores, examples.Classes[i]) : SquaredError(scores, examples.Classes[i]);
        }

        foreach (double weight in _weights)
            squares += weight * weight;
        return sum / examples.Count + 0.5 * regularization * squares;
    }

    /// <summary>
    /// Makes a number of steps of B, none of which raises the label loss. Each costs twice an evaluation, and r_L² for each class and labelled
    /// example once.
    /// </summary>
    public void Train(LabelledActivations examples, int steps)
    {
        double curvature = kind == NeuralNmfLabelLoss.CrossEntropy ? 0.5 : 2;
        double[] inverse = InverseCurvature(examples, curvature);
        var gradient = new double[classes * rank];
        for (int step = 0; step < steps; step++)
        {
            Array.Clear(gradient);
            double[] all = Score(examples);
            for (int i = 0; i < examples.Count; i++)
            {
                Span<double> residual = all.AsSpan(i * classes, classes);
                ToResidual(residual, examples.Classes[i]);
                ReadOnlySpan<double> activations = examples.Values.AsSpan(i * rank, rank);
                for (int c = 0; c < classes; c++)
                {
                    for (int k = 0; k < rank; k++)
                        gradient[c * rank + k] += residual[c] * activations[k];
                }
            }

            for (int at = 0; at < gradient.Length; at++)
                gradient[at] = gradient[at] / examples.Count + regularization * _weights[at];
            Step(gradient, inverse);
        }

        Version++;
    }

    /// <summary>The gradient, for S_L, of weight · Σ ℓ over the labelled examples of one pass.</summary>
    /// <param name="examples">Their activations.</param>
    /// <param name="rows">Where they stand in the pass.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="deepest">Receives a row of r_L values for every example of the pass, zero for those without a label.</param>
    public void Gradient(LabelledActivations examples, LabelledRows rows, double weight, Span<float> deepest)
    {
        deepest.Clear();
        double[] all = Score(examples);
        for (int i = 0; i < examples.Count; i++)
        {
            Span<double> residual = all.AsSpan(i * classes, classes);
            ToResidual(residual, examples.Classes[i]);
            Span<float> row = deepest.Slice(rows.Rows[i] * rank, rank);
            for (int k = 0; k < rank; k++)
            {
                double sum = 0;
                for (int c = 0; c < classes; c++)
                    sum += residual[c] * _weights[c * rank + k];
                row[k] = (float)(weight * sum);
            }
        }
    }

    // B s for every labelled example, row after row.
    private double[] Score(LabelledActivations examples)
    {
        if (_scores.Length != examples.Count * classes)
            _scores = new double[examples.Count * classes];
        for (int i = 0; i < examples.Count; i++)
        {
            ReadOnlySpan<double> activations = examples.Values.AsSpan(i * rank, rank);
            for (int c = 0; c < classes; c++)
            {
                double sum = 0;
                for (int k = 0; k < rank; k++)
                    sum += _weights[c * rank + k] * activations[k];
                _scores[i * classes + c] = sum;
            }
        }

        return _scores;
    }

    // Replaces the scores of an example by ∂ℓ/∂scores: softmax minus y, or 2 (scores − y), with y one for the label and zero for every other class.
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
    private double[] InverseCurvature(LabelledActivations examples, double curvature)
    {
        var moment = new double[rank * rank];
        for (int i = 0; i < examples.Count; i++)
        {
            ReadOnlySpan<double> row = examples.Values.AsSpan(i * rank, rank);
            for (int k = 0; k < rank; k++)
            {
                for (int l = 0; row[k] != 0 && l < rank; l++)
                    moment[k * rank + l] += row[k] * row[l];
            }
        }

        for (int k = 0; k < rank; k++)
        {
            for (int l = 0; l < rank; l++)
                moment[k * rank + l] *= curvature / examples.Count;
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
                _weights[c * rank + l] -= sum;
            }
        }
    }
}
