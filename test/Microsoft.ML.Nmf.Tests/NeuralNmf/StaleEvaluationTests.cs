using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.NeuralNmf;

/// <summary>A gradient or a curvature comes only from an evaluation of what is there.</summary>
public class StaleEvaluationTests : IDisposable
{
    private const int Examples = 30;
    private const int Features = 10;

    private readonly ManagedEngine _engine = new(1);
    private readonly double[,] _x = NeuralData.Grouped(Examples, Features, 1);
    private readonly List<IDisposable> _owned = [];

    public void Dispose()
    {
        foreach (IDisposable resource in _owned)
            resource.Dispose();
        _engine.Dispose();
    }

    public static TheoryData<NeuralNmfLoss> Losses() => [.. Enum.GetValues<NeuralNmfLoss>()];

    [Theory, MemberData(nameof(Losses))]
    public void An_evaluation_is_refused_once_templates_activations_or_the_classification_layer_have_changed(NeuralNmfLoss loss)
    {
        (NeuralProblem problem, LayerPass pass) = Start(loss);
        Action<NeuralEvaluation>[] changes =
        [
            _ => problem.Stack.Change(templates => _engine.Combine(1.5, templates[1], 0, templates[1], templates[1])),
            _ => pass.StartFrom(pass.Activations),
            _ => pass.Forward(problem.Stack),
            _ => problem.Evaluate([pass], train: false),
            _ => problem.Classification!.Set(new double[problem.Classification.Weights.Length]),
            evaluation => problem.Classification!.Train(evaluation.Labelled!, 1),
        ];
        foreach (Action<NeuralEvaluation> change in changes)
        {
            NeuralEvaluation evaluation = problem.Evaluate([pass], train: true);
            problem.Differentiate(evaluation, pass.Labels!.Rows.Length);
            change(evaluation);
            using Gram curvature = _engine.AllocateGram(4);
            Assert.Contains("evaluate it again",
                Assert.Throws<InvalidOperationException>(() => problem.Differentiate(evaluation, pass.Labels.Rows.Length)).Message);
            Assert.Contains("evaluate it again", Assert.Throws<InvalidOperationException>(() => problem.Curvature(evaluation, 0, curvature)).Message);
        }
    }

    [Theory, MemberData(nameof(Losses))]
    public void Evaluating_other_examples_and_a_curvature_change_no_bit_of_a_gradient(NeuralNmfLoss loss)
    {
        (NeuralProblem problem, LayerPass pass) = Start(loss);
        LayerPass other = Pass(NeuralData.Grouped(17, Features, 5), problem);
        NeuralEvaluation evaluation = problem.Evaluate([pass], train: true);
        float[][] expected = Gradients();
        float[][] ofOther = Gradients(problem.Evaluate([other], train: false));
        using Gram curvature = _engine.AllocateGram(4);
        problem.Curvature(evaluation, 0, curvature);
        Assert.Equal(expected, Gradients());
        Assert.NotEqual(expected, ofOther);

        float[][] Gradients(NeuralEvaluation? of = null)
        {
            problem.Differentiate(of ?? evaluation, 10);
            return [.. problem.Stack.Gradients.Select(gradient => gradient.ToMatrix().Values.ToArray())];
        }
    }

    [Fact]
    public void A_gradient_is_of_one_pass()
    {
        (NeuralProblem problem, LayerPass pass) = Start(NeuralNmfLoss.Energy);
        NeuralEvaluation both = problem.Evaluate([pass, Pass(_x, problem)], train: true);
        Assert.Contains("The evaluation is of 2 passes", Assert.Throws<InvalidOperationException>(() => problem.Differentiate(both, 10)).Message);
    }

    [Fact]
    public void A_residual_is_that_of_the_evaluation()
    {
        (NeuralProblem problem, LayerPass pass) = Start(NeuralNmfLoss.Energy);
        NeuralEvaluation evaluation = problem.Evaluate([pass], train: true);
        Assert.InRange(problem.OptimalityResidual(evaluation), 0, NonnegativeLeastSquares.OptimalityTolerance);
        problem.Stack.Take([Naive.Random(Features, 4, 8), Naive.Random(4, 3, 9)]);
        Assert.Throws<InvalidOperationException>(() => problem.OptimalityResidual(evaluation));
    }

    private (NeuralProblem Problem, LayerPass Pass) Start(NeuralNmfLoss loss)
    {
        NeuralNmfEstimator.Options options = NeuralData.Options([4, 3], 1, loss, NeuralNmfLabelLoss.CrossEntropy);
        var problem = new NeuralProblem(_engine, Features, NeuralData.MeanSquare(_x), options, classes: 3);
        _owned.Add(problem);
        problem.Stack.Take([Naive.Random(Features, 4, 2), Naive.Random(4, 3, 3)]);
        return (problem, Pass(_x, problem));
    }

    private LayerPass Pass(double[,] x, NeuralProblem problem)
    {
        LabelledRows? labels = LabelledRows.From(NeuralData.Keys(x.GetLength(0)));
        var pass = new LayerPass(_engine, _engine.Load(Build.Dense(x)), [.. problem.Stack.Templates.Select(t => t.Rank)], labels, ownsData: true);
        _owned.Add(pass);
        return pass;
    }
}
