using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Contract.Modules;

public sealed class OptimizerTests
{
    [TorchFact]
    public void Plain_descent_steps_against_the_gradient()
    {
        using var w = new Parameter(tensor(new[] { 1f, 2f }));
        using var optimizer = optim.SGD([w], 0.1);
        Step(w, optimizer);
        Assert.Equal([0.8f, 1.6f], w.data<float>().ToArray());
        Assert.Equal(0.1, optimizer.ParamGroups.Single().LearningRate);
        optimizer.ParamGroups.Single().LearningRate = 0.5;
        Step(w, optimizer);
        Assert.All(w.data<float>(), value => Assert.Equal(0f, value, 1e-6f));
    }

    [TorchFact]
    public void Momentum_remembers_the_steps_before()
    {
        using var w = new Parameter(tensor(new[] { 1f }));
        using var optimizer = optim.SGD([w], 0.1, momentum: 0.9);
        double value = 1, velocity = 0;
        for (int i = 0; i < 5; i++)
        {
            Step(w, optimizer);
            velocity = 0.9 * velocity + 2 * value;
            value -= 0.1 * velocity;
            Assert.Equal(value, w.ToDouble(), 1e-5);
        }
    }

    [TorchFact]
    public void Adam_divides_by_the_root_of_the_mean_square()
    {
        using var w = new Parameter(tensor(new[] { 1f }));
        using var optimizer = optim.Adam([w], 0.1);
        double value = 1, mean = 0, square = 0;
        for (int i = 1; i <= 5; i++)
        {
            Step(w, optimizer);
            double grad = 2 * value;
            mean = 0.9 * mean + 0.1 * grad;
            square = 0.999 * square + 0.001 * grad * grad;
            value -= 0.1 * (mean / (1 - Math.Pow(0.9, i))) / (Math.Sqrt(square / (1 - Math.Pow(0.999, i))) + 1e-8);
            Assert.Equal(value, w.ToDouble(), 1e-5);
        }
    }

    [TorchFact]
    public void An_optimizer_zeroes_gradients_and_a_module_takes_them_away()
    {
        using var scope = NewDisposeScope();
        using var module = nn.Linear(2, 1);
        using var optimizer = optim.SGD(module.parameters(), 0.1);
        module.call(ones(1, 2)).sum().backward();
        optimizer.zero_grad();
        Assert.Equal([0f, 0f], module.weight.grad!.data<float>().ToArray());
        module.zero_grad();
        Assert.Null(module.weight.grad);
    }

    [TorchFact]
    public void A_step_can_compute_the_loss_itself()
    {
        using var scope = NewDisposeScope();
        using var w = new Parameter(tensor(new[] { 1f }));
        using var optimizer = optim.Adam([w], 0.1);
        var loss = optimizer.step(() =>
        {
            optimizer.zero_grad();
            var value = w.square().sum();
            value.backward();
            return value;
        });
        Assert.Equal(1f, loss.item<float>());
        Assert.Equal(0.9f, w.ToSingle(), 1e-5f);
    }

    [TorchTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Training_learns_and_leaves_nothing_behind(bool adam)
    {
        manual_seed(1);
        using var outer = NewDisposeScope();
        using var model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1));
        using optim.Optimizer optimizer = adam ? optim.Adam(model.parameters(), 0.02) : optim.SGD(model.parameters(), 0.1, momentum: 0.9);
        var x = rand(64, 2);
        var y = (x.sum(1, keepdim: true) - 1).abs();
        double first = Train();
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        double last = 0;
        for (int i = 0; i < 200; i++)
            last = Train();
        Assert.InRange(last, 0, first / 5);
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        double Train()
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = nn.functional.mse_loss(model.call(x), y);
            loss.backward();
            optimizer.step();
            return loss.ToDouble();
        }
    }

    [TorchFact]
    public void Clipping_limits_the_norm_of_all_gradients()
    {
        using var scope = NewDisposeScope();
        using var w = new Parameter(tensor(new[] { 3f, 4f }));
        (w * w.detach()).sum().backward();
        Assert.Equal(5.0, nn.utils.clip_grad_norm_([w], 1), 1e-5);
        Assert.Equal(1f, w.grad!.norm().item<float>(), 1e-4f);
    }

    [TorchFact]
    public void Options_out_of_range_are_refused()
    {
        using var w = new Parameter(ones(1));
        Assert.Throws<ArgumentException>(() => optim.SGD([w], -1));
        Assert.Throws<ArgumentException>(() => optim.SGD([w], 1, nesterov: true));
        Assert.Throws<ArgumentException>(() => optim.Adam([w], beta1: 1));
    }

    private static void Step(Parameter w, optim.Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        w.square().sum().backward();
        optimizer.step();
    }
}
