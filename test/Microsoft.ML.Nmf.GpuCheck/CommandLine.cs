using System.Globalization;
using Microsoft.ML.Nmf.GpuCheck.Data;
using Microsoft.ML.Nmf.GpuCheck.Measuring;

namespace Microsoft.ML.Nmf.GpuCheck;

/// <summary>What the command line asks for.</summary>
internal sealed record CommandLine
{
    /// <summary>Whether matrices are small.</summary>
    public bool Quick { get; private set; }

    /// <summary>Devices of the Torch engine: cuda, cpu.</summary>
    public IReadOnlyList<string> Devices { get; private set; } = ["cuda", "cpu"];

    /// <summary>Engines to time: torch, managed.</summary>
    public IReadOnlyList<string> Engines { get; private set; } = ["torch", "managed"];

    /// <summary>Kinds of data to time, by the names in <see cref="Matrices"/>.</summary>
    public IReadOnlyList<string> Data { get; private set; } = [Matrices.Dense, Matrices.Tall, Matrices.Sparse];

    /// <summary>Algorithms to time, by the keys of <see cref="Algorithm"/>.</summary>
    public IReadOnlyList<string> Algorithms { get; private set; } = [.. Algorithm.All.Select(algorithm => algorithm.Key)];

    /// <summary>Ranks to time.</summary>
    public IReadOnlyList<int> Ranks { get; private set; } = [20, 50, 128];

    /// <summary>The rows that a process is started for; nothing else is read where it is given.</summary>
    public IReadOnlyList<Row> Rows { get; private set; } = [];

    /// <summary>A file for the sparse matrix, or null to make it.</summary>
    public string? Matrix { get; private set; }

    /// <summary>The seconds of a row's iterations; the one that reaches them is the last.</summary>
    public double Seconds { get; private set; } = 1.5;

    /// <summary>The seconds for all rows.</summary>
    public double Budget { get; private set; } = 300;

    /// <summary>The file with the times of plain PyTorch, or null.</summary>
    public string? Yardstick { get; private set; }

    /// <summary>The file for the table.</summary>
    public string Out { get; private set; } = "gpu.md";

    /// <summary>The title of the table.</summary>
    public string Title { get; private set; } = "This machine";

    /// <summary>Whether the tests that take minutes are run too.</summary>
    public bool AllTests { get; private set; }

    /// <summary>Reads a command line.</summary>
    public static CommandLine Parse(IEnumerable<string> args)
    {
        var options = new CommandLine();
        var left = new Queue<string>(args);
        while (left.TryDequeue(out string? name))
        {
            switch (name)
            {
                case "--quick":
                    options.Quick = true;
                    continue;
                case "--all-tests":
                    options.AllTests = true;
                    continue;
            }

            if (!left.TryDequeue(out string? value))
                throw new ArgumentException($"{name} needs a value, or is not known.");
            options.Set(name, value);
        }

        return options;
    }

    private void Set(string name, string value)
    {
        switch (name)
        {
            case "--devices": Devices = value.Split(','); break;
            case "--engines": Engines = value.Split(','); break;
            case "--data": Data = value.Split(','); break;
            case "--algorithms": Algorithms = [.. value.Split(',').Select(key => Algorithm.Of(key).Key)]; break;
            case "--ranks": Ranks = [.. value.Split(',').Select(Row.Integer)]; break;
            case "--rows": Rows = [.. value.Split(',').Select(Row.Parse)]; break;
            case "--matrix": Matrix = value; break;
            case "--seconds": Seconds = Number(value); break;
            case "--budget": Budget = Number(value); break;
            case "--yardstick": Yardstick = value; break;
            case "--out": Out = value; break;
            case "--title": Title = value; break;
            default: throw new ArgumentException($"There is no option {name}.");
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
