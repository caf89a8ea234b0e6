using System.Globalization;

namespace Microsoft.ML.Nmf.GpuCheck;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    /// <summary>Devices of the Torch engine.</summary>
    public IReadOnlyList<string> Devices { get; private set; } = ["cpu", "cuda"];

    /// <summary>Engines to time.</summary>
    public IReadOnlyList<string> Engines { get; private set; } = ["managed", "torch"];

    /// <summary>Algorithms to time, by the names in <see cref="Algorithm"/>.</summary>
    public IReadOnlyList<string> Algorithms { get; private set; } = [];

    /// <summary>Kinds of data to time.</summary>
    public IReadOnlyList<string> Data { get; private set; } = ["dense", "sparse"];

    /// <summary>Ranks to time.</summary>
    public IReadOnlyList<int> Ranks { get; private set; } = [20, 50, 128];

    /// <summary>Rows and columns of the dense matrix.</summary>
    public int DenseSize { get; private set; } = 2000;

    /// <summary>By what the rows, columns and entries of the sparse matrix are divided.</summary>
    public int SparseDivisor { get; private set; } = 1;

    /// <summary>A file with the sparse matrix, or null to make one.</summary>
    public string? Matrix { get; private set; }

    /// <summary>The most seconds for a row of the table.</summary>
    public double Seconds { get; private set; } = 1.5;

    /// <summary>The seconds after which no more rows are begun.</summary>
    public double Budget { get; private set; } = 200;

    /// <summary>The times of the same work in plain PyTorch, or null.</summary>
    public string? Yardstick { get; private set; }

    /// <summary>The file for the table.</summary>
    public string Out { get; private set; } = "gpu.md";

    /// <summary>What the device is called, for the table.</summary>
    public string? DeviceName { get; private set; }

    /// <summary>Whether the tests that take minutes are run too.</summary>
    public bool AllTests { get; private set; }

    /// <summary>Reads a command line.</summary>
    public static Options Parse(IEnumerable<string> args)
    {
        var options = new Options();
        var left = new Queue<string>(args);
        while (left.TryDequeue(out string? name))
        {
            if (name == "--all-tests")
            {
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
            case "--algorithms": Algorithms = value.Split(','); break;
            case "--data": Data = value.Split(','); break;
            case "--ranks": Ranks = [.. value.Split(',').Select(Integer)]; break;
            case "--dense-size": DenseSize = Integer(value); break;
            case "--sparse-divisor": SparseDivisor = Integer(value); break;
            case "--matrix": Matrix = value; break;
            case "--seconds": Seconds = Number(value); break;
            case "--budget": Budget = Number(value); break;
            case "--yardstick": Yardstick = value; break;
            case "--out": Out = value; break;
            case "--device-name": DeviceName = value; break;
            default: throw new ArgumentException($"There is no option {name}.");
        }
    }

    private static int Integer(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
