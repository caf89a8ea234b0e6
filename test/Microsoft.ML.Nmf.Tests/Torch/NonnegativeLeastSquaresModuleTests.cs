using Microsoft.ML.Nmf.Tests.Reference;
using TorchSharp;

namespace Microsoft.ML.Nmf.Tests.Torch;

public class NonnegativeLeastSquaresModuleTests
{
    private const int Rows = 12;
    private const int Features = 9;
    private const int Components = 5;

    [TorchFact]
    public void Solutions_are_those_of_the_layer_in_managed_code()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        double[,] x = Naive.Random(Rows, Features, 1, 0.6), a = Naive.Random(Features, Components, 2, 0.8);
        torch.Tensor s = NonnegativeLeastSquaresModule.Solve(torch.tensor(x), torch.tensor(a));
        using var layer = new NonnegativeLeastSquares();
        FactorMatrix expected = layer.Solve(Build.Matrix(a), Build.Matrix(x));
        Assert.Equal([Rows, Components], s.shape);
        double[] actual = s.data<double>().ToArray();
        for (int i = 0; i < actual.Length; i++)
            Assert.Equal(expected.Values[i], actual[i], 1e-5);
        Assert.Contains(actual, v => v == 0);
    }

    [TorchFact]
    public void Gradients_for_data_and_templates_are_finite_differences()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.tensor(Naive.Random(Rows, Features, 1, 0.6)).requires_grad_();
        torch.Tensor a = torch.tensor(Naive.Random(Features, Components, 2, 0.8)).requires_grad_();
        torch.Tensor weights = torch.tensor(Naive.Random(Rows, Components, 3));
        Loss(x, a).backward();
        Check(x, x.grad!);
        Check(a, a.grad!);

        torch.Tensor Loss(torch.Tensor data, torch.Tensor templates)
        {
            torch.Tensor s = NonnegativeLeastSquaresModule.Solve(data, templates);
            return (s * s * weights).sum();
        }

        void Check(torch.Tensor variable, torch.Tensor gradient)
        {
            const double Step = 1e-6;
            double[] expected = gradient.data<double>().ToArray();
            double largest = expected.Max(Math.Abs);
            using var _ = torch.no_grad();
            for (int i = 0; i < expected.Length; i++)
            {
                using DisposeScope inner = torch.NewDisposeScope();
                torch.Tensor flat = variable.view(-1);
                double up = At(Step), down = At(-2 * Step);
                At(Step);
                Assert.Equal(expected[i], (up - down) / (2 * Step), 1e-6 * largest);

                double At(double move)
                {
                    flat.narrow(0, i, 1).add_(move);
                    return Loss(x, a).item<double>();
                }
            }
        }
    }

    [TorchFact]
    public void A_network_learns_through_it()
    {
        torch.manual_seed(1);
        using var layer = new NonnegativeLeastSquaresModule(Features, 3);
        using var classify = torch.nn.Linear(3, 2);
        using torch.Tensor x = torch.tensor(Naive.Random(60, Features, 1)).to(torch.ScalarType.Float32);
        using torch.Tensor y = torch.arange(60, dtype: torch.ScalarType.Int64).remainder(2);
        using (torch.no_grad())
            x.narrow(1, 0, 2).add_(y.unsqueeze(1));
        using var optimizer = torch.optim.Adam([.. layer.parameters(), .. classify.parameters()], lr: 0.02);
        double first = double.NaN, last = double.NaN;
        for (int epoch = 0; epoch < 150; epoch++)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            optimizer.zero_grad();
            torch.Tensor loss = torch.nn.functional.cross_entropy(classify.forward(layer.forward(x)), y);
            loss.backward();
            optimizer.step();
            layer.ProjectNonnegative();
            last = loss.item<float>();
            if (epoch == 0)
                first = last;
        }

        Assert.Equal("templates", Assert.Single(layer.named_parameters()).name);
        Assert.True(last < 0.5 * first, $"{first} fell to {last} only");
        Assert.Equal(0, layer.Templates.lt(0).sum().item<long>());
    }

    [TorchFact]
    public void Columns_that_depend_on_each_other_stay_finite_forward_and_back()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        double[,] a = Naive.Random(Features, Components, 2);
        for (int j = 0; j < Features; j++)
            a[j, 4] = a[j, 0];
        torch.Tensor templates = torch.tensor(a).requires_grad_();
        torch.Tensor s = NonnegativeLeastSquaresModule.Solve(torch.tensor(Naive.Random(Rows, Features, 1)), templates);
        s.sum().backward();
        Assert.True(s.isfinite().all().item<bool>());
        Assert.True(templates.grad!.isfinite().all().item<bool>());
    }

    [TorchFact]
    public void Shapes_that_do_not_fit_are_named()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using var layer = new NonnegativeLeastSquaresModule(4, 2);
        ArgumentException problem = Assert.Throws<ArgumentException>(() => layer.forward(torch.zeros(3, 5)));
        Assert.Contains("[3, 5]", problem.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new NonnegativeLeastSquaresModule(4, 0));
    }
}
