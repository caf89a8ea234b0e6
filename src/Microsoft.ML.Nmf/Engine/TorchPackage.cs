using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>What the assembly with the Torch engine offers to this one, which knows it by name alone.</summary>
internal interface ITorchPackage
{
    /// <summary>Why TorchSharp cannot run, as a clause that ends in what to do; null when it can.</summary>
    string? Problem { get; }

    /// <summary>Why the application's libtorch for CUDA has no device to use, as a clause; null where it has one, and without libtorch for CUDA.</summary>
    string? CudaProblem { get; }

    /// <summary>Why a training does not run on the GPU although NVIDIA's driver is installed, a sentence; null where it does, and without the driver.</summary>
    string? CudaAdvice { get; }

    /// <summary>Whether there is a CUDA device that TorchSharp can use. Loads no native library where there is no driver.</summary>
    bool HasCuda();

    /// <summary>The number of CUDA devices, where TorchSharp can run.</summary>
    int CountDevices();

    /// <summary>An engine on a CUDA device, or on the processor.</summary>
    /// <param name="gpu">The number of the device; null for the processor.</param>
    /// <param name="budget">The bytes that it may use; null for most of what is free.</param>
    /// <param name="threads">The most threads on the processor; null for one per core.</param>
    /// <param name="allowTensorFloat32">Whether products may be rounded to TensorFloat-32.</param>
    ComputeEngine Create(int? gpu, long? budget, int? threads, bool allowTensorFloat32);
}

/// <summary>Finds the assembly with the Torch engine where the application has it; nothing needs to be registered.</summary>
internal static class TorchPackage
{
    private const string TypeName = "Microsoft.ML.Nmf.Torch.TorchRuntime, Microsoft.ML.Nmf.Torch";

    private static readonly Lazy<ITorchPackage?> _found = new(Find);

    /// <summary>The package; null where the application does not have it.</summary>
    public static ITorchPackage? Found => _found.Value;

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The type is named in full, so that a trimmer keeps it.")]
    private static ITorchPackage? Find()
        => Type.GetType(TypeName, throwOnError: false) is { } type ? (ITorchPackage?)Activator.CreateInstance(type, nonPublic: true) : null;
}
