using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Steps by the running means of the gradients and of their squares.</summary>
public class Adam : OptimizerHelper, optim.IBetas
{
    private readonly Options _options;
    private readonly Dictionary<nint, long> _steps = [];

    public Adam(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)
    {
    }

    public Adam(IEnumerable<ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
    {
        if (lr < 0)
            throw new ArgumentException($"Invalid learning rate: {lr}");
        if (eps < 0)
            throw new ArgumentException($"Invalid ε: {eps}");
        if (beta1 is < 0 or >= 1)
            throw new ArgumentException($"Invalid beta1: {beta1}");
        if (beta2 is < 0 or >= 1)
            throw new ArgumentException($"Invalid beta2: {beta2}");
        if (weight_decay < 0)
            throw new ArgumentException($"Invalid weight_decay value: {weight_decay}");
        _options = new()
        {
            LearningRate = lr,
            InitialLearningRate = lr,
            beta1 = beta1,
            beta2 = beta2,
            eps = eps,
            weight_decay = weight_decay,
            amsgrad = amsgrad,
            maximize = maximize,
        };
        foreach (var group in parameters)
            add_param_group(group);
    }

    public (double, double) Betas
    {
        get => (_options.beta1!.Value, _options.beta2!.Value);
        set => (_options.beta1, _options.beta2) = value;
    }

    public override Tensor step(Func<Tensor>? closure = null) => _step<ParamGroup>(Step, closure);

    public override void add_param_group(Modules.ParamGroup param_group)
    {
        var options = (Options)(param_group.Options ??= new Options());
        options.LearningRate ??= _options.LearningRate;
        options.beta1 ??= _options.beta1;
        options.beta2 ??= _options.beta2;
        options.eps ??= _options.eps;
        options.weight_decay ??= _options.weight_decay;
        options.amsgrad ??= _options.amsgrad;
        options.maximize ??= _options.maximize;
        options.InitialLearningRate = options.LearningRate!.Value;
        base.add_param_group(param_group);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            DisposeKept();
    }

    private void Step(ParamGroup group)
    {
        var options = group.Options;
        var (beta1, beta2) = group.Betas;
        foreach (var parameter in group.Parameters)
        {
            var grad = parameter.grad;
            if (grad is null)
                continue;
            if (options.maximize!.Value)
                grad = -grad;
            long step = _steps[parameter.Handle] = _steps.GetValueOrDefault(parameter.Handle) + 1;
            if (options.weight_decay!.Value is var decay and not 0)
                grad = grad.add(parameter, decay);
            var mean = Kept(parameter, "mean", () => zeros_like(parameter)).mul_(beta1).add_(grad, 1 - beta1);
            var square = Kept(parameter, "square", () => zeros_like(parameter)).mul_(beta2).addcmul_(grad, grad, 1 - beta2);
            if (options.amsgrad!.Value)
            {
                var greatest = Kept(parameter, "greatest", () => zeros_like(parameter));
                square = greatest.copy_(maximum(greatest, square));
            }

            var root = (square.sqrt() / Math.Sqrt(1 - Math.Pow(beta2, step))).add_(options.eps!.Value);
            parameter.addcdiv_(mean, root, -options.LearningRate!.Value / (1 - Math.Pow(beta1, step)));
        }
    }

    public class Options : OptimizerOptions
    {
        public double? beta1;
        public double? beta2;
        public double? weight_decay;
        public double? eps;
        public bool? amsgrad;
        public bool? maximize;
    }

    public class ParamGroup : ParamGroup<Options>, optim.IBetas
    {
        public ParamGroup()
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, Options options)
            : base(parameters, options)
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
            : base(parameters, new() { LearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize })
        {
        }

        public (double, double) Betas
        {
            get => (Options.beta1!.Value, Options.beta2!.Value);
            set => (Options.beta1, Options.beta2) = value;
        }
    }
}
