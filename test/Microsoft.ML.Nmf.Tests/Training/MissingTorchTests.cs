using System.Runtime.InteropServices;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Training;

/// <summary>
/// An application without TorchSharp, without its native library, or with one that cannot be used trains and transforms; asked for Torch, it is told in one
/// sentence why that cannot be and what to do. Each case is a process of its own: TorchSharp loads once.
/// </summary>
public sealed class MissingTorchTests : IDisposable
{
    private readonly ProbeFolder _probe = new();

    public void Dispose() => _probe.Dispose();

    [Theory]
    [InlineData("LibTorchSharp", "no native library of TorchSharp")]
    [InlineData("TorchSharp.dll", "no usable TorchSharp.dll")]
    [InlineData("Microsoft.ML.Nmf.Torch.", "does not have the package Nmf.MLExtension")]
    public async Task Without_a_part_everything_but_Torch_works_and_Torch_says_what_to_add(string missing, string reason)
    {
        _probe.CopyProgram(missing);
        foreach (string engine in new[] { "Automatic", "Managed" })
        {
            string[] lines = await _probe.Run(engine);
            Assert.Equal(2, lines.Length);
            Assert.Contains("; engine managed", lines[0]);
            Assert.Equal("20 rows", lines[1]);
        }

        string message = Assert.Single(await _probe.Run("Torch"));
        Assert.StartsWith("Engine is Torch, but ", message);
        Assert.Contains(reason, message);
        Assert.Contains("TorchSharp-cpu", message);
    }

    [Fact]
    public async Task Without_any_file_of_Torch_an_application_has_Core_alone_and_trains()
    {
        _probe.CopyProgram("Torch");
        Assert.DoesNotContain(_probe.Files(), file => file.Contains("Torch", StringComparison.OrdinalIgnoreCase));
        Assert.Contains("; engine managed", (await _probe.Run("Automatic"))[0]);
        string message = Assert.Single(await _probe.Run("Torch"));
        Assert.StartsWith("Engine is Torch, but the application does not have the package Nmf.MLExtension: add it", message);
    }

    [Fact]
    public async Task Without_libtorch_TorchSharp_is_not_asked_and_copies_nothing_from_the_package_cache()
    {
        _probe.CopyProgram();
        string message = Assert.Single(await _probe.Run("Torch"));
        Assert.StartsWith("Engine is Torch, but the application has no native library of TorchSharp", message);
        Assert.Contains("TorchSharp-cpu 0.106.0", message);
        Assert.DoesNotContain(_probe.Files(), file => file.Contains("torch_cpu", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_libtorch_the_module_says_in_one_sentence_what_to_add()
    {
        _probe.CopyProgram();
        string trained = Assert.Single(await _probe.Run("Torch")), made = Assert.Single(await _probe.Run("Module"));
        const string start = "NonnegativeLeastSquaresModule needs TorchSharp, but the application has no native library of TorchSharp (";
        Assert.StartsWith(start, made);
        // The same explanation as of training, without the advice to train on another engine.
        string reason = trained["Engine is Torch, but ".Length..].Replace(", or set Engine to Managed", "");
        Assert.Equal($"NonnegativeLeastSquaresModule needs TorchSharp, but {reason}", made);
    }

    [LinuxTorchFact]
    public async Task With_libtorch_the_module_is_made()
    {
        _probe.CopyProgram();
        ProbeFolder.LinkLibtorch(_probe.Natives);
        _probe.LinkBridge();
        Assert.Equal("3 × 2", Assert.Single(await _probe.Run("Module")));
    }

    [LinuxTorchFact]
    public async Task A_native_library_that_is_damaged_is_told_with_the_reason_of_the_loader()
    {
        _probe.CopyProgram();
        ProbeFolder.LinkLibtorch(_probe.Natives);
        _probe.Replace("libLibTorchSharp.so", "not a library"u8.ToArray());
        string message = Assert.Single(await _probe.Run("Torch"));
        Assert.StartsWith("Engine is Torch, but the system refuses to load TorchSharp's native library libLibTorchSharp.so (", message);
        Assert.Contains("file too short", message);
    }

    [LinuxTorchFact]
    public async Task A_libstdcxx_that_is_too_old_is_told_with_the_systems_that_are_not()
    {
        _probe.CopyProgram();
        ProbeFolder.LinkLibtorch(_probe.Natives);
        _probe.Edit(Path.Combine(_probe.Natives, "libLibTorchSharp.so"), "GLIBCXX_3.4.32", "GLIBCXX_9.9.99");
        string message = Assert.Single(await _probe.Run("Torch"));
        Assert.StartsWith("Engine is Torch, but this system's libstdc++ is too old for TorchSharp's native library", message);
        Assert.Contains("GLIBCXX_9.9.99' not found", message);
        Assert.Contains("Ubuntu 24.04, Debian 13", message);
        Assert.Contains("; engine managed", (await _probe.Run("Automatic"))[0]);
    }

    [LinuxTorchFact]
    public async Task Libtorch_of_another_installation_is_used_where_the_library_path_leads_to_it()
    {
        _probe.CopyProgram();
        _probe.LinkBridge();
        _probe.LibraryPath = Path.Combine(_probe.Natives, "elsewhere");
        ProbeFolder.LinkLibtorch(_probe.LibraryPath);
        string[] lines = await _probe.Run("Torch");
        Assert.Contains("; engine Torch on", lines[^2]);
        Assert.Equal("20 rows", lines[^1]);
    }

    [LinuxTorchFact]
    public async Task A_package_for_Cuda_without_a_driver_trains_on_the_processor_with_a_warning()
    {
        if (ProbeFolder.HasCudaDriver)
            return;
        _probe.CopyProgram();
        ProbeFolder.LinkLibtorch(_probe.Natives);
        _probe.LinkBridge();
        string[] lines = await _probe.Run("Torch");
        Assert.Equal(2, lines.Length);
        Assert.Contains("; engine Torch on cpu", lines[0]);

        // Only its name is looked at: without a driver nothing loads it.
        _probe.Replace("libtorch_cuda.so", []);
        lines = await _probe.Run("Torch");
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("Warning: ", lines[0]);
        Assert.Contains("Training on the processor: the application has TorchSharp's package for CUDA, but NVIDIA's driver (libcuda.so.1) is not installed",
            lines[0]);
        Assert.Contains("; engine Torch on cpu", lines[1]);

        string message = Assert.Single(await _probe.Run("Torch", "0"));
        Assert.StartsWith("GpuDeviceId is 0, but the application has TorchSharp's package for CUDA, but NVIDIA's driver", message);
    }

    [LinuxTorchFact]
    public async Task A_driver_without_a_package_for_Cuda_is_told_which_package_to_add()
    {
        if (ProbeFolder.HasCudaDriver)
            return;
        _probe.CopyProgram();
        // Any library will do: without libtorch for CUDA nothing more is asked than whether one of the name loads.
        _probe.Link("libcuda.so.1", Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libSystem.Native.so"));
        _probe.LibraryPath = _probe.Natives;
        string[] lines = await _probe.Run("Automatic");
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("Info: ", lines[0]);
        Assert.EndsWith("to train on the GPU, add the package TorchSharp-cuda-linux 0.106.0.", lines[0]);
        Assert.Contains("; engine managed", lines[1]);
    }
}
