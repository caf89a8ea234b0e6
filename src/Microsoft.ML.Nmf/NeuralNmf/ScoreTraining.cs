using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// Trains class scores that are linear in φ (<see cref="ScoreProblem"/>): min over V of Σ_i w_i ‖Vᵀφ_i − z_i‖² + α‖V‖², the bias without penalty, where z_i is one for
/// the label and zero for every other class.
/// </summary>
/// <remarks>
/// Rows without a label take part by what the scores say of them (self-training, <see href="https://doi.org/10.1109/TIT.1965.1053799">Scudder 1965</see>): scores of
/// labelled rows alone come first; then, some times over, the rows without a label get the scores as targets, squared over the class's sum, which makes sure ones surer and
/// keeps large classes from growing (the target distribution of <see href="https://doi.org/10.48550/arXiv.1511.06335">Xie, Girshick and Farhadi 2016</see>,
/// equation 3), and all rows are trained on. Words that no labelled text has get their weights so. The defaults are from trials on 25,769 texts of twelve classes, other
/// splits than those of the figures: with 41 labels three quarters of held-out texts are classified rightly where labelled texts alone leave it at three fifths.
/// </remarks>
internal sealed class ScoreTraining
{
    // The most values of rows × classes, or of weights: some arrays of them are held at a time.
    private const long MostValues = 1 << 25;
    private const int ArraysOfRows = 6;
    private const int ArraysOfWeights = 10;

    // α, for φ whose parts have norm 1.
    private const double Penalty = 1;

    // What a row without a label weighs, and the least share of all rows that the labelled ones weigh together.
    private const float WeightOfUnlabelled = 0.2f;
    private const double LeastShareOfLabelled = 0.1;

    private const int Rounds = 8;

    // A target is at least this before it is sharpened.
    private const float LeastTarget = 1e-4f;

    // Conjugate gradients end where the residual is this share of the first.
    private const double Accuracy = 1e-4;
    private const int MostSteps = 60;

    // Between these the sharpness is looked for, and this is taken where labels are too few for it.
    private const double LeastSharpness = 0.1;
    private const double MostSharpness = 1000;
    private const double UsualSharpness = 10;
    private const int LeastForSharpness = 4;

    private readonly ScoreProblem _problem;
    private readonly LabelledRows?[] _labels;
    private readonly int[] _rows;
    private readonly int _classes;
    private readonly Action _checkAlive;

    // W: the weight of each row, for each pass, and the diagonal of ΦᵀWΦ + α.
    private sealed record Weighting(float[][] OfRows, double[] Diagonal);

    private ScoreTraining(ScoreProblem problem, IReadOnlyList<LayerPass> passes, int classes, Action checkAlive)
    {
        _problem = problem;
        _labels = [.. passes.Select(pass => pass.Labels)];
        _rows = [.. problem.Rows];
        _classes = classes;
        _checkAlive = checkAlive;
    }

    /// <summary>Whether there are few enough classes for it.</summary>
    public static bool Suits(int rows, int features, int classes) => Math.Max(rows, (long)features) * classes <= MostValues;

    /// <summary>About the bytes that it takes.</summary>
    public static long BytesFor(int rows, int features, int topics, int classes)
        => sizeof(float) * (ArraysOfRows * (long)rows * classes + ArraysOfWeights * (long)(features + topics) * classes + 2L * rows * topics);

    /// <summary>Trains the scores.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="passes">The rows, with their activations and labels; at least one row has one.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="loss">Whether scores become probabilities.</param>
    /// <param name="checkAlive">Throws when the training has been cancelled.</param>
    public static LinearScores Run(ComputeEngine engine, IReadOnlyList<LayerPass> passes, int classes, NeuralNmfLabelLoss loss, Action checkAlive)
    {
        using var problem = new ScoreProblem(engine, passes, classes);
        var training = new ScoreTraining(problem, passes, classes, checkAlive);
        double sharpness = loss == NeuralNmfLabelLoss.CrossEntropy ? training.FindSharpness() : 1;
        float[] weights = training.Train();
        int at = 0;
        FactorMatrix features = Take(passes[0].Data.Columns);
        FactorMatrix[] topics = [.. passes[0].Activations.Select(layer => Take(layer.Rank))];
        return new LinearScores(features, topics, weights[(at * classes)..], sharpness, loss);

        FactorMatrix Take(int rows)
        {
            float[] part = weights.AsSpan(at * classes, rows * classes).ToArray();
            at += rows;
            return FactorMatrix.TakeOver(part, rows, classes);
        }
    }

