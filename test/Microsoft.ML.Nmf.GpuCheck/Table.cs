using System.Globalization;
using System.Text;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.GpuCheck;

/// <summary>The table, in Markdown.</summary>
internal sealed class Table(Options options, IReadOnlyDictionary<string, DeviceRates> rates, IReadOnlyDictionary<string, ExampleMatrix> data, bool hasGpu)
{
    public void Write(IEnumerable<Measurement> rows, int left)
    {
        var yardstick = options.Yardstick is { } path && File.Exists(path) ? Yardsticks(path) : [];
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"## {options.DeviceName ?? "This machine"}").AppendLine();
        if (!hasGpu)
            text.AppendLine("There is no CUDA device here: only rows for the processor.").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Processor: {Processor()}, {Environment.ProcessorCount} logical processors.");
        foreach ((string device, DeviceRates rate) in rates)
            text.AppendLine(CultureInfo.InvariantCulture, $"On {device} a copy moves {rate.BytesPerSecond / 1e9:F0} GB/s (read plus written), a large float32 product does {rate.OperationsPerSecond / 1e12:G3} TFLOP/s.");
        foreach ((string kind, ExampleMatrix examples) in data)
            text.AppendLine(CultureInfo.InvariantCulture, $"{kind}: {examples.Rows} × {examples.Columns}, {examples.NonZeros} entries that are not zero.");
        text.AppendLine().AppendLine(CostModel.Words).AppendLine();
        text.AppendLine("| data | algorithm | β | rank | engine | device | ms an iteration | GB/s | TFLOP/s | times the least | plain PyTorch, ms |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (Measurement row in rows.OrderBy(row => row.Data).ThenBy(row => Algorithm.All.IndexOf(row.Algorithm)).ThenBy(row => row.Rank).ThenBy(row => row.Engine).ThenBy(row => row.Device))
        {
            string there = row.Engine == "torch" && yardstick.TryGetValue((row.Device, row.Algorithm.Key, row.Data, row.Rank), out double ms) ? Digits(ms) : "";
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Data} | {row.Algorithm.Label} | {row.Algorithm.Beta} | {string.Join(", ", row.Algorithm.RanksOf(row.Rank))} | {row.Engine} | {row.Device} | {Digits(1000 * row.Seconds)} | {Digits(row.Cost.Bytes / row.Seconds / 1e9)} | {Digits(row.Cost.Operations / row.Seconds / 1e12)} | {Digits(row.Seconds / row.LeastSeconds)} | {there} |");
        }

        if (left > 0)
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Left out: {left} rows that would have taken longer than they may.");
        File.WriteAllText(options.Out, text.ToString());
        Console.WriteLine($"The table is in {options.Out}.");
    }

    // Three digits, without an exponent.
    private static string Digits(double value)
        => !double.IsFinite(value) ? "" : value >= 100 ? value.ToString("F0", CultureInfo.InvariantCulture) : Math.Round((decimal)value, Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Max(value, 1e-9))), 0, 9)).ToString(CultureInfo.InvariantCulture);

    // Lines of device, algorithm, data, rank and milliseconds.
    private static Dictionary<(string Device, string Algorithm, string Data, int Rank), double> Yardsticks(string path)
        => File.ReadLines(path).Select(line => line.Split('\t')).Where(parts => parts.Length >= 5).ToDictionary(
            parts => (parts[0], parts[1], parts[2], int.Parse(parts[3], CultureInfo.InvariantCulture)),
            parts => double.Parse(parts[4], CultureInfo.InvariantCulture));

    private static string Processor()
        => !File.Exists("/proc/cpuinfo") ? "unknown" : File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown";
}
