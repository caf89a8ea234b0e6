using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Nmf.Tests.Exporting;

/// <summary>
/// ONNX Runtime lowers texts by the locale en_US.UTF-8, which a Linux without language packs does not have. C.UTF-8, which it has, lowers letters in the same
/// way.
/// </summary>
internal static partial class NativeLocale
{
    private const string Neutral = "/usr/lib/locale/C.utf8";
    private const string Wanted = "en_US.UTF-8";

    [ModuleInitializer]
    internal static void Provide()
    {
        string[] others = ["/usr/lib/locale/en_US.utf8", "/usr/lib/locale/locale-archive"];
        if (!OperatingSystem.IsLinux() || !Directory.Exists(Neutral) || others.Any(Path.Exists))
            return;
        string folder = Directory.CreateTempSubdirectory("locale").FullName, locale = Path.Combine(folder, Wanted);
        foreach (string file in Directory.EnumerateFiles(Neutral, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(locale, Path.GetRelativePath(Neutral, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        SetVariable("LOCPATH", folder, 1);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
    }

    // .NET keeps its own copy of the environment, which the C library does not see.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
