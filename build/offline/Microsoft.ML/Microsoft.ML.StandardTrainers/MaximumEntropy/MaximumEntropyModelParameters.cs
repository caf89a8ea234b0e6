using Microsoft.ML;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.Offline;

[assembly: LoadableClass(typeof(MaximumEntropyModelParameters), null, typeof(SignatureLoadModel),
    "Multiclass LR Executor", MaximumEntropyModelParameters.LoaderSignature)]

namespace Microsoft.ML.Trainers;

/// <summary>A linear model whose softmax is the probability of each class.</summary>
public sealed class MaximumEntropyModelParameters : LinearMulticlassModelParametersBase
{
    internal const string LoaderSignature = "MultiClassLRExec";
    internal const string RegistrationName = "MulticlassLogisticRegressionPredictor";

    internal MaximumEntropyModelParameters(IHostEnvironment env, in VBuffer<float> weights, int numClasses, int numFeatures, string[] labelNames, ModelStatisticsBase stats = null)
        : base(env, RegistrationName, in weights, numClasses, numFeatures, labelNames, stats)
    {
    }

    private MaximumEntropyModelParameters(IHostEnvironment env, ModelLoadContext ctx)
        : base(env, RegistrationName, ctx)
    {
    }

    private protected override VersionInfo GetVersionInfo() => new(
        modelSignature: "MULTI LR",
        verWrittenCur: 0x00010003,
        verReadableCur: 0x00010003,
        verWeCanReadBack: 0x00010003,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(MaximumEntropyModelParameters).Assembly.FullName);

    private protected override void Calibrate(Span<float> dst) => VectorMath.Softmax(dst);
}
