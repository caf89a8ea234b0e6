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
/// <param name="Stride">The length of a row, which zeros pad to whole vectors.</param>
/// <param name="Classes">The class of each, from 0.</param>
internal sealed record LabelledActivations(double[] Values, int Stride, int[] Classes)
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
        int rank = passes[0].Activations[^1].Rank, stride = DoubleKernel.Padded(rank), to = 0;
        var values = new double[ArraySize.Of(classes.Length, stride, "A matrix of activations")];
        foreach (LayerPass pass in passes)
        {
            if (pass.Labels is null)
                continue;
            ReadOnlySpan<float> deepest = pass.Activations[^1].ToMatrix().Values;
            foreach (int row in pass.Labels.Rows)
            {
                for (int k = 0; k < rank; k++)
                    values[to + k] = deepest[row * rank + k];
                to += stride;
            }
        }

        return new LabelledActivations(values, stride, classes);
    }
}

/// <summary>
/// The layer B, classes × r_L, that turns the deepest activations s of an example into class scores B s, and the label loss
/// <c>mean over the labelled examples of ℓ(B s, label) + ρ/2 ‖B‖²</c>. A step minimises a quadratic that lies above the loss and touches it at B; its
/// curvature is that of a bound of ℓ (½ for cross-entropy, <see href="https://doi.org/10.1007/BF00048682">Böhning 1992</see>; 2 for the squared error,
/// which is exact) times the second moment of the activations. No step raises the loss, and none needs a rate. In double, on the host; scores are held for
/// some examples at a time, never for all examples and classes.
/// </summary>
internal sealed class ClassificationLayer
{
    // The scores that are held at a time, where those of one example are not more.
    private const int MostScores = 1 << 22;

    // Values that one thread takes at a time from what has a row for each example or class.
    private const int BlockValues = 1 << 14;

    private readonly int _classes;
    private readonly int _rank;
    private readonly NeuralNmfLabelLoss _kind;
    private readonly double _regularization;
    private readonly HostProducts _products;
    private readonly double[] _weights;
    private readonly int _stride;

    // ∂ℓ/∂scores is this times what ToResiduals makes.
    private readonly double _slope;
    private double[] _scores = [];

    /// <summary>B of zeros.</summary>
    /// <param name="classes">The number of classes, at least 1.</param>
    /// <param name="rank">r_L.</param>
    /// <param name="kind">ℓ.</param>
    /// <param name="regularization">ρ, at least 0.</param>
    /// <param name="threads">The most threads to use, at least 1; no bit depends on it.</param>
    /// <exception cref="InvalidOperationException">B has more values than an array holds.</exception>
    public ClassificationLayer(int classes, int rank, NeuralNmfLabelLoss kind, double regularization, int threads = 1)
    {
        (_classes, _rank, _kind, _regularization) = (classes, rank, kind, regularization);
        _stride = DoubleKernel.Padded(classes);
        // The padded ones are held too.
        _ = ArraySize.Of(_stride, DoubleKernel.Padded(rank), "A classification layer, classes × rank,");
        _weights = new double[classes * rank];
        _slope = kind == NeuralNmfLabelLoss.SquaredError ? 2 : 1;
        _products = new HostProducts(threads);
    }

    /// <summary>B, one row a class.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>Rises with every change of B.</summary>
    public long Version { get; private set; }

    /// <summary>The bytes of B and of what a step takes besides.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="rank">r_L.</param>
    /// <param name="labelled">The number of labelled examples.</param>
    public static long BytesFor(int classes, int rank, int labelled)
        => sizeof(double) * (4L * classes * rank + (long)labelled * DoubleKernel.Padded(rank) + RowsAtOnce(labelled, classes) * (long)DoubleKernel.Padded(classes));

    /// <summary>Sets B.</summary>
    public void Set(ReadOnlySpan<double> weights)
    {
        weights.CopyTo(_weights);
        Version++;
    }

    /// <summary>The label loss, without its weight λ. Cost labelled examples × classes × r_L.</summary>
    public double Evaluate(LabelledActivations examples)
    {
        var losses = new double[examples.Count];
        foreach ((int first, int count) in Scored(examples))
        {
            ForEach(count, _stride, i =>
            {
                Span<double> scores = _scores.AsSpan(i * _stride, _classes);
                int label = examples.Classes[first + i];
                losses[first + i] = _kind == NeuralNmfLabelLoss.CrossEntropy ? -LogSoftmax(scores, label) : SquaredError(scores, label);
            });
        }

        double sum = 0;
        foreach (double loss in losses)
            sum += loss;
        return sum / examples.Count + 0.5 * _regularization * DoubleKernel.SumOfSquares(_weights);
    }

