using System.Globalization;
using System.Text;
using Microsoft.ML.Nmf.GpuCheck.Measuring;

namespace Microsoft.ML.Nmf.GpuCheck.Tabulating;

/// <summary>The table, in Markdown; written anew with every row.</summary>
/// <param name="options">What was asked for.</param>
/// <param name="planned">The number of rows that it would have.</param>
/// <param name="hasGpu">Whether there is a GPU.</param>
internal sealed class Table(CommandLine options, int planned, bool hasGpu)
{
    private readonly List<Measurement> _rows = [];
    private readonly Dictionary<string, DeviceRates> _rates = [];
    private readonly Dictionary<string, DataShape> _data = [];
    private readonly Yardstick _yardstick = Yardstick.Read(options.Yardstick);

    /// <summary>The rows that it has.</summary>
    public int Count => _rows.Count;

    /// <summary>Takes note of how large the data is, and how fast a device.</summary>
    public void Add(Place place, Ready ready)
    {
        _data[place.Data] = ready.Data;
        _rates.TryAdd(place.Device, ready.Rates);
    }

    /// <summary>Adds a row.</summary>
    public void Add(Place place, Measured measured)
    {
        _rows.Add(new Measurement(place, measured));
        Write();
    }

    /// <summary>Writes what there is.</summary>
    public void Write()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"## {options.Title}").AppendLine();
        if (!hasGpu)
            text.AppendLine("There is no CUDA device here: only rows for the processor.").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Processor: {Processor()}, {Environment.ProcessorCount} logical processors.");
        foreach ((string device, DeviceRates rate) in _rates.Where(entry => double.IsFinite(entry.Value.BytesPerSecond)))
        {
            string copy = string.Create(CultureInfo.InvariantCulture, $"a copy moves {rate.BytesPerSecond / 1e9:F0} GB/s (read plus written)");
            text.AppendLine(CultureInfo.InvariantCulture, $"On {device} {copy}, a large float32 product does {rate.OperationsPerSecond / 1e12:G3} TFLOP/s.");
        }

        foreach ((string kind, DataShape shape) in _data)
            text.AppendLine(CultureInfo.InvariantCulture, $"{kind}: {shape.Rows} × {shape.Columns}, {shape.NonZeros} entries that are not zero.");
        text.AppendLine().AppendLine(CostModel.Words).AppendLine();
        text.AppendLine("| data | algorithm | β | rank | engine | device | ms an iteration | GB/s | TFLOP/s | times the least | plain PyTorch, ms |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (Measurement row in _rows
            .OrderBy(row => options.Data.TakeWhile(kind => kind != row.Place.Data).Count())
            .ThenBy(row => Algorithm.All.IndexOf(Algorithm.Of(row.Result.Row.Algorithm))).ThenBy(row => row.Result.Row.Rank)
            .ThenBy(row => row.Place.Engine).ThenBy(row => row.Place.Device))
        {
            text.AppendLine(Line(row));
        }

        if (_rows.Any(row => row.Result.Iterations == 1))
            text.AppendLine().AppendLine("\\* Only one iteration, the first: it took longer than all iterations of a row may.");
        if (Count < planned)
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Left out for want of time: {planned - Count} of {planned} rows.");
        // In one step: whoever ends this program finds a whole table.
        File.WriteAllText(options.Out + ".part", text.ToString());
        File.Move(options.Out + ".part", options.Out, overwrite: true);
    }

    private string Line(Measurement row)
    {
        (string engine, string device, string data) = row.Place;
        Measured result = row.Result;
        var algorithm = Algorithm.Of(result.Row.Algorithm);
        string once = result.Iterations == 1 ? " \\*" : "";
        double least = _rates[device].LeastSeconds(result.Cost);
        string plain = engine == "torch" ? Digits(_yardstick.Milliseconds(device, data, result.Row)) : "";
        string ranks = string.Join(", ", algorithm.RanksOf(result.Row.Rank)), beta = algorithm.Beta.ToString(CultureInfo.InvariantCulture);
        string bytes = Digits(result.Cost.Bytes / result.Seconds / 1e9), operations = Digits(result.Cost.Operations / result.Seconds / 1e12);
        return $"| {data} | {algorithm.Label} | {beta} | {ranks} | {engine} | {device} |"
            + $" {Digits(1000 * result.Seconds)}{once} | {bytes} | {operations} | {Digits(result.Seconds / least)} | {plain} |";
    }

    // Three digits, without an exponent; nothing where it is not known.
    private static string Digits(double value)
    {
        if (!double.IsFinite(value))
            return "";
        int decimals = Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Max(value, 1e-9))), 0, 9);
        return Math.Round((decimal)value, decimals).ToString(CultureInfo.InvariantCulture);
    }

    private static string Processor()
        => !File.Exists("/proc/cpuinfo") ? "unknown"
        : File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown";
}
