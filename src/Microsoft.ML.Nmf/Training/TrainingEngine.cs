namespace Microsoft.ML.Nmf;

/// <summary>What computes a training. Transforming never depends on it.</summary>
public enum TrainingEngine
{
    /// <summary><see cref="Torch"/> where TorchSharp finds a CUDA device, <see cref="Managed"/> everywhere else.</summary>
    Automatic,

    /// <summary>The processor, in managed code: float32, vector instructions, all threads. Needs no native library.</summary>
    Managed,

    /// <summary>
    /// TorchSharp: the CUDA device that <see cref="MLContext.GpuDeviceId"/> names, or else the first one, or, where there is none, libtorch's own kernels for the processor. A device that is named but
    /// missing is an error unless <see cref="MLContext.FallbackToCpu"/> is set. The application must have one of the packages TorchSharp-cpu, TorchSharp-cuda-windows and TorchSharp-cuda-linux.
    /// </summary>
    Torch,
}
