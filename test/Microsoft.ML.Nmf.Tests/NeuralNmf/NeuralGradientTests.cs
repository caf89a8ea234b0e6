using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.NeuralNmf;

/// <summary>The loss and its gradient against plain loops and finite differences in double.</summary>
public class NeuralGradientTests
{
    private const int Examples = 14;
    private const int Features = 8;

    private static readonly ManagedEngine _engine = new(2);
    private static readonly int[] _ranks = [5, 4, 3];

    public static TheoryData<NeuralNmfLoss, int, NeuralNmfLabelLoss?, bool> Cases()
    {
        var data = new TheoryData<NeuralNmfLoss, int, NeuralNmfLabelLoss?, bool>();
        foreach (NeuralNmfLoss loss in Enum.GetValues<NeuralNmfLoss>())
        {
            for (int depth = 1; depth <= 3; depth++)
            {
                foreach (NeuralNmfLabelLoss? labelLoss in new NeuralNmfLabelLoss?[] { null, NeuralNmfLabelLoss.CrossEntropy, NeuralNmfLabelLoss.SquaredError })
                {
                    data.Add(loss, depth, labelLoss, true);
                    data.Add(loss, depth, labelLoss, false);
                }
            }
        }

        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_loss_and_its_gradient_are_those_of_plain_loops_and_finite_differences(
        NeuralNmfLoss loss, int depth, NeuralNmfLabelLoss? labelLoss, bool sparse)
    {
        double[,] x = Naive.Random(Examples, Features, 1, sparse ? 0.4 : 1);
        double[][,] templates = Templates(depth);
        NeuralNmfEstimator.Options options = Options(loss, depth, labelLoss);
        using NeuralProblem problem = Problem(options, x, templates);
        using LayerPass pass = Pass(x, options, sparse);
        NeuralEvaluation value = problem.Evaluate([pass], train: true);
        problem.Differentiate(value, pass.Labels?.Rows.Length ?? 0);

        double[][,] activations = NaiveNeural.Forward(x, templates);
        int[][][] supports = NaiveNeural.Supports(activations);
        Assert.Equal(supports, NaiveNeural.Supports(pass.Activations.Select(Build.Read)));
        // Neither all supports full nor all empty: there is something to differentiate through.
        Assert.InRange(supports.Sum(layer => layer.Sum(on => on.Length)), 1, Examples * _ranks.Take(depth).Sum() - 1);
        for (int i = 0; i < depth; i++)
            Near.Equal(activations[i], Build.Read(pass.Activations[i]), 1e-5);

        NaiveLabels? labels = Labels(problem, options, x);
        Near.Equal(NaiveNeural.Loss(x, templates, activations, loss, labels), value.Total, 1e-5);
        if (labels is not null)
            Near.Equal(NaiveNeural.LabelLoss(activations[^1], labels), value.LabelLoss, 1e-5);
        double[][,] expected = NaiveNeural.Gradient(x, templates, supports, loss, labels);
        // Activations in float32, and residuals as differences of products.
        for (int i = 0; i < depth; i++)
            Near.Equal(expected[i], Build.Read(problem.Stack.Gradients[i]), 1e-4);
    }

    [Theory]
    [InlineData(NeuralNmfLoss.Energy)]
    [InlineData(NeuralNmfLoss.Reconstruction)]
    public void The_gradients_of_batches_make_up_that_of_all_rows(NeuralNmfLoss loss)
    {
        double[,] x = Naive.Random(Examples, Features, 1);
        uint[] keys = Keys();
        NeuralNmfEstimator.Options options = Options(loss, 2, NeuralNmfLabelLoss.CrossEntropy);
        using NeuralProblem problem = Problem(options, x, Templates(2));
        using LayerPass whole = Pass(x, options, sparse: false);
        NeuralEvaluation value = problem.Evaluate([whole], train: true);
        int labelled = whole.Labels!.Rows.Length;
        problem.Differentiate(value, labelled);
        double[][,] expected = [.. problem.Stack.Gradients.Select(Build.Read)], sums = [new double[Features, _ranks[0]], new double[_ranks[0], _ranks[1]]];

        // The last batch is the smallest, and none of its rows has a label.
        LayerPass[] batches = [.. ((int[][])[[0, 3, 5, 8, 9, 11], [1, 2, 6, 7, 10], [4, 12, 13]]).Select(rows =>
            new LayerPass(_engine, _engine.Load(ExampleMatrixBuilder.TakeRows(Build.Dense(x), rows)), options.Ranks, LabelledRows.From([.. rows.Select(i => keys[i])]),
                ownsData: true))];
        Assert.Null(batches[2].Labels);
        foreach (LayerPass batch in batches)
        {
            double share = (double)batch.Data.Rows / Examples;
            problem.Differentiate(problem.Evaluate([batch], train: false), labelled * share);
            for (int i = 0; i < 2; i++)
            {
                double[,] gradient = Build.Read(problem.Stack.Gradients[i]);
                for (int j = 0; j < gradient.GetLength(0); j++)
                {
                    for (int k = 0; k < gradient.GetLength(1); k++)
                        sums[i][j, k] += share * gradient[j, k];
                }
            }
        }

        for (int i = 0; i < 2; i++)
            Near.Equal(expected[i], sums[i], 1e-5);
        NeuralEvaluation together = problem.Evaluate(batches, train: false);
        Near.Equal(value.Total, together.Total, 1e-6);
        Near.Equal(value.LabelLoss, together.LabelLoss, 1e-6);
        foreach (LayerPass batch in batches)
            batch.Dispose();
    }

    [Theory]
    [InlineData(NeuralNmfLabelLoss.CrossEntropy)]
    [InlineData(NeuralNmfLabelLoss.SquaredError)]
    public void Rows_without_a_label_have_no_part_in_the_label_loss(NeuralNmfLabelLoss labelLoss)
    {
        double[,] x = Naive.Random(Examples, Features, 1), other = (double[,])x.Clone();
        uint[] keys = Keys();
        for (int i = 0; i < Examples; i++)
        {
            for (int j = 0; j < Features && keys[i] == 0; j++)
                other[i, j] = 3 - x[i, j];
        }

        NeuralNmfEstimator.Options options = Options(NeuralNmfLoss.Energy, 2, labelLoss);
        using NeuralProblem problem = Problem(options, x, Templates(2));
        using LayerPass pass = Pass(x, options, sparse: false), changed = Pass(other, options, sparse: false);
        NeuralEvaluation value = problem.Evaluate([pass], train: true), after = problem.Evaluate([changed], train: false);
        Assert.Equal(value.LabelLoss, after.LabelLoss);
        Assert.NotEqual(value.Total, after.Total);

        // The labelled rows alone have the same mean.
        int[] labelled = [.. Enumerable.Range(0, Examples).Where(i => keys[i] != 0)];
        using var alone = new LayerPass(_engine, _engine.Load(ExampleMatrixBuilder.TakeRows(Build.Dense(x), labelled)), options.Ranks,
            LabelledRows.From([.. labelled.Select(i => keys[i])]), ownsData: true);
        Assert.Equal(value.LabelLoss, problem.Evaluate([alone], train: false).LabelLoss);
    }

    [Fact]
    public void Keys_of_zero_are_no_labels()
    {
        LabelledRows? rows = LabelledRows.From([0, 3, 0, 1]);
        Assert.Equal([1, 3], rows!.Rows);
        Assert.Equal([2, 0], rows.Classes);
        Assert.Null(LabelledRows.From([0, 0]));
        Assert.Null(LabelledRows.From([]));
    }

    private static double[][,] Templates(int depth)
        => [.. Enumerable.Range(0, depth).Select(i => Naive.Random(i == 0 ? Features : _ranks[i - 1], _ranks[i], 20 + i, 0.8))];

    private static uint[] Keys() => [.. Enumerable.Range(0, Examples).Select(i => i is 4 or 7 or >= 12 ? 0 : (uint)(i * 7 % 3) + 1)];

    private static NeuralNmfEstimator.Options Options(NeuralNmfLoss loss, int depth, NeuralNmfLabelLoss? labelLoss) => new()
    {
        Ranks = [.. _ranks.Take(depth)],
        Loss = loss,
        LabelColumnName = labelLoss is null ? null : "Label",
        LabelLoss = labelLoss ?? default,
        // As large a part of the gradient as the rest.
        LabelWeight = 0.5,
        ScoreRegularization = 0.01,
    };

    private static NeuralProblem Problem(NeuralNmfEstimator.Options options, double[,] x, double[][,] templates)
    {
        var problem = new NeuralProblem(_engine, Features, NeuralData.MeanSquare(x), options, classes: options.LabelColumnName is null ? 0 : 3);
        problem.Stack.Take(templates);
        return problem;
    }

    private static LayerPass Pass(double[,] x, NeuralNmfEstimator.Options options, bool sparse)
        => new(_engine, _engine.Load(Build.Examples(x, sparse)), options.Ranks, options.LabelColumnName is null ? null : LabelledRows.From(Keys()),
            ownsData: true);

    private static NaiveLabels? Labels(NeuralProblem problem, NeuralNmfEstimator.Options options, double[,] x)
    {
        if (problem.Classification is not { } layer)
            return null;
        int rank = options.Ranks[^1];
        var weights = new double[3, rank];
        Buffer.BlockCopy(layer.Weights.ToArray(), 0, weights, 0, layer.Weights.Length * sizeof(double));
        // λ counts in the mean of the squared data, ρ in that times the rank.
        double unit = NeuralData.MeanSquare(x);
        return new NaiveLabels(Keys(), weights, options.LabelLoss, options.LabelWeight * unit, options.ScoreRegularization * rank * unit);
    }
}