    private float[] Train()
    {
        float[][] targets = Labels();
        var weights = new float[ArraySize.Of(_problem.Width, _classes)];
        Solve(targets, Weigh((_, _) => 1, 0), weights);
        int labelled = _labels.Sum(labels => labels?.Rows.Length ?? 0), all = _rows.Sum();
        if (labelled == all)
            return weights;
        float ofLabelled = (float)Math.Max(1, LeastShareOfLabelled * all / labelled);
        Weighting ofAll = Weigh((_, _) => ofLabelled, WeightOfUnlabelled);
        for (int round = 0; round < Rounds; round++)
        {
            Sharpen(targets, _problem.Predict(weights));
            Solve(targets, ofAll, weights);
        }

        return weights;
    }

    // The softmax of scores from one half of the labelled rows is to be right for the other half.
    private double FindSharpness()
    {
        var found = new List<(float[] Scores, int Label)>();
        int[][] halves = Halves();
        float[][] targets = Labels();
        for (int half = 0; half < 2; half++)
        {
            var weights = new float[ArraySize.Of(_problem.Width, _classes)];
            Solve(targets, Weigh((pass, place) => halves[pass][place] == half ? 1 : 0, 0), weights);
            float[][] scores = _problem.Predict(weights);
            for (int p = 0; p < _rows.Length; p++)
            {
                for (int place = 0; place < (_labels[p]?.Rows.Length ?? 0); place++)
                {
                    if (halves[p][place] != half)
                        found.Add((scores[p].AsSpan(_labels[p]!.Rows[place] * _classes, _classes).ToArray(), _labels[p]!.Classes[place]));
                }
            }
        }

        if (found.Count < LeastForSharpness)
            return UsualSharpness;
        return Math.Exp(Minimize(logarithm => found.Sum(row => LossOf(row.Scores, row.Label, Math.Exp(logarithm))), Math.Log(LeastSharpness), Math.Log(MostSharpness)));
    }

    // Every other labelled row of each class is in the other half.
    private int[][] Halves()
    {
        int[][] halves = [.. _labels.Select(labels => new int[labels?.Rows.Length ?? 0])];
        var seen = new int[_classes];
        ForEachLabelled((pass, place, _, label) => halves[pass][place] = seen[label]++ % 2);
        return halves;
    }

    // −log softmax(sharpness · scores) of the label.
    private static double LossOf(float[] scores, int label, double sharpness)
    {
        double largest = scores.Max(), sum = 0;
        foreach (float score in scores)
            sum += Math.Exp(sharpness * (score - largest));
        return Math.Log(sum) - sharpness * (scores[label] - largest);
    }

    // Of a function with one minimum, by golden section.
    private static double Minimize(Func<double, double> function, double low, double high)
    {
        double ratio = (Math.Sqrt(5) - 1) / 2;
        while (high - low > 1e-3)
        {
            double left = high - ratio * (high - low), right = low + ratio * (high - low);
            if (function(left) <= function(right))
                high = right;
            else
                low = left;
        }

        return (low + high) / 2;
    }

    // One for the label of each labelled row, zero for all else.
    private float[][] Labels()
    {
        float[][] targets = [.. _rows.Select(rows => new float[ArraySize.Of(rows, _classes)])];
        SetLabels(targets);
        return targets;
    }

    private void SetLabels(float[][] targets)
    {
        ForEachLabelled((pass, _, row, label) =>
        {
            Span<float> target = targets[pass].AsSpan(row * _classes, _classes);
            target.Clear();
            target[label] = 1;
        });
    }

    private Weighting Weigh(Func<int, int, float> ofPlace, float ofOthers)
    {
        float[][] weights = [.. _rows.Select(rows => new float[rows])];
        foreach (float[] part in weights)
            Array.Fill(part, ofOthers);
        ForEachLabelled((pass, place, row, _) => weights[pass][row] = ofPlace(pass, place));
        double[] diagonal = _problem.Diagonal(weights);
        for (int j = 0; j < diagonal.Length - 1; j++)
            diagonal[j] += Penalty;
        return new Weighting(weights, diagonal);
    }

    private void ForEachLabelled(Action<int, int, int, int> body)
    {
        for (int pass = 0; pass < _labels.Length; pass++)
        {
            for (int place = 0; place < (_labels[pass]?.Rows.Length ?? 0); place++)
                body(pass, place, _labels[pass]!.Rows[place], _labels[pass]!.Classes[place]);
        }
    }

