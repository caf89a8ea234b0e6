using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Training;

/// <summary>What is missing, empty or mixed up in a call of a catalog is named as the caller wrote it.</summary>
public class ArgumentTests
{
    private static readonly TransformsCatalog _transforms = new MLContext(1).Transforms;

    public static TheoryData<string, Action> Nothing() => new()
    {
        { "outputColumnName", () => _transforms.Nmf(outputColumnName: null!) },
        { "outputColumnName", () => _transforms.DeepNmf(outputColumnName: null!) },
        { "outputColumnName", () => _transforms.NeuralNmf(outputColumnName: null!) },
        { "options", () => _transforms.Nmf(options: null!) },
        { "options", () => _transforms.DeepNmf(options: null!) },
        { "options", () => _transforms.NeuralNmf(options: null!) },
        { "catalog", () => NmfCatalog.Nmf(null!, "Topics") },
        { "catalog", () => DeepNmfCatalog.DeepNmf(null!, "Topics") },
        { "catalog", () => NeuralNmfCatalog.NeuralNmf(null!, "Topics") },
        { "catalog", () => NmfCatalog.Nmf(null!, new NmfEstimator.Options()) },
        { "catalog", () => DeepNmfCatalog.DeepNmf(null!, new DeepNmfEstimator.Options()) },
        { "catalog", () => NeuralNmfCatalog.NeuralNmf(null!, new NeuralNmfEstimator.Options()) },
        { "OutputColumnName", () => new NmfEstimator.Options { OutputColumnName = null! } },
        { "Ranks", () => new DeepNmfEstimator.Options { Ranks = null! } },
        { "Optimizer", () => new NeuralNmfEstimator.Options { Optimizer = null! } },
    };

    [Theory, MemberData(nameof(Nothing))]
    public void What_is_null_is_named(string argument, Action call) => Assert.Equal(argument, Assert.Throws<ArgumentNullException>(call).ParamName);

    public static TheoryData<string, Action> Empty() => new()
    {
        { "outputColumnName", () => _transforms.Nmf("") },
        { "outputColumnName", () => _transforms.DeepNmf("") },
        { "outputColumnName", () => _transforms.NeuralNmf("") },
        { "inputColumnName", () => _transforms.Nmf("Topics", "") },
        { "inputColumnName", () => _transforms.DeepNmf("Topics", "") },
        { "inputColumnName", () => _transforms.NeuralNmf("Topics", "") },
        { "labelColumnName", () => _transforms.NeuralNmf("Topics", labelColumnName: "") },
        { "OutputColumnName", () => new NmfEstimator.Options { OutputColumnName = "" } },
        { "InputColumnName", () => new DeepNmfEstimator.Options { InputColumnName = "" } },
        { "LabelColumnName", () => new NeuralNmfEstimator.Options { LabelColumnName = "" } },
        { "ScoreColumnName", () => new NeuralNmfEstimator.Options { ScoreColumnName = "" } },
        { "PredictedLabelColumnName", () => new NeuralNmfEstimator.Options { PredictedLabelColumnName = "" } },
        { "LayerOutputColumnNames", () => new DeepNmfEstimator.Options { LayerOutputColumnNames = ["Fine", ""] } },
    };

    [Theory, MemberData(nameof(Empty))]
    public void What_is_empty_is_named(string argument, Action call) => Assert.Equal(argument, Assert.Throws<ArgumentException>(call).ParamName);

    [Fact]
    public void Ranks_that_are_null_are_the_default_ones()
    {
        Assert.NotNull(_transforms.DeepNmf("Topics", ranks: null));
        Assert.NotNull(_transforms.NeuralNmf("Topics", ranks: null));
    }

    public static TheoryData<string, string, Action> MixedUp() => new()
    {
        { "InputColumnName", "Features", () => _transforms.DeepNmf(Deep("Features", "Topics")) },
        { "InputColumnName", "Features", () => _transforms.NeuralNmf(Neural(o => o.LayerOutputColumnNames = ["Features"])) },
        { "InputColumnName", "Features", () => _transforms.NeuralNmf(Neural(o => o.ScoreColumnName = "Features")) },
        { "InputColumnName", "Features", () => _transforms.NeuralNmf(Neural(o => o.PredictedLabelColumnName = "Features")) },
        { "LabelColumnName", "Label", () => _transforms.NeuralNmf(Neural(o => o.OutputColumnName = "Label")) },
        { "LabelColumnName", "Label", () => _transforms.NeuralNmf(Neural(o => o.LayerOutputColumnNames = ["Label"])) },
        { "LabelColumnName", "Label", () => _transforms.NeuralNmf(Neural(o => o.ScoreColumnName = "Label")) },
        { "LayerOutputColumnNames", "Topics", () => _transforms.DeepNmf(Deep("Topics", "Topics")) },
        { "LayerOutputColumnNames", "Score", () => _transforms.NeuralNmf(Neural(o => o.LayerOutputColumnNames = ["Score"])) },
    };

    [Theory, MemberData(nameof(MixedUp))]
    public void A_column_that_two_options_name_is_named_with_them(string option, string column, Action call)
    {
        var problem = Assert.Throws<ArgumentOutOfRangeException>(call);
        Assert.Equal(option, problem.ParamName);
        Assert.Contains($"'{column}'", problem.Message);
    }

    [Fact]
    public void A_column_may_be_replaced_by_its_own_activations_and_another_name_is_enough()
    {
        var context = new MLContext(1);
        IDataView data = Rows.View(context, Rows.Values());
        IDataView replaced = context.Transforms.DeepNmf(Deep("Fine", "Features")).Fit(data).Transform(data);
        Assert.Equal(2, Rows.Topics(replaced, "Features")[0].Length);
        Assert.NotNull(context.Transforms.DeepNmf(Deep("Fine", "Topics")).Fit(data));
        IDataView labelled = NeuralRows.GroupView(context, Rows.Values());
        NeuralNmfTransformer predicted = context.Transforms.NeuralNmf(Neural(o => o.PredictedLabelColumnName = "Label")).Fit(labelled);
        Assert.DoesNotContain(0u, NeuralRows.Keys(predicted.Transform(labelled), "Label"));
    }

    private static DeepNmfEstimator.Options Deep(string layer, string output) => new()
    {
        OutputColumnName = output,
        InputColumnName = "Features",
        Ranks = [4, 2],
        LayerOutputColumnNames = [layer],
        MaximumNumberOfIterations = 3,
    };

    private static NeuralNmfEstimator.Options Neural(Action<NeuralNmfEstimator.Options> set)
    {
        NeuralNmfEstimator.Options options = NeuralRows.Options(new());
        set(options);
        return options;
    }
}
