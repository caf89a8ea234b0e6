using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Nmf;

public class NmfFixtureTests
{
    [Theory]
    [InlineData("nmf_mu_beta0")]
    [InlineData("nmf_mu_beta1")]
    [InlineData("nmf_mu_beta2")]
    [InlineData("nmf_mu_beta1_l1_l2")]
    [InlineData("nmf_mu_beta2_l1_l2")]
    public void The_divergence_after_every_iteration_is_that_of_the_fixture(string name)
    {
        MultiplicativeFixture fixture = MultiplicativeFixture.Load(name);
        var context = new MLContext(1);
        IDataView data = context.Data.LoadFromEnumerable(Enumerable.Range(0, 30).Select(i => new Row { X = [.. Enumerable.Range(0, 24).Select(j => fixture.X[i, j])] }));
        NmfTransformer transformer = context.Transforms.Nmf(new NmfEstimator.Options
        {
            OutputColumnName = "H",
            InputColumnName = "X",
            Rank = fixture.W0.GetLength(1),
            Beta = fixture.Beta,
            Solver = NmfSolver.MultiplicativeUpdates,
            InitialTemplates = Build.Matrix(fixture.W0),
            InitialActivations = Build.Matrix(fixture.H0),
            MaximumNumberOfIterations = 100,
            Tolerance = 0,
            TemplatesL1Regularization = (float)fixture.L1,
            TemplatesL2Regularization = (float)fixture.L2,
            ActivationsL1Regularization = (float)fixture.L1,
            ActivationsL2Regularization = (float)fixture.L2,
        }).Fit(data);
        Assert.Equal(101, transformer.Model.History.Count);
        for (int t = 0; t <= 100; t++)
            Near.Equal(fixture.Divergence[t], transformer.Model.History[t].Divergence, 1e-4);
        Near.Equal(fixture.Divergence[100], transformer.Model.ReconstructionError, 1e-4);
        Near.Equal(fixture.After[100].W, Wide(transformer.Model.Templates), 1e-3);
    }

    private static double[,] Wide(FactorMatrix matrix)
    {
        var values = new double[matrix.Rows, matrix.Columns];
        for (int i = 0; i < matrix.Rows; i++)
        {
            for (int k = 0; k < matrix.Columns; k++)
                values[i, k] = matrix[i, k];
        }

        return values;
    }

    private sealed class Row
    {
        [VectorType(24)]
        public double[] X { get; set; } = [];
    }
}
