using System.Globalization;

namespace Microsoft.ML.Nmf.GpuCheck.Measuring;

/// <summary>An algorithm at a rank: what a row of the table is measured for, on some data and engine.</summary>
/// <param name="Algorithm">The key of an <see cref="Measuring.Algorithm"/>.</param>
/// <param name="Rank">The widest rank.</param>
internal readonly record struct Row(string Algorithm, int Rank)
{
    /// <summary>Reads what <see cref="ToString"/> writes, as "cd:20".</summary>
    public static Row Parse(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length != 2)
            throw new FormatException($"{text} is not an algorithm and a rank.");
        return new Row(Measuring.Algorithm.Of(parts[0]).Key, Integer(parts[1]));
    }

    /// <summary>Reads an integer.</summary>
    public static int Integer(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Algorithm}:{Rank}");
}
