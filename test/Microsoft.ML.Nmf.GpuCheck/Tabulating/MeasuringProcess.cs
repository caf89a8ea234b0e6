using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.GpuCheck.Measuring;

namespace Microsoft.ML.Nmf.GpuCheck.Tabulating;

/// <summary>This program, started once more to measure rows: an iteration that takes minutes can only be ended with its process.</summary>
internal sealed class MeasuringProcess : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts it.</summary>
    /// <param name="place">The engine, device and kind of data.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="seconds">The seconds after which it begins no row.</param>
    public MeasuringProcess(Place place, IEnumerable<Row> rows, CommandLine options, double seconds)
    {
        List<string> arguments =
        [
            "rows", "--engines", place.Engine, "--devices", place.Device, "--data", place.Data, "--rows", string.Join(',', rows),
            "--seconds", options.Seconds.ToString(CultureInfo.InvariantCulture), "--budget", seconds.ToString(CultureInfo.InvariantCulture),
        ];
        if (options.Quick)
            arguments.Add("--quick");
        if (options.Matrix is { } matrix)
            arguments.AddRange(["--matrix", matrix]);
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true })!;
    }

    /// <summary>Whether it took longer than it might, and was ended.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>The next message; null when there are no more, or none came in time, and the process is then ended.</summary>
    public Message? Next(TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            Task<string?> read = _process.StandardOutput.ReadLineAsync();
            TimeSpan left = limit - clock.Elapsed;
            if (left <= TimeSpan.Zero || !read.Wait(left))
            {
                IsStopped = true;
                _process.Kill();
                return null;
            }

            if (read.Result is not { } line)
                return null;
            if (Message.Parse(line) is { } message)
                return message;
            Console.WriteLine(line);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
