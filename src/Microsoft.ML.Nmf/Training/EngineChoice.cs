using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Training;

/// <summary>Makes the engine that the options and the context ask for.</summary>
internal static class EngineChoice
{
    private const string MissingPackage = "the application does not have the package Nmf.MLExtension: add it with TorchSharp-cpu, or for NVIDIA's GPUs "
        + "TorchSharp-cuda-windows or TorchSharp-cuda-linux";

    /// <summary>Makes the engine.</summary>
    /// <param name="host">The estimator's host, whose context may name a GPU.</param>
    /// <param name="options">The estimator's options.</param>
    /// <param name="log">Receives a line where the training runs on the processor although a GPU was to be expected.</param>
    /// <exception cref="InvalidOperationException">
    /// Torch was asked for and cannot run, or the context names a GPU that is not there and does not allow falling back.
    /// </exception>
    public static ComputeEngine Create(ComponentHost host, FactorizationOptions options, LogChannel log)
    {
        if (options.Engine == TrainingEngine.Managed)
            return Managed(options);
        ITorchPackage? torch = TorchPackage.Found;
        if (options.Engine == TrainingEngine.Torch && (torch is null ? MissingPackage : torch.Problem) is { } problem)
            throw new InvalidOperationException($"Engine is Torch, but {problem}, or set Engine to Managed.");
        int devices = torch is not null && (options.Engine == TrainingEngine.Torch || torch.HasCuda()) ? torch.CountDevices() : 0;
        int wanted = host.GpuDeviceId ?? 0;
        if (wanted >= 0 && wanted < devices)
            return torch!.Create(wanted, options.DeviceMemory, options.NumberOfThreads, options.AllowTensorFloat32);

        if (host.GpuDeviceId is not null)
            TellMissingDevice(host, torch, devices, log);
        else if (options.Engine == TrainingEngine.Torch && torch!.CudaProblem is { } cuda)
            log.Warning($"Training on the processor: {cuda}.");
        else if (options.Engine == TrainingEngine.Automatic && torch?.CudaAdvice is { } advice)
            log.Info(advice);
        return options.Engine == TrainingEngine.Torch
            ? torch!.Create(null, options.DeviceMemory, options.NumberOfThreads, options.AllowTensorFloat32)
            : Managed(options);
    }

    // FallbackToCpu is false unless set, so a missing device is an error only where the context names one.
    private static void TellMissingDevice(ComponentHost host, ITorchPackage? torch, int devices, LogChannel log)
    {
        string missing = devices > 0
            ? $"there are {devices} CUDA devices, numbered from 0"
            : (torch is null ? MissingPackage : torch.Problem ?? torch.CudaProblem) ?? "there is no CUDA device that TorchSharp can use";
        if (!host.FallbackToCpu)
        {
            throw new InvalidOperationException($"GpuDeviceId is {host.GpuDeviceId}, but {missing}. "
                + "Set FallbackToCpu of the MLContext to train on the processor then, set another GpuDeviceId or none, or set Engine to Managed.");
        }

        log.Warning($"Training on the processor: GpuDeviceId is {host.GpuDeviceId}, but {missing}.");
    }

    private static ComputeEngine Managed(FactorizationOptions options) => ComputeEngine.OnProcessor(options.NumberOfThreads ?? Environment.ProcessorCount);
}
