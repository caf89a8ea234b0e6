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

    [TorchTheory]
    [InlineData(1e-30, false)]
    [InlineData(1e20, false)]
    [InlineData(1e30, false)]
    [InlineData(1e-200, true)]
    [InlineData(1e200, true)]
    public void The_unit_of_templates_and_data_does_not_matter(double s, bool isDouble)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.ScalarType type = isDouble ? torch.ScalarType.Float64 : torch.ScalarType.Float32;
        torch.Tensor a = torch.tensor(new[,] { { s, s }, { 3 * s, 2 * s } }).to(type).requires_grad_();
        torch.Tensor x = torch.tensor(new[,] { { 2 * s, 3 * s } }).to(type).requires_grad_();
        torch.Tensor solution = NonnegativeLeastSquaresModule.Solve(x, a);
        solution.sum().backward();
        Check([0, 1.6], solution.detach());
        Check([0, -1.2 / 5 / s, 0, -3.4 / 5 / s], a.grad!);
        Check([1 / 5.0 / s, 2 / 5.0 / s], x.grad!);

        static void Check(double[] expected, torch.Tensor actual)
        {
            double[] values = actual.to(torch.ScalarType.Float64).data<double>().ToArray();
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], values[i], 1e-5 * expected.Max(Math.Abs));
        }
    }

    [TorchFact]
    public void Badly_scaled_columns_are_solved_as_by_the_layer_in_managed_code()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        double[,] a = Naive.Random(30, 6, 5, 0.7), x = Naive.Random(20, 30, 6, 0.5);
        for (int j = 0; j < 30; j++)
        {
            for (int k = 0; k < 6; k++)
                a[j, k] = (float)(a[j, k] * Math.Pow(10, 3 * k - 5));
        }

        double[] actual = NonnegativeLeastSquaresModule.Solve(torch.tensor(x), torch.tensor(a)).data<double>().ToArray();
        using var layer = new NonnegativeLeastSquares();
        FactorMatrix expected = layer.Solve(Build.Matrix(a), Build.Matrix(x));
        for (int i = 0; i < actual.Length; i++)
            Assert.Equal(expected.Values[i], actual[i], 1e-5 * Math.Pow(10, 5 - 3 * (i % 6)));
    }

    [TorchFact]
    public void What_the_type_cannot_hold_is_refused_instead_of_zeros()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor tiny = torch.tensor(new[] { 1e-30f, 2e-30f }).view(2, 1), huge = torch.tensor(new[] { 1e30f, 2e30f }).view(2, 1);
        torch.Tensor small = tiny.t(), large = huge.t();
        Assert.Contains("Row 0 of the solution misses", Assert.Throws<InvalidOperationException>(() => NonnegativeLeastSquaresModule.Solve(large, tiny)).Message);
        Assert.Contains("Row 0 of the solution misses", Assert.Throws<InvalidOperationException>(() => NonnegativeLeastSquaresModule.Solve(small, huge)).Message);
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
