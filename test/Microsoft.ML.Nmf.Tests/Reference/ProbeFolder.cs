using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.Nmf.Torch;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>A copy of the program EngineProbe in a folder of its own, with some files missing, replaced or added.</summary>
internal sealed class ProbeFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nmf-tests-");

    /// <summary>Where libtorch for the processor lies in the tests' own output.</summary>
    public static string Libtorch => Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");

    /// <summary>Whether this machine has NVIDIA's driver.</summary>
    public static bool HasCudaDriver => CudaDriver.IsPresent();

    /// <summary>A folder in which the system's loader looks before its own ones; null for none.</summary>
    public string? LibraryPath { get; set; }

    /// <summary>The program's folder of native libraries.</summary>
    public string Natives => Path.Combine(_folder.FullName, "runtimes", "linux-x64", "native");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Copies the program as it was built, without the files whose name contains a text.</summary>
    public void CopyProgram(string? without = null)
    {
        string source = AppContext.BaseDirectory.Replace("Microsoft.ML.Nmf.Tests", "EngineProbe");
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            if (without is not null && Path.GetFileName(file).Contains(without, StringComparison.OrdinalIgnoreCase))
                continue;
            string target = Path.Combine(_folder.FullName, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>The names of the files in the folder.</summary>
    public IEnumerable<string> Files() => _folder.EnumerateFiles("*", SearchOption.AllDirectories).Select(file => file.Name);

    /// <summary>Links libtorch's files, of half a gigabyte, into a folder.</summary>
    public static void LinkLibtorch(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.EnumerateFiles(Libtorch).Where(file => !Path.GetFileName(file).Contains("LibTorchSharp", StringComparison.Ordinal)))
        {
            string link = Path.Combine(folder, Path.GetFileName(file));
            if (!File.Exists(link))
                File.CreateSymbolicLink(link, file);
        }
    }

    /// <summary>Puts the tests' own LibTorchSharp, which this system loads, in the place of the program's.</summary>
    public void LinkBridge() => Link("libLibTorchSharp.so", Path.Combine(Libtorch, "libLibTorchSharp.so"));

    /// <summary>Links a native library into the program's folder.</summary>
    public void Link(string name, string target)
    {
        string link = Path.Combine(Natives, name);
        File.Delete(link);
        File.CreateSymbolicLink(link, target);
    }

    /// <summary>Writes a native library in the program's folder.</summary>
    public void Replace(string name, byte[] content)
    {
        string path = Path.Combine(Natives, name);
        File.Delete(path);
        File.WriteAllBytes(path, content);
    }

    /// <summary>Replaces every occurrence of an ASCII text in a file of the program by one as long.</summary>
    public void Edit(string name, string from, string to)
    {
        string path = Path.Combine(_folder.FullName, name);
        byte[] bytes = File.ReadAllBytes(path);
        int edits = 0;
        for (int at; (at = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(from))) >= 0; edits++)
            Encoding.ASCII.GetBytes(to, bytes.AsSpan(at));
        Assert.True(edits > 0, $"{name} does not contain '{from}'.");
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Runs the program; returns the lines it writes.</summary>
    public async Task<string[]> Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(_folder.FullName, "EngineProbe.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (LibraryPath is not null)
            start.Environment["LD_LIBRARY_PATH"] = LibraryPath;
        // Threads of libtorch that wait without sleeping take the processors from the tests beside them.
        start.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}

/// <summary>A test that needs Linux and libtorch.</summary>
internal sealed class LinuxTorchFactAttribute : FactAttribute
{
    public LinuxTorchFactAttribute() => Skip = RuntimeInformation.RuntimeIdentifier == "linux-x64" ? TorchRuntime.Problem : "Needs Linux on x64.";
}
