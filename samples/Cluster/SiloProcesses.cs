using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cluster;

/// <summary>Silos, each a process of its own: this program once more.</summary>
internal static class SiloProcesses
{
    public static async Task<int> Run(int count, int port)
    {
        var interrupted = new TaskCompletionSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        var silos = new List<Process>();
        try
        {
            for (int i = 0; i < count; i++)
                silos.Add(Start(i, port));
            Console.WriteLine($"{count} silos start; this ends them with Ctrl+C.");
            await interrupted.Task;
        }
        finally
        {
            foreach (Process silo in silos)
                silo.StandardInput.Close();
            foreach (Process silo in silos)
                await silo.WaitForExitAsync();
        }

        return 0;

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            interrupted.TrySetResult();
        }
    }

    private static Process Start(int index, int port)
    {
        string program = Environment.ProcessPath!;
        string[] self = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        return Process.Start(new ProcessStartInfo(program, [.. self, "silo", $"{index}", $"{port}"]) { RedirectStandardInput = true })!;
    }
}
