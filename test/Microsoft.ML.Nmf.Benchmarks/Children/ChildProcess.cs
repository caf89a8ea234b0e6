using System.Diagnostics;
using System.Reflection;

namespace Microsoft.ML.Nmf.Benchmarks.Children;

/// <summary>This program once more, as a process of its own: cold, and with nothing else in its memory.</summary>
internal static class ChildProcess
{
    /// <summary>Runs a command of <see cref="ChildProgram"/> with the runtime's default settings.</summary>
    /// <returns>The lines that it printed.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static string[] Run(params string[] arguments)
    {
        string program = Environment.ProcessPath!;
        // Started as "dotnet Microsoft.ML.Nmf.Benchmarks.dll".
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        string[] own = isHost ? [Assembly.GetExecutingAssembly().Location] : [];
        var start = new ProcessStartInfo(program, [.. own, ChildProgram.Command, .. arguments]) { RedirectStandardOutput = true };
        string[] settings = ["DOTNET_Tiered", "DOTNET_TC_", "DOTNET_ReadyToRun", "DOTNET_OSR", "DOTNET_GC"];
        foreach (string name in start.Environment.Keys.Where(name => settings.Any(begin => name.StartsWith(begin, StringComparison.Ordinal))).ToArray())
            start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"The process for '{string.Join(' ', arguments)}' failed with exit code {process.ExitCode}.");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
