using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.NeuralNmf;

public class ClassificationLayerTests
{
    private const int Examples = 60;
    private const int Classes = 4;

    private static readonly ManagedEngine _engine = new(1);

    public static TheoryData<NeuralNmfLabelLoss, double, bool> Cases()
    {
        var data = new TheoryData<NeuralNmfLabelLoss, double, bool>();
        foreach (NeuralNmfLabelLoss kind in Enum.GetValues<NeuralNmfLabelLoss>())
        {
            foreach (double regularization in new[] { 0, 1e-3, 1 })
            {
                data.Add(kind, regularization, false);
                data.Add(kind, regularization, true);
            }
        }

        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void No_step_raises_the_label_loss(NeuralNmfLabelLoss kind, double regularization, bool dependent)
    {
        for (int seed = 0; seed < 12; seed++)
        {
            double[,] s = Activations(seed, dependent);
            using LayerPass pass = Pass(s, Keys(seed));
            var layer = new ClassificationLayer(Classes, 5, kind, regularization);
            LabelledActivations examples = LabelledActivations.Of([pass])!;
            var losses = new List<double> { layer.Evaluate(examples) };
            // At zero all scores are even.
            Near.Equal(kind == NeuralNmfLabelLoss.CrossEntropy ? Math.Log(Classes) : 1, losses[0], 1e-12);
            for (int step = 0; step < 30; step++)
            {
                layer.Train(examples, 1);
                losses.Add(layer.Evaluate(examples));
            }

            Near.NeverRises(losses, 1e-12);
            Assert.True(losses[^1] < losses[0]);
            Near.Equal(NaiveNeural.LabelLoss(s, Labels(layer, kind, regularization, Keys(seed))), losses[^1], 1e-9);
        }
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(0.5)]
    public void The_squared_error_reaches_the_ridge_solution_in_one_step(double regularization)
    {
        for (int seed = 0; seed < 10; seed++)
        {
            double[,] s = Activations(seed, dependent: false);
            uint[] keys = Keys(seed);
            using LayerPass pass = Pass(s, keys);
            var layer = new ClassificationLayer(Classes, 5, NeuralNmfLabelLoss.SquaredError, regularization);
            layer.Train(LabelledActivations.Of([pass])!, 1);

            // (2/n SᵀS + ρ I) b = 2/n Sᵀy for every class, over the labelled rows.
            int[] labelled = [.. Enumerable.Range(0, Examples).Where(i => keys[i] != 0)];
            double[,] moment = new double[5, 5], expected = new double[Classes, 5];
            for (int k = 0; k < 5; k++)
            {
                for (int l = 0; l < 5; l++)
                    moment[k, l] = 2 * labelled.Average(i => s[i, k] * s[i, l]) + (k == l ? regularization : 0);
            }

            for (int c = 0; c < Classes; c++)
            {
                double[] row =
                    Naive.Solve(moment, [.. Enumerable.Range(0, 5).Select(k => 2 * labelled.Average(i => keys[i] == c + 1 ? s[i, k] : 0))], [0, 1, 2, 3, 4])!;
                for (int k = 0; k < 5; k++)
                    expected[c, k] = row[k];
            }

            Near.Equal(expected, Weights(layer), 1e-9);
        }
    }

    [Fact]
    public void The_cross_entropy_reaches_its_minimum()
    {
        double[,] s = Activations(1, dependent: false);
        using LayerPass pass = Pass(s, Keys(1));
        var layer = new ClassificationLayer(Classes, 5, NeuralNmfLabelLoss.CrossEntropy, 0.1);
        layer.Train(LabelledActivations.Of([pass])!, 500);
        NaiveLabels labels = Labels(layer, NeuralNmfLabelLoss.CrossEntropy, 0.1, Keys(1));
        double[,] weights = labels.Weights;
        for (int c = 0; c < Classes; c++)
        {
            for (int k = 0; k < 5; k++)
                Assert.Equal(0, Difference(by => NaiveNeural.LabelLoss(s, labels with { Weights = Moved(weights, c, k, by) })), 1e-8);
        }
    }

    [Theory]
    [InlineData(NeuralNmfLabelLoss.CrossEntropy)]
    [InlineData(NeuralNmfLabelLoss.SquaredError)]
    public void The_gradient_for_activations_is_that_of_finite_differences_and_zero_without_a_label(NeuralNmfLabelLoss kind)
    {
        double[,] s = Activations(2, dependent: false);
        uint[] keys = Keys(2);
        using LayerPass pass = Pass(s, keys);
        var layer = new ClassificationLayer(Classes, 5, kind, 0.01);
        LabelledActivations examples = LabelledActivations.Of([pass])!;
        layer.Train(examples, 3);
        var actual = new float[Examples * 5];
        Array.Fill(actual, float.NaN);
        int labelled = keys.Count(key => key != 0);
        layer.Gradient(examples, pass.Labels!, 0.7 / labelled, actual);
        NaiveLabels labels = Labels(layer, kind, 0.01, keys);
        var expected = new double[Examples, 5];
        for (int i = 0; i < Examples; i++)
        {
            for (int k = 0; k < 5; k++)
                expected[i, k] = 0.7 * Difference(by => NaiveNeural.LabelLoss(Moved(s, i, k, by), labels));
            if (keys[i] == 0)
                Assert.All(actual.AsSpan(i * 5, 5).ToArray(), v => Assert.Equal(0, v));
        }

        Near.Equal(expected, NeuralData.Read(FactorMatrix.TakeOver(actual, Examples, 5)), 1e-6);
    }

    [Fact]
    public void Several_passes_count_as_one_of_all_their_rows()
    {
        double[,] s = Activations(3, dependent: false), first = new double[20, 5], rest = new double[40, 5];
        uint[] keys = Keys(3);
        for (int i = 0; i < Examples; i++)
        {
            for (int k = 0; k < 5; k++)
                (i < 20 ? first : rest)[i < 20 ? i : i - 20, k] = s[i, k];
        }

        using LayerPass whole = Pass(s, keys), one = Pass(first, keys[..20]), two = Pass(rest, keys[20..]), none = Pass(first, new uint[20]);
        var layer = new ClassificationLayer(Classes, 5, NeuralNmfLabelLoss.CrossEntropy, 0.01);
        LabelledActivations examples = LabelledActivations.Of([whole])!;
        layer.Train(examples, 5);
        double loss = layer.Evaluate(examples);
        Assert.Equal(loss, layer.Evaluate(LabelledActivations.Of([one, none, two])!));
        Assert.Null(LabelledActivations.Of([none]));
    }

    [Theory]
    [InlineData(NeuralNmfLabelLoss.CrossEntropy)]
    [InlineData(NeuralNmfLabelLoss.SquaredError)]
    public void Many_classes_are_scored_in_blocks_with_the_same_bits_on_any_number_of_threads(NeuralNmfLabelLoss kind)
    {
        // 1714 × 2503 scores are more than are held at a time.
        const int examples = 2000, classes = 2503, rank = 5;
        var random = new Random(7);
        double[,] s = Naive.Random(examples, rank, 8, 0.6);
        uint[] keys = [.. Enumerable.Range(0, examples).Select(i => (uint)(i % 7 == 0 ? 0 : random.Next(classes) + 1))];
        using LayerPass pass = Pass(s, keys);
        LabelledActivations labelled = LabelledActivations.Of([pass])!;
        (double Loss, double[] Weights, float[] Gradient)[] results = [.. new[] { 1, 2, 5 }.Select(threads =>
        {
            var layer = new ClassificationLayer(classes, rank, kind, 0.01, threads);
            layer.Train(labelled, 2);
            var gradient = new float[examples * rank];
            layer.Gradient(labelled, pass.Labels!, 1, gradient);
            return (layer.Evaluate(labelled), layer.Weights.ToArray(), gradient);
        })];
        foreach ((double loss, double[] weights, float[] gradient) in results.Skip(1))
        {
            Assert.Equal(results[0].Loss, loss);
            Assert.Equal(results[0].Weights, weights);
            Assert.Equal(results[0].Gradient, gradient);
        }

        // The loss and the gradient of the last example, by plain loops.
        double[] w = results[0].Weights;
        double sum = 0.005 * labelled.Count * w.Sum(v => v * v);
        var scores = new double[classes];
        for (int i = 0; i < examples; i++)
        {
            if (keys[i] == 0)
                continue;
            for (int c = 0; c < classes; c++)
            {
                scores[c] = 0;
                for (int k = 0; k < rank; k++)
                    scores[c] += w[c * rank + k] * s[i, k];
            }

            int label = (int)keys[i] - 1;
            sum += kind == NeuralNmfLabelLoss.CrossEntropy
                ? Math.Log(scores.Sum(v => Math.Exp(v))) - scores[label]
                : scores.Sum(v => v * v) - 2 * scores[label] + 1;
        }

        Near.Equal(sum / labelled.Count, results[0].Loss, 1e-10);
        double total = scores.Sum(v => Math.Exp(v));
        int last = (int)keys[^1] - 1;
        for (int k = 0; k < rank; k++)
        {
            double expected = Enumerable.Range(0, classes).Sum(c => w[c * rank + k]
                * ((kind == NeuralNmfLabelLoss.CrossEntropy ? Math.Exp(scores[c]) / total : 2 * scores[c])
                    - (c != last ? 0 : kind == NeuralNmfLabelLoss.CrossEntropy ? 1 : 2)));
            Near.Equal(expected, results[0].Gradient[(examples - 1) * rank + k], 1e-4);
        }
    }

    private static double[,] Activations(int seed, bool dependent)
    {
        double[,] s = Naive.Random(Examples, 5, 10 + seed, 0.6, scale: 3);
        for (int i = 0; i < Examples && dependent; i++)
            (s[i, 3], s[i, 4]) = (0, s[i, 1]);
        return s;
    }

    private static uint[] Keys(int seed)
    {
        var random = new Random(100 + seed);
        return [.. Enumerable.Range(0, Examples).Select(_ => (uint)random.Next(Classes + 1))];
    }

    private static LayerPass Pass(double[,] deepest, uint[] keys)
    {
        var pass = new LayerPass(_engine, _engine.Load(Build.Dense(new double[deepest.GetLength(0), 1])), [5], LabelledRows.From(keys), ownsData: true);
        pass.Activations[^1].CopyFrom(Build.Matrix(deepest).Values);
        return pass;
    }

    private static double[,] Weights(ClassificationLayer layer)
    {
        var weights = new double[Classes, 5];
        Buffer.BlockCopy(layer.Weights.ToArray(), 0, weights, 0, layer.Weights.Length * sizeof(double));
        return weights;
    }

    private static NaiveLabels Labels(ClassificationLayer layer, NeuralNmfLabelLoss kind, double regularization, uint[] keys)
        => new(keys, Weights(layer), kind, 1, regularization);

    private static double Difference(Func<double, double> loss) => (loss(1e-5) - loss(-1e-5)) / 2e-5;

    private static double[,] Moved(double[,] a, int row, int column, double by)
    {
        var moved = (double[,])a.Clone();
        moved[row, column] += by;
        return moved;
    }
}