    // The scores as targets, squared over the sum of their class. Classes without a labelled row have none.
    private void Sharpen(float[][] targets, float[][] scores)
    {
        var known = new bool[_classes];
        ForEachLabelled((_, _, _, label) => known[label] = true);
        var sums = new double[_classes];
        for (int p = 0; p < scores.Length; p++)
        {
            for (int i = 0; i < _rows[p]; i++)
            {
                Span<float> row = scores[p].AsSpan(i * _classes, _classes);
                for (int c = 0; c < _classes; c++)
                    row[c] = known[c] ? Math.Max(row[c], LeastTarget) : 0;
                ToShares(row);
            }
        }

        SetLabels(scores);
        foreach (float[] part in scores)
        {
            for (int at = 0; at < part.Length; at++)
                sums[at % _classes] += part[at];
        }

        for (int p = 0; p < scores.Length; p++)
        {
            for (int i = 0; i < _rows[p]; i++)
            {
                Span<float> row = targets[p].AsSpan(i * _classes, _classes);
                for (int c = 0; c < _classes; c++)
                {
                    float score = scores[p][i * _classes + c];
                    row[c] = (float)(score * score / (sums[c] + 1));
                }

                ToShares(row);
            }
        }

        SetLabels(targets);
    }

    private static void ToShares(Span<float> row)
    {
        float sum = 0;
        foreach (float value in row)
            sum += value;
        for (int c = 0; sum > 0 && c < row.Length; c++)
            row[c] /= sum;
    }

    // Conjugate gradients on (ΦᵀWΦ + α) V = ΦᵀWZ, for every class with steps of its own, from the V that there is, preconditioned by the diagonal.
    private void Solve(float[][] targets, Weighting weighting, float[] weights)
    {
        double[] diagonal = weighting.Diagonal;
        float[] right = _problem.Sum(Weighted(targets, weighting.OfRows)), product = Apply(weights, weighting.OfRows);
        var residual = new float[weights.Length];
        for (int i = 0; i < residual.Length; i++)
            residual[i] = right[i] - product[i];
        double[] first = Inner(right, right, diagonal), squares = Inner(residual, residual, diagonal);
        float[] direction = Preconditioned(residual, diagonal);
        for (int step = 0; step < MostSteps; step++)
        {
            _checkAlive();
            if (!Enumerable.Range(0, _classes).Any(c => squares[c] > Accuracy * Accuracy * first[c]))
                break;
            product = Apply(direction, weighting.OfRows);
            double[] curvature = Inner(direction, product, null);
            double[] length = [.. squares.Select((square, c) => curvature[c] > 0 ? square / curvature[c] : 0)];
            for (int i = 0; i < weights.Length; i++)
            {
                weights[i] += (float)length[i % _classes] * direction[i];
                residual[i] -= (float)length[i % _classes] * product[i];
            }

            double[] before = squares;
            squares = Inner(residual, residual, diagonal);
            float[] steepest = Preconditioned(residual, diagonal);
            for (int i = 0; i < direction.Length; i++)
            {
                int c = i % _classes;
                direction[i] = steepest[i] + (before[c] > 0 ? (float)(squares[c] / before[c]) : 0) * direction[i];
            }
        }
    }

    // (ΦᵀWΦ + α) V.
    private float[] Apply(float[] weights, float[][] rowWeights)
    {
        float[] result = _problem.Sum(Weighted(_problem.Predict(weights), rowWeights));
        for (int i = 0; i < result.Length - _classes; i++)
            result[i] += (float)Penalty * weights[i];
        return result;
    }

    private float[][] Weighted(float[][] values, float[][] rowWeights) => [.. values.Select((part, p) =>
    {
        var weighted = new float[part.Length];
        for (int at = 0; at < part.Length; at++)
            weighted[at] = part[at] * rowWeights[p][at / _classes];
        return weighted;
    })];

    private float[] Preconditioned(float[] residual, double[] diagonal)
    {
        var result = new float[residual.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = diagonal[i / _classes] > 0 ? (float)(residual[i] / diagonal[i / _classes]) : 0;
        return result;
    }

    // For every class, the inner product of two columns, over the diagonal where there is one.
    private double[] Inner(float[] first, float[] second, double[]? diagonal)
    {
        var sums = new double[_classes];
        for (int i = 0; i < first.Length; i++)
        {
            double divisor = diagonal?[i / _classes] ?? 1;
            sums[i % _classes] += divisor > 0 ? first[i] * (double)second[i] / divisor : 0;
        }

        return sums;
    }
}
