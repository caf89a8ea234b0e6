using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Torch;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>A test that is skipped, with the reason, where TorchSharp has no native library.</summary>
internal sealed class TorchFactAttribute : FactAttribute
{
    public TorchFactAttribute() => Skip = TorchRuntime.Problem;
}

/// <summary>The same with cases.</summary>
internal sealed class TorchTheoryAttribute : TheoryAttribute
{
    public TorchTheoryAttribute() => Skip = TorchRuntime.Problem;
}

/// <summary>Torch engines to test: on the processor, or where NMF_TEST_DEVICE is "cuda", on the first GPU.</summary>
internal static class TorchEngines
{
    /// <summary>Room for everything.</summary>
    public const long Roomy = 1L << 30;

    public static ComputeEngine Create(long budget = Roomy)
        => TorchRuntime.Create(Environment.GetEnvironmentVariable("NMF_TEST_DEVICE") == "cuda" ? 0 : null, budget);
}
