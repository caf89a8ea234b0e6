using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Training;

/// <summary>Makes the engine that the options and the context ask for.</summary>
internal static class EngineChoice
{
    private const string MissingPackage =
        "Engine is Torch, but the application does not have the package Nmf.MLExtension: add it, and TorchSharp-cpu, or TorchSharp-cuda-windows or TorchSharp-cuda-linux for NVIDIA's GPUs, or set Engine to Managed.";

    /// <summary>Makes it.</summary>
    /// <exception cref="InvalidOperationException">
    /// Torch was asked for and cannot run, or the context names a GPU that is not there and does not allow to fall back.
    /// </exception>
    public static ComputeEngine Create(ComponentHost host, FactorizationOptions options, LogChannel log)
    {
        if (options.Engine == TrainingEngine.Managed)
            return Managed(options);
        ITorchPackage? torch = TorchPackage.Found;
        if (options.Engine == TrainingEngine.Torch && (torch is null ? MissingPackage : torch.Problem) is { } problem)
            throw new InvalidOperationException(problem);
        int devices = torch is not null && (options.Engine == TrainingEngine.Torch || torch.HasCuda()) ? torch.CountDevices() : 0;
        int wanted = host.GpuDeviceId ?? 0;
        if (wanted >= 0 && wanted < devices)
            return torch!.Create(wanted, options.DeviceMemory, options.NumberOfThreads, options.AllowTensorFloat32);

        // FallbackToCpu is false unless set: only who asked for a certain GPU can be let down.
        if (host.GpuDeviceId is not null)
        {
            string missing = devices == 0 ? "there is no CUDA device that TorchSharp can use" : $"there are {devices} CUDA devices, numbered from 0";
            if (!host.FallbackToCpu)
                throw new InvalidOperationException($"GpuDeviceId is {wanted}, but {missing}. Set FallbackToCpu of the MLContext to train on the processor then, set another GpuDeviceId or none, or set Engine to Managed.");
            log.Warning($"Training on the processor: GpuDeviceId is {wanted}, but {missing}.");
        }

        return options.Engine == TrainingEngine.Torch ? torch!.Create(null, options.DeviceMemory, options.NumberOfThreads, options.AllowTensorFloat32) : Managed(options);
    }

    private static ComputeEngine Managed(FactorizationOptions options) => ComputeEngine.OnProcessor(options.NumberOfThreads ?? Environment.ProcessorCount);
}
