using System.Diagnostics;

namespace Serving.Load;

/// <summary>The service in a process of its own, on a free port of the loopback address, with a model in a folder that goes with it.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private const int StartSeconds = 60;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("serving-");
    private readonly Process _process;

    private ServiceProcess()
    {
        ModelFile = Path.Combine(_folder.FullName, "model.zip");
        NotesModel.Train(ModelFile);
        string program = Environment.ProcessPath!;
        string[] self = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        _process = Process.Start(new ProcessStartInfo(
            program, [.. self, "--urls", "http://127.0.0.1:0", "--Model", ModelFile, "--ReloadSeconds", "0.5"])
        {
            RedirectStandardOutput = true,
        })!;
    }

    /// <summary>The file that is served.</summary>
    public string ModelFile { get; }

    /// <summary>Where the service listens.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>From the start of the process to the first answer.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>Starts the service and waits for its first answer.</summary>
    public static async Task<ServiceProcess> Start(string text)
    {
        var service = new ServiceProcess();
        try
        {
            long start = Stopwatch.GetTimestamp();
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(StartSeconds));
            while (await service._process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
            {
                const string Listens = "Now listening on: ";
                if (line.IndexOf(Listens, StringComparison.Ordinal) is >= 0 and int at)
                {
                    service.Address = new Uri(line[(at + Listens.Length)..].Trim());
                    break;
                }
            }

            // What else it says is read, so that it never waits for a reader.
            _ = service._process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            using var client = new HttpClient { BaseAddress = service.Address };
            await LoadTest.Ask(client, text, timeout.Token);
            service.StartTime = Stopwatch.GetElapsedTime(start);
            return service;
        }
        catch
        {
            service.Dispose();
            throw;
        }
    }

    /// <summary>Writes the model anew, as a deployment does: beside the old file, then in its place.</summary>
    public void ReplaceModel()
    {
        string next = ModelFile + ".next";
        File.Copy(ModelFile, next, overwrite: true);
        File.SetLastWriteTimeUtc(next, DateTime.UtcNow);
        File.Move(next, ModelFile, overwrite: true);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
