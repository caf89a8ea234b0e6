using System.Text.Json;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>A chain trained in float64 by an independent program: see the file's own "about". Its W1 is the deepest of its templates, index 1 here.</summary>
internal sealed record ChainFixture(double Beta, double[,] X, double[][,] Initial, double[] Divergence, IReadOnlyDictionary<int, double[][,]> After)
{
    private static readonly string[] _names = ["H", "W1", "W2", "W3"];

    public static ChainFixture Load(string name)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Reference", "Fixtures", name + ".json")));
        JsonElement root = json.RootElement;
        return new ChainFixture(root.GetProperty("beta").GetDouble(), MultiplicativeFixture.Matrix(root.GetProperty("X")), Factors(root.GetProperty("initial")),
            [.. root.GetProperty("divergence").EnumerateArray().Select(v => v.GetDouble())],
            root.GetProperty("after").EnumerateObject().ToDictionary(p => int.Parse(p.Name), p => Factors(p.Value)));
    }

    private static double[][,] Factors(JsonElement factors) => [.. _names.Select(n => MultiplicativeFixture.Matrix(factors.GetProperty(n)))];
}
