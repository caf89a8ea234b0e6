namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>Labels of a naive neural factorization.</summary>
/// <param name="Keys">For each example 0 or its class plus 1.</param>
/// <param name="Weights">B, classes × r_L.</param>
/// <param name="Loss">ℓ.</param>
/// <param name="Weight">λ, in units of the loss.</param>
/// <param name="Regularization">ρ, in units of the label loss.</param>
internal sealed record NaiveLabels(uint[] Keys, double[,] Weights, NeuralNmfLabelLoss Loss, double Weight, double Regularization);

/// <summary>Neural non-negative matrix factorization in double, by plain loops: forward by trying every support, backward by finite differences.</summary>
internal static class NaiveNeural
{
    /// <summary>S_0, …, S_L.</summary>
    public static double[][,] Forward(double[,] x, IReadOnlyList<double[,]> templates)
    {
        var layers = new List<double[,]>();
        foreach (double[,] a in templates)
            layers.Add(Layer(layers.Count == 0 ? x : layers[^1], a));
        return [.. layers];
    }

    /// <summary>q(X, A).</summary>
    public static double[,] Layer(double[,] x, double[,] a)
    {
        double[,] gram = Naive.Gram(a), product = Naive.Multiply(x, a), s = new double[x.GetLength(0), a.GetLength(1)];
        for (int i = 0; i < s.GetLength(0); i++)
        {
            double[] best = Naive.BestOfAllSupports(gram, Naive.Row(product, i));
            for (int k = 0; k < best.Length; k++)
                s[i, k] = best[k];
        }

        return s;
    }

    /// <summary>For each layer and row, which activations are above zero.</summary>
    public static int[][][] Supports(IEnumerable<double[,]> activations)
        => [.. activations.Select(s => Enumerable.Range(0, s.GetLength(0)).Select(i => Enumerable.Range(0, s.GetLength(1)).Where(k => s[i, k] > 0).ToArray())
            .ToArray())];

    /// <summary>The loss of activations.</summary>
    public static double Loss(double[,] x, IReadOnlyList<double[,]> templates, double[][,] activations, NeuralNmfLoss kind, NaiveLabels? labels)
    {
        double loss = 0;
        if (kind == NeuralNmfLoss.Energy)
        {
            for (int i = 0; i < templates.Count; i++)
                loss += MeanSquare(i == 0 ? x : activations[i - 1], Naive.Multiply(activations[i], Naive.Transpose(templates[i])));
        }
        else
        {
            loss = MeanSquare(x, Naive.Multiply(activations[^1], Naive.Transpose(templates.Aggregate(Naive.Multiply))));
        }

        return labels is null ? loss : loss + labels.Weight * LabelLoss(activations[^1], labels);
    }

    /// <summary>The mean of ℓ over the examples that have a label, plus the penalty on B.</summary>
    public static double LabelLoss(double[,] deepest, NaiveLabels labels)
    {
        double sum = 0;
        int labelled = 0, classes = labels.Weights.GetLength(0);
        for (int i = 0; i < labels.Keys.Length; i++)
        {
            if (labels.Keys[i] == 0)
                continue;
            labelled++;
            int label = (int)labels.Keys[i] - 1;
            double[] scores =
                [.. Enumerable.Range(0, classes).Select(c => Enumerable.Range(0, deepest.GetLength(1)).Sum(k => labels.Weights[c, k] * deepest[i, k]))];
            sum += labels.Loss == NeuralNmfLabelLoss.CrossEntropy
                ? Math.Log(scores.Sum(v => Math.Exp(v - scores[label])))
                : scores.Select((v, c) => (v - (c == label ? 1 : 0)) * (v - (c == label ? 1 : 0))).Sum();
        }

        return sum / labelled + 0.5 * labels.Regularization * labels.Weights.Cast<double>().Sum(v => v * v);
    }

    /// <summary>
    /// The gradient for the templates by central differences, on the supports as they are: the piece of the loss that it is differentiable on. With
    /// steps of 1e-5 of entries of about 1, in double, exact to about 1e-9.
    /// </summary>
    public static double[][,] Gradient(double[,] x, IReadOnlyList<double[,]> templates, int[][][] supports, NeuralNmfLoss kind, NaiveLabels? labels)
    {
        const double step = 1e-5;
        return [.. templates.Select((a, layer) =>
        {
            var gradient = new double[a.GetLength(0), a.GetLength(1)];
            for (int j = 0; j < a.GetLength(0); j++)
            {
                for (int k = 0; k < a.GetLength(1); k++)
                    gradient[j, k] = (Moved(j, k, step) - Moved(j, k, -step)) / (2 * step);
            }

            return gradient;

            double Moved(int j, int k, double by)
            {
                double[][,] moved = [.. templates];
                moved[layer] = (double[,])a.Clone();
                moved[layer][j, k] += by;
                return Loss(x, moved, OnSupports(x, moved, supports), kind, labels);
            }
        })];
    }

    /// <summary>The largest violation of a condition of optimality of q(X, A) in any row, as a share of the row's largest |XA|, from AᵀA and XA.</summary>
    public static double OptimalityResidual(double[,] gram, double[,] product, double[,] s)
    {
        double[,] fitted = Naive.Multiply(s, gram);
        double worst = 0;
        for (int i = 0; i < s.GetLength(0); i++)
        {
            double largest = Naive.Row(product, i).Max(Math.Abs);
            for (int k = 0; k < s.GetLength(1) && largest > 0; k++)
            {
                double slope = fitted[i, k] - product[i, k];
                worst = Math.Max(worst, (s[i, k] > 0 ? Math.Abs(slope) : -slope) / largest);
            }
        }

        return worst;
    }

    private static double[][,] OnSupports(double[,] x, IReadOnlyList<double[,]> templates, int[][][] supports)
    {
        var layers = new double[templates.Count][,];
        for (int i = 0; i < layers.Length; i++)
        {
            double[,] gram = Naive.Gram(templates[i]), product = Naive.Multiply(i == 0 ? x : layers[i - 1], templates[i]);
            layers[i] = new double[x.GetLength(0), templates[i].GetLength(1)];
            for (int row = 0; row < x.GetLength(0); row++)
            {
                int[] on = supports[i][row];
                double[] values = Naive.Solve(gram, Naive.Row(product, row), on)!;
                for (int k = 0; k < on.Length; k++)
                    layers[i][row, on[k]] = values[k];
            }
        }

        return layers;
    }

    private static double MeanSquare(double[,] x, double[,] approximation)
    {
        double sum = 0;
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int j = 0; j < x.GetLength(1); j++)
                sum += (x[i, j] - approximation[i, j]) * (x[i, j] - approximation[i, j]);
        }

        return sum / x.Length;
    }
}
