using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.NeuralNmf;

public class NeuralFixtureTests
{
    [Theory]
    [InlineData(NeuralNmfLoss.Energy, false)]
    [InlineData(NeuralNmfLoss.Energy, true)]
    [InlineData(NeuralNmfLoss.Reconstruction, false)]
    [InlineData(NeuralNmfLoss.Reconstruction, true)]
    public void Activations_and_gradients_of_the_first_epoch_are_those_of_the_fixture(NeuralNmfLoss loss, bool sparse)
    {
        NeuralFixture fixture = NeuralFixture.Load(loss);
        using var engine = new ManagedEngine(2);
        NeuralNmfEstimator.Options options = fixture.Options();
        using var problem = new NeuralProblem(engine, 40, 1, options, classes: 0);
        problem.Stack.Take(fixture.Initial);
        using var pass = new LayerPass(engine, engine.Load(Build.Examples(fixture.X, sparse)), options.Ranks, null, ownsData: true);
        NeuralEvaluation value = problem.Evaluate([pass], train: false);
        problem.Differentiate(value, 0);
        Near.Equal(fixture.Loss[0], value.Total, 1e-6);
        for (int i = 0; i < 2; i++)
        {
            Near.Equal(fixture.FirstActivations[i], Build.Read(pass.Activations[i]), 1e-5);
            Near.Equal(fixture.FirstGradients[i], Build.Read(problem.Stack.Gradients[i]), 1e-5);
        }
    }

    [Theory]
    [InlineData(NeuralNmfLoss.Energy)]
    [InlineData(NeuralNmfLoss.Reconstruction)]
    public void The_loss_of_every_epoch_is_that_of_the_fixture(NeuralNmfLoss loss)
    {
        NeuralFixture fixture = NeuralFixture.Load(loss);
        using var engine = new ManagedEngine(2);
        NeuralNmfResult result = NeuralNmfTraining.Run(engine, Build.Dense(fixture.X), fixture.Options(), new QuietMonitor());
        Assert.Equal(51, result.Epochs.Count);
        for (int t = 0; t <= 50; t++)
            Near.Equal(fixture.Loss[t], result.Epochs[t].Loss, 1e-3);
        for (int i = 0; i < 2; i++)
        {
            double[,] final = new double[fixture.Final[i].GetLength(0), fixture.Final[i].GetLength(1)];
            for (int j = 0; j < final.GetLength(0); j++)
            {
                for (int k = 0; k < final.GetLength(1); k++)
                    final[j, k] = result.Templates[i][j, k];
            }

            Near.Equal(fixture.Final[i], final, 1e-3);
        }
    }
}
