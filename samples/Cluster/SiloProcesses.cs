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
            foreach (Process silo in silos)
                Console.WriteLine(await silo.StandardOutput.ReadLineAsync() ?? "A silo could not start.");
            Console.WriteLine($"{count} silos wait for a training. Ctrl+C ends them.");
            await interrupted.Task;
        }
        finally
        {
            // The first is the last, because the others know each other through it.
            foreach (Process silo in silos.AsEnumerable().Reverse())
            {
                silo.StandardInput.Close();
                await silo.WaitForExitAsync();
            }
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
        return Process.Start(new ProcessStartInfo(program, [.. self, "silo", $"{index}", $"{port}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }
}
