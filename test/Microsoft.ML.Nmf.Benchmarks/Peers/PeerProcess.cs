using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Nmf.Benchmarks.Peers;

/// <summary>A program with a peer in it, that answers one request after the other: peers.py or peers.R. What it says besides goes to the console.</summary>
internal sealed class PeerProcess : IDisposable
{
    private const string Answer = "=\t";

    private readonly string _program;
    private readonly Process _process;

    /// <summary>Starts it, without the settings of OpenBLAS that this process has: they may make it choose slower kernels.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program.</exception>
    public PeerProcess(string program, string script)
    {
        _program = program;
        string path = Path.Combine(AppContext.BaseDirectory, script);
        var start = new ProcessStartInfo(program, [path]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("OPENBLAS_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        _process = Process.Start(start)!;
    }

    /// <summary>The numbers that a request is answered with.</summary>
    public double[] Ask(string request, params object[] fields)
        => [.. AskText(request, fields).Select(number => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture))];

    /// <summary>The texts that a request is answered with.</summary>
    /// <exception cref="InvalidOperationException">The program ended instead.</exception>
    public string[] AskText(string request, params object[] fields)
    {
        _process.StandardInput.WriteLine(string.Join('\t', fields.Select(field => Convert.ToString(field, CultureInfo.InvariantCulture)).Prepend(request)));
        _process.StandardInput.Flush();
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith(Answer, StringComparison.Ordinal))
                return line[Answer.Length..].Split('\t');
            Console.Error.WriteLine(line);
        }

        throw new InvalidOperationException($"{_program} ended before it answered '{request}': see what it said above.");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
