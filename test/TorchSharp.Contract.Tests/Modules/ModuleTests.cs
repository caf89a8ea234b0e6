using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Contract.Modules;

public sealed class ModuleTests
{
    [TorchFact]
    public void A_module_finds_its_parameters_buffers_and_modules()
    {
        using var model = new Model();
        Assert.Equal(["_scale", "_inner.weight", "_inner.bias"], model.named_parameters().Select(pair => pair.name));
        Assert.Equal(["_shift"], model.named_buffers().Select(pair => pair.name));
        Assert.Equal(["_inner"], model.named_children().Select(pair => pair.name));
        Assert.Equal(["_scale"], model.named_parameters(false).Select(pair => pair.name));
        Assert.Equal(["_inner.bias", "_inner.weight", "_scale", "_shift"], model.state_dict().Keys.Order());
        Assert.Same(model.Scale, model.get_parameter("_scale"));
        Assert.Equal("Model", model.GetName());
        Assert.Throws<InvalidOperationException>(() => model.register_module("_inner", nn.ReLU()));
        Assert.Throws<ArgumentException>(() => model.register_module("a.b", nn.ReLU()));
    }

    [TorchFact]
    public void A_module_computes_by_call_and_forward()
    {
        using var scope = NewDisposeScope();
        using var model = new Model();
        var x = ones(2, 3);
        var expected = (nn.functional.linear(x, model.Inner.weight, model.Inner.bias) + 1) * model.Scale;
        Matrices.Equal(expected, model.call(x), 1e-6);
        Matrices.Equal(expected, model.forward(x), 1e-6);
        Matrices.Equal(x.mm(model.Inner.weight.t()) + model.Inner.bias!, model.Inner.call(x), 1e-6);
    }

    [TorchFact]
    public void Training_and_gradients_reach_the_inner_modules()
    {
        using var scope = NewDisposeScope();
        using var model = new Model();
        Assert.True(model.training);
        model.eval();
        Assert.False(model.Inner.training);
        model.train();
        Assert.True(model.Inner.training);
        model.call(ones(2, 3)).sum().backward();
        Assert.All(model.parameters(), parameter => Assert.NotNull(parameter.grad));
        model.zero_grad();
        Assert.All(model.parameters(), parameter => Assert.Null(parameter.grad));
    }

    [TorchFact]
    public void A_module_moves_to_another_type_in_place()
    {
        using var scope = NewDisposeScope();
        using var model = new Model();
        Assert.Same(model, model.to(float64));
        Assert.All(model.parameters(), parameter => Assert.Equal(ScalarType.Float64, parameter.dtype));
        Assert.All(model.parameters(), parameter => Assert.True(parameter.requires_grad && parameter.is_leaf));
        Assert.Equal(ScalarType.Float64, model.call(ones(2, 3, dtype: float64)).dtype);
        Assert.Same(model.Scale, model.get_parameter("_scale"));
        Assert.Throws<ArgumentException>(() => model.to(int64));
    }

    [TorchFact]
    public void A_disposed_module_disposes_of_what_it_has()
    {
        var model = new Model();
        var tensors = model.parameters().Concat<Tensor>(model.buffers()).ToList();
        model.Dispose();
        Assert.Equal(4, tensors.Count);
        Assert.All(tensors, tensor => Assert.True(tensor.IsInvalid));
    }

    [TorchFact]
    public void Parameters_of_a_linear_module_outlive_the_scope_and_bare_ones_do_not()
    {
        Parameter bare;
        Linear linear;
        using (NewDisposeScope())
        {
            bare = new Parameter(ones(2));
            linear = nn.Linear(3, 2);
        }

        Assert.True(bare.IsInvalid);
        Assert.Equal([2L, 3L], linear.weight.shape);
        linear.Dispose();
        Assert.True(linear.weight.IsInvalid);
    }

    [TorchFact]
    public void A_parameter_takes_its_tensor()
    {
        using var data = ones(2);
        using var parameter = new Parameter(data);
        Assert.True(data.IsInvalid);
        Assert.True(parameter.requires_grad);
        using var fix = nn.Parameter(ones(1), requires_grad: false);
        Assert.False(fix.requires_grad);
    }

    [TorchFact]
    public void A_sequence_calls_its_modules_in_turn()
    {
        using var scope = NewDisposeScope();
        using var model = nn.Sequential(("first", nn.Linear(3, 4)), ("relu", nn.ReLU()), ("last", nn.Linear(4, 2, hasBias: false)));
        Assert.Equal(["first.weight", "first.bias", "last.weight"], model.named_parameters().Select(pair => pair.name));
        var x = rand(5, 3);
        Matrices.Equal(((nn.Module<Tensor, Tensor>)model[2]).call(((Linear)model[0]).call(x).relu()), model.call(x), 1e-6);
        using var plain = nn.Sequential(nn.Identity(), nn.Sigmoid());
        Matrices.Equal(x.sigmoid(), plain.call(x), 0);
        using var empty = nn.Sequential();
        Matrices.Equal(x, empty.call(x), 0);
    }

    [TorchFact]
    public void State_is_copied_from_one_module_to_another()
    {
        using var from = new Model();
        using var to = new Model();
        var (missing, unexpected) = to.load_state_dict(from.state_dict());
        Assert.Empty(missing.Concat(unexpected));
        foreach (var (name, value) in from.state_dict())
            Matrices.Equal(value, to.state_dict()[name], 0);
        var less = from.state_dict();
        less.Remove("_shift");
        Assert.Throws<InvalidOperationException>(() => to.load_state_dict(less));
        Assert.Equal(["_shift"], to.load_state_dict(less, strict: false).missing_keys);
    }

    [TorchFact]
    public void Losses_are_as_defined()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor(new[] { 1f, 2f }), tensor(new[] { 3f, 5f }));
        Assert.Equal(6.5f, nn.MSELoss().call(a, b).item<float>());
        Assert.Equal(13f, nn.functional.mse_loss(a, b, nn.Reduction.Sum).item<float>());
        Assert.Equal([4f, 9f], nn.functional.mse_loss(a, b, nn.Reduction.None).data<float>().ToArray());
        var scores = tensor(new float[,] { { 1, 2 }, { 3, 1 } });
        var classes = tensor(new[] { 1L, 0L });
        float expected = -(scores.log_softmax(1)[0, 1].item<float>() + scores.log_softmax(1)[1, 0].item<float>()) / 2;
        Assert.Equal(expected, nn.CrossEntropyLoss().call(scores, classes).item<float>(), 1e-6f);
        Assert.Equal(expected, nn.functional.nll_loss(scores.log_softmax(1), classes).item<float>(), 1e-6f);
        var ignored = nn.functional.cross_entropy(scores, tensor(new[] { 1L, -100L }));
        Assert.Equal(-scores.log_softmax(1)[0, 1].item<float>(), ignored.item<float>(), 1e-6f);
        var dropped = nn.functional.dropout(ones(1000), 0.5);
        Assert.All(dropped.data<float>(), value => Assert.True(value is 0 or 2));
    }

    private sealed class Model : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter _scale = new(full(1, 2f));
        private readonly Tensor _shift = ones(1);
        private readonly Linear _inner = nn.Linear(3, 4);

        public Model()
            : base(nameof(Model))
            => RegisterComponents();

        public Parameter Scale => _scale;

        public Linear Inner => _inner;

        public override Tensor forward(Tensor input) => (_inner.call(input) + _shift) * _scale;
    }
}
