using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Torch;

namespace Microsoft.ML.Nmf.Tests.Training;

public class EngineChoiceTests
{
    private readonly MLContext _context = new(1);
    private readonly List<string> _log = [];

    public EngineChoiceTests() => _context.Log += (_, e) => _log.Add(e.Message);

    public static TheoryData<string> Estimators() => ["nmf", "deep", "neural"];

    [TorchTheory, MemberData(nameof(Estimators))]
    public void Torch_trains_a_model_that_transforms_as_any_other(string name)
    {
        ITransformer torch = Fit(name, TrainingEngine.Torch), managed = Fit(name, TrainingEngine.Managed);
        float[][] expected = Rows.Topics(managed.Transform(Data())), actual = Rows.Topics(torch.Transform(Data()));
        for (int i = 0; i < expected.Length; i++)
        {
            for (int k = 0; k < expected[i].Length; k++)
                Assert.Equal(expected[i][k], actual[i][k], 0.02 * expected[i].Max() + 1e-3);
        }

        Assert.Contains(_log, line => line.Contains("engine Torch on", StringComparison.Ordinal));
        Assert.Contains(_log, line => line.Contains("engine managed", StringComparison.Ordinal));
    }

    [TorchFact]
    public void A_gpu_that_is_named_and_missing_is_an_error_unless_falling_back_is_allowed()
    {
        var context = new MLContext(1) { GpuDeviceId = 99 };
        context.Log += (_, e) => _log.Add(e.Message);
        foreach (TrainingEngine engine in new[] { TrainingEngine.Torch, TrainingEngine.Automatic })
        {
            InvalidOperationException problem = Assert.Throws<InvalidOperationException>(() => Fit("nmf", engine, context));
            Assert.Contains("GpuDeviceId is 99", problem.Message);
            Assert.Contains("FallbackToCpu", problem.Message);
        }

        Fit("nmf", TrainingEngine.Managed, context);
        Assert.DoesNotContain(_log, line => line.Contains("Training on the processor", StringComparison.Ordinal));
        context.FallbackToCpu = true;
        Fit("nmf", TrainingEngine.Torch, context);
        Fit("nmf", TrainingEngine.Automatic, context);
        Assert.Equal(2, _log.Count(line => line.Contains("Training on the processor", StringComparison.Ordinal)));
    }

    [Fact]
    public void Automatic_needs_no_native_library_where_there_is_no_gpu()
    {
        Fit("nmf", TrainingEngine.Automatic);
        if (!TorchRuntime.HasCuda())
            Assert.Contains(_log, line => line.Contains("engine managed", StringComparison.Ordinal));
    }

    [Fact]
    public void Torch_without_its_native_library_says_which_package_to_add()
    {
        if (TorchRuntime.Problem is null)
            return;
        InvalidOperationException problem = Assert.Throws<InvalidOperationException>(() => Fit("nmf", TrainingEngine.Torch));
        Assert.Contains("TorchSharp-cpu", problem.Message);
        Assert.DoesNotContain('\n', problem.Message);
    }

    [TorchFact]
    public void A_budget_that_is_too_small_is_told_with_its_remedy()
    {
        var options = new NmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            Rank = 5,
            Engine = TrainingEngine.Torch,
            DeviceMemory = 1000,
        };
        InvalidOperationException problem = Assert.Throws<InvalidOperationException>(() => _context.Transforms.Nmf(options).Fit(Data()));
        Assert.Contains("DeviceMemory", problem.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new NmfEstimator.Options { DeviceMemory = 0 });
    }

    private IDataView Data() => Rows.View(_context, Rows.Values());

    private ITransformer Fit(string name, TrainingEngine engine, MLContext? context = null)
    {
        TransformsCatalog transforms = (context ?? _context).Transforms;
        const string Output = "Topics", Input = "Features";
        return name switch
        {
            "nmf" => transforms.Nmf(new NmfEstimator.Options
            {
                OutputColumnName = Output,
                InputColumnName = Input,
                Rank = 3,
                Engine = engine,
                Seed = 1,
            }).Fit(Data()),
            "deep" => transforms.DeepNmf(new DeepNmfEstimator.Options
            {
                OutputColumnName = Output,
                InputColumnName = Input,
                Ranks = [4, 3],
                Engine = engine,
                Seed = 1,
            }).Fit(Data()),
            _ => transforms.NeuralNmf(new NeuralNmfEstimator.Options
            {
                OutputColumnName = Output,
                InputColumnName = Input,
                Ranks = [4, 3],
                Engine = engine,
                Seed = 1,
                MaximumNumberOfIterations = 10,
                Tolerance = 0,
            }).Fit(Data()),
        };
    }
}
