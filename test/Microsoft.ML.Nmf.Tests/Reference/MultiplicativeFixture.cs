using System.Text.Json;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>A run of multiplicative updates in float64 by an independent program: see the file's own "about".</summary>
internal sealed record MultiplicativeFixture(double Beta, double L1, double L2, double[,] X, double[,] H0, double[,] W0, double[] Divergence, IReadOnlyDictionary<int, (double[,] H, double[,] W)> After)
{
    public static MultiplicativeFixture Load(string name)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Reference", "Fixtures", name + ".json")));
        JsonElement root = json.RootElement;
        return new MultiplicativeFixture(
            root.GetProperty("beta").GetDouble(), root.GetProperty("l1").GetDouble(), root.GetProperty("l2").GetDouble(),
            Matrix(root.GetProperty("X")), Matrix(root.GetProperty("H0")), Matrix(root.GetProperty("W0")),
            [.. root.GetProperty("divergence").EnumerateArray().Select(v => v.GetDouble())],
            root.GetProperty("after").EnumerateObject().ToDictionary(p => int.Parse(p.Name), p => (Matrix(p.Value.GetProperty("H")), Matrix(p.Value.GetProperty("W")))));
    }

    internal static double[,] Matrix(JsonElement rows)
    {
        double[][] values = [.. rows.EnumerateArray().Select(row => row.EnumerateArray().Select(v => v.GetDouble()).ToArray())];
        var matrix = new double[values.Length, values[0].Length];
        for (int i = 0; i < values.Length; i++)
        {
            for (int j = 0; j < values[0].Length; j++)
                matrix[i, j] = values[i][j];
        }

        return matrix;
    }
}
