using System.Globalization;
using Microsoft.ML.Nmf.GpuCheck.Measuring;

namespace Microsoft.ML.Nmf.GpuCheck.Tabulating;

/// <summary>The times that yardstick.py has measured.</summary>
internal sealed class Yardstick
{
    private readonly Dictionary<(string Device, string Data, Row Row), double> _milliseconds = [];

    private Yardstick()
    {
    }

    /// <summary>
    /// Reads a file with a line of device, data, algorithm, rank, milliseconds and layout each, tabs between them. A line that was not written to its end is
    /// left out.
    /// </summary>
    public static Yardstick Read(string? path)
    {
        var yardstick = new Yardstick();
        if (path is null || !File.Exists(path))
            return yardstick;
        foreach (string[] parts in File.ReadLines(path).Select(line => line.Split('\t')).Where(parts => parts.Length == 6))
            yardstick._milliseconds[(parts[0], parts[1], new Row(parts[2], Row.Integer(parts[3])))] = double.Parse(parts[4], CultureInfo.InvariantCulture);
        return yardstick;
    }

    /// <summary>The time of an iteration; NaN where it was not measured.</summary>
    public double Milliseconds(string device, string data, Row row) => _milliseconds.GetValueOrDefault((device, data, row), double.NaN);
}
