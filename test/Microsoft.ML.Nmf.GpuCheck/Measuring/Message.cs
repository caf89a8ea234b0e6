using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Nmf.GpuCheck.Measuring;

/// <summary>What a process that measures rows tells the one that started it: a line of JSON each.</summary>
[JsonDerivedType(typeof(Ready), nameof(Ready))]
[JsonDerivedType(typeof(Begun), nameof(Begun))]
[JsonDerivedType(typeof(Measured), nameof(Measured))]
internal abstract record Message
{
    private static readonly JsonSerializerOptions _options = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Reads a line; null where it is something else, such as a library's warning.</summary>
    public static Message? Parse(string line)
    {
        try
        {
            return line.StartsWith('{') ? JsonSerializer.Deserialize<Message>(line, _options) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes the line.</summary>
    public void Send() => Console.WriteLine(JsonSerializer.Serialize(this, _options));
}

/// <summary>The data is loaded.</summary>
/// <param name="Data">How large it is.</param>
/// <param name="Rates">What the device does at its best.</param>
internal sealed record Ready(DataShape Data, DeviceRates Rates) : Message;

/// <summary>A row is begun.</summary>
/// <param name="Row">Which.</param>
internal sealed record Begun(Row Row) : Message;

/// <summary>A row is measured.</summary>
/// <param name="Row">Which.</param>
/// <param name="Seconds">The median of the iterations.</param>
/// <param name="Iterations">How many there were; 1 where the first one already took longer than a row may, and was not repeated.</param>
/// <param name="Cost">The least work of one.</param>
internal sealed record Measured(Row Row, double Seconds, int Iterations, Cost Cost) : Message;
