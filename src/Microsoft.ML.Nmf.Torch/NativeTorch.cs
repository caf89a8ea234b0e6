using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>
/// TorchSharp's native libraries, looked for before TorchSharp itself is touched: its own loader prints a page to the console, and copies libtorch out of the
/// package cache where the application has none.
/// </summary>
internal static class NativeTorch
{
    private const string Bridge = "LibTorchSharp";
    private const string Processor = "torch_cpu";
    private const string Cuda = "torch_cuda";

    private static string GpuPackage => OperatingSystem.IsWindows() ? "TorchSharp-cuda-windows" : "TorchSharp-cuda-linux";

    /// <summary>Loads the libraries as TorchSharp would.</summary>
    /// <returns>Null where they are loaded, or where only TorchSharp can tell; else why not, as a clause that ends in what to do.</returns>
    public static string? Load()
    {
        if (IsManagedPartMissing())
            return $"the application has no usable TorchSharp.dll: add the package {Packages()}";
        Assembly assembly = TorchSharpAssembly();
        // LibTorchSharp needs libtorch, which may lie in another folder: once it is loaded, the loader finds it by name.
        bool hasTorch = NativeLibrary.TryLoad(Processor, assembly, null, out _);
        if (NativeLibrary.TryLoad(Bridge, assembly, null, out _) || IsInPackageCache(assembly))
            return null;
        foreach (string name in hasTorch ? (string[])[Bridge] : [Processor, Bridge])
        {
            if (Find(name, assembly) is not { } file)
                return $"the application has no native library of TorchSharp ({FileName(name)}): add the package {Packages()}";
            if (Refusal(file) is { } reason)
                return Refused(name, reason);
        }

        return null;
    }

    /// <summary>Whether TorchSharp.dll is missing or cannot be loaded.</summary>
    public static bool IsManagedPartMissing()
    {
        try
        {
            return TorchSharpAssembly() is null;
        }
        catch (Exception problem) when (problem is FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            return true;
        }
    }

    /// <summary>Whether the application has libtorch for CUDA, whether or not it can be used.</summary>
    public static bool HasCudaPackage()
    {
        Assembly assembly = TorchSharpAssembly();
        return Find(Cuda, assembly) is not null || NativeLibrary.TryLoad(Cuda, assembly, null, out _);
    }

    /// <summary>The package to add for NVIDIA's GPUs, with its version.</summary>
    public static string NameGpuPackage() => $"{GpuPackage} {Version()}";

    /// <summary>The version of TorchSharp that this assembly is compiled against.</summary>
    public static string Version() => ReferencedVersion(typeof(NativeTorch).Assembly).ToString(3);

    /// <summary>What the system's loader says of a library file that it refuses.</summary>
    /// <param name="file">The full path.</param>
    /// <returns>Its reason, one line; null where it loads the file.</returns>
    public static string? Refusal(string file)
    {
        try
        {
            NativeLibrary.Load(file);
            return null;
        }
        catch (Exception problem) when (problem is DllNotFoundException or BadImageFormatException)
        {
            // The runtime's advice is in the first line, before a colon; what the loader said comes after it.
            string[] lines = problem.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return (lines.Length > 1 ? lines[1] : lines[0]).TrimEnd('.');
        }
    }

    private static string Packages() => $"TorchSharp-cpu {Version()}, or {NameGpuPackage()} for NVIDIA's GPUs";

    private static string Refused(string name, string reason)
        => reason.Contains("GLIBCXX_", StringComparison.Ordinal)
            ? $"this system's libstdc++ is too old for TorchSharp's native library ({reason}): "
                + "use Ubuntu 24.04, Debian 13, an official container image of .NET 10, or a newer system"
            : $"the system refuses to load TorchSharp's native library {FileName(name)} ({reason}): mend that, or add the package {Packages()}";

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Assembly TorchSharpAssembly() => typeof(torch).Assembly;

    private static Version ReferencedVersion(Assembly assembly)
        => assembly.GetReferencedAssemblies().Single(reference => reference.Name == "TorchSharp").Version!;

    // In notebooks, where TorchSharp's own loader gathers the files of several packages.
    private static bool IsInPackageCache(Assembly assembly)
        => FolderOf(assembly) is { Length: > 0 } folder
            && Path.GetFileName(Path.GetFullPath(Path.Combine(folder, "..", "..", ".."))).Equals("torchsharp", StringComparison.OrdinalIgnoreCase);

    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "Empty in a single file, where the application's own folder is searched.")]
    private static string? FolderOf(Assembly assembly) => Path.GetDirectoryName(assembly.Location);

    private static string? Find(string name, Assembly assembly)
        => Folders(assembly).Select(folder => Path.Combine(folder, FileName(name))).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Folders(Assembly assembly)
    {
        string native = Path.Combine("runtimes", RuntimeInformation.RuntimeIdentifier, "native");
        string?[] known = [FolderOf(assembly), AppContext.BaseDirectory];
        string[] bases = [.. known.OfType<string>().Where(folder => folder.Length > 0).Distinct()];
        string searched = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        string[] folders = searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return [.. bases, .. bases.Select(folder => Path.Combine(folder, native)), .. folders];
    }

    private static string FileName(string name)
        => OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";
}