    /// <summary>
    /// Makes a number of steps of B, none of which raises the label loss. Each costs twice an evaluation, and r_L² for each class and labelled
    /// example once.
    /// </summary>
    public void Train(LabelledActivations examples, int steps)
    {
        double curvature = _kind == NeuralNmfLabelLoss.CrossEntropy ? 0.5 : 2;
        double[] inverse = InverseCurvature(examples, curvature);
        // One row a component.
        var gradient = new double[_rank * _stride];
        for (int step = 0; step < steps; step++)
        {
            Array.Clear(gradient);
            foreach ((int first, int count) in Scored(examples))
            {
                ToResiduals(examples, first, count);
                _products.MultiplyAdd(
                    (examples.Values, first * examples.Stride, 1, examples.Stride), (_scores, _stride), (gradient, _stride), _rank, count, _stride);
            }

            Step(gradient, inverse, examples.Count);
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
        int width = DoubleKernel.Padded(_rank);
        var padded = new double[_classes * width];
        for (int c = 0; c < _classes; c++)
            _weights.AsSpan(c * _rank, _rank).CopyTo(padded.AsSpan(c * width));
        var sums = new double[ArraySize.Of(RowsAtOnce(examples.Count, _classes), width)];
        foreach ((int first, int count) in Scored(examples))
        {
            ToResiduals(examples, first, count);
            Array.Clear(sums);
            _products.MultiplyAdd((_scores, 0, _stride, 1), (padded, width), (sums, width), count, _classes, width);
            for (int i = 0; i < count; i++)
            {
                Span<float> row = deepest.Slice(rows.Rows[first + i] * _rank, _rank);
                for (int k = 0; k < _rank; k++)
                    row[k] = (float)(weight * _slope * sums[i * width + k]);
            }
        }
    }

    private static int RowsAtOnce(int examples, int classes) => Math.Clamp(MostScores / DoubleKernel.Padded(classes), 1, Math.Max(examples, 1));

    // The examples, some at a time, each time with B s in the rows of _scores. What is beyond the classes in a row has no meaning.
    private IEnumerable<(int First, int Count)> Scored(LabelledActivations examples)
    {
        int atOnce = RowsAtOnce(examples.Count, _classes);
        if (_scores.Length < (long)atOnce * _stride)
            _scores = new double[ArraySize.Of(atOnce, _stride, "Scores")];
        var transposed = new double[_rank * _stride];
        for (int c = 0; c < _classes; c++)
        {
            for (int k = 0; k < _rank; k++)
                transposed[k * _stride + c] = _weights[c * _rank + k];
        }

        for (int first = 0; first < examples.Count; first += atOnce)
        {
            int count = Math.Min(atOnce, examples.Count - first);
            Array.Clear(_scores, 0, count * _stride);
            _products.MultiplyAdd(
                (examples.Values, first * examples.Stride, examples.Stride, 1), (transposed, _stride), (_scores, _stride), count, _rank, _stride);
            yield return (first, count);
        }
    }

    // Replaces the scores of examples by ∂ℓ/∂scores over _slope: softmax minus y, or scores − y, with y one for the label and zero for every other class.
    private void ToResiduals(LabelledActivations examples, int first, int count) => ForEach(count, _stride, i =>
    {
        Span<double> scores = _scores.AsSpan(i * _stride, _classes);
        if (_kind == NeuralNmfLabelLoss.CrossEntropy)
            DoubleKernel.Scale(scores, 1 / DoubleKernel.Exponentiate(scores, DoubleKernel.Largest(scores)));
        scores[examples.Classes[first + i]] -= 1;
    });

    // Changes the scores.
    private static double LogSoftmax(Span<double> scores, int label)
    {
        double largest = DoubleKernel.Largest(scores), own = scores[label];
        return own - largest - Math.Log(DoubleKernel.Exponentiate(scores, largest));
    }

    // Changes the scores.
    private static double SquaredError(Span<double> scores, int label)
    {
        scores[label] -= 1;
        return DoubleKernel.SumOfSquares(scores);
    }

    // R⁻¹ of the Cholesky factorization RᵀR of curvature · mean(s sᵀ) + ρ I.
    private double[] InverseCurvature(LabelledActivations examples, double curvature)
    {
        var padded = new double[_rank * examples.Stride];
        _products.MultiplyAdd(
            (examples.Values, 0, 1, examples.Stride), (examples.Values, examples.Stride), (padded, examples.Stride), _rank, examples.Count, examples.Stride);
        var moment = new double[_rank * _rank];
        for (int k = 0; k < _rank; k++)
        {
            for (int l = 0; l < _rank; l++)
                moment[k * _rank + l] = padded[k * examples.Stride + l] * (curvature / examples.Count);
            moment[k * _rank + k] += _regularization;
        }

        return SmallMatrices.InverseOfCholesky(moment, _rank, 1e-10);
    }

    // B ← B − G (R⁻¹ R⁻ᵀ), where R⁻¹ is upper triangular and G is the mean gradient with that of ρ.
    private void Step(double[] sums, double[] inverse, int examples) => ForBlocks(_classes, _rank, (start, end) =>
    {
        double[] row = new double[_rank], half = new double[_rank];
        for (int c = start; c < end; c++)
        {
            Span<double> weights = _weights.AsSpan(c * _rank, _rank);
            for (int k = 0; k < _rank; k++)
                row[k] = _slope * sums[k * _stride + c] / examples + _regularization * weights[k];
            Array.Clear(half);
            for (int l = 0; l < _rank; l++)
                DoubleKernel.AddScaled(half.AsSpan(l), inverse.AsSpan(l * _rank + l, _rank - l), row[l]);
            for (int l = 0; l < _rank; l++)
            {
                double sum = 0;
                for (int k = l; k < _rank; k++)
                    sum += inverse[l * _rank + k] * half[k];
                weights[l] -= sum;
            }
        }
    });

    // Runs a function for each of a number of rows.
    private void ForEach(int rows, int width, Action<int> body) => ForBlocks(rows, width, (start, end) =>
    {
        for (int i = start; i < end; i++)
            body(i);
    });

    // Runs a function for blocks of rows, from the first to before the last.
    private void ForBlocks(int rows, int width, Action<int, int> body)
    {
        int block = Math.Max(BlockValues / width, 1);
        _products.Run((int)(((long)rows + block - 1) / block), b => body(b * block, Math.Min((b + 1) * block, rows)));
    }
}
