using System.Text.Json;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>What gensim, scipy and plain loops found in some topics and rows: see insight.py beside the file.</summary>
internal sealed class InsightFixture
{
    private readonly JsonElement _root;

    private InsightFixture(JsonElement root) => _root = root;

    public static InsightFixture Load()
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Reference", "Fixtures", "insight.json")));
        return new(json.RootElement.Clone());
    }

    /// <summary>The topics that it is about, as a model.</summary>
    public NmfModel Model => Make(Build.Matrix(Matrix("templates")), Texts("words"), Numbers("activation_sums"));

    /// <summary>Topics over other words.</summary>
    public NmfModel Other => Make(Build.Matrix(Matrix("other_templates")), Texts("other_words"), [1, 1, 1, 1, 1, 1]);

    public JsonElement this[string name] => _root.GetProperty(name);

    public double[,] Matrix(string name) => MultiplicativeFixture.Matrix(this[name]);

    public double[] Numbers(string name) => Numbers(this[name]);

    public static double[] Numbers(JsonElement values) => [.. values.EnumerateArray().Select(value => value.GetDouble())];

    public static int[] Integers(JsonElement values) => [.. values.EnumerateArray().Select(value => value.GetInt32())];

    public string[] Texts(string name) => [.. this[name].EnumerateArray().Select(value => value.GetString()!)];

    /// <summary>A model of given templates.</summary>
    public static NmfModel Make(FactorMatrix templates, string[]? names, double[] sums, double beta = 2) => new(
        templates, names, beta, 70, new ActivationMoments(sums, [.. sums.Select(_ => 1.0)]), default,
        new TrainingHistory([new TrainingIteration { Number = 0, Objective = 1, Divergence = 1, Seconds = 0 }], TrainingEnd.Converged));
}
