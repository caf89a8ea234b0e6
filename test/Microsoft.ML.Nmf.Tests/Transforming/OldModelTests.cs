using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Transforming;

/// <summary>Files of earlier versions, kept with what they gave when they were written.</summary>
public class OldModelTests
{
    /// <summary>Where they lie.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Reference", "OldModels");

    public static TheoryData<string> Models => [.. Names];

    private static IEnumerable<string> Names
        => Directory.GetFiles(Folder, "*.zip").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    [Theory, MemberData(nameof(Models))]
    public void A_file_of_an_earlier_version_loads_and_gives_the_recorded_bits_now_and_saved_anew(string name)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "expected.json")));
        JsonElement expected = json.RootElement.GetProperty("models").GetProperty(name);
        float[][] rows = [.. Lines(json.RootElement.GetProperty("rows")).Select(line => line.Split(' ').Select(Single).ToArray())];
        var context = new MLContext();
        IDataView data = context.Data.LoadFromEnumerable(rows.Select(row => new Rows.Single { Features = row }));
        ITransformer old = context.Model.Load(Path.Combine(Folder, name + ".zip"), out DataViewSchema schema);
        var file = new MemoryStream();
        context.Model.Save(old, schema, file);
        foreach (ITransformer model in new[] { old, context.Model.Load(file, out _) })
        {
            IDataView output = model.Transform(data);
            foreach (JsonProperty column in expected.GetProperty("columns").EnumerateObject())
            {
                // Rows under β ≠ 2 are brought to a unit since, which changes the last digits.
                if (name == "nmf_beta1")
                    AssertNear(Lines(column.Value), Read(output, column.Name));
                else
                    Assert.Equal(Lines(column.Value), Read(output, column.Name));
            }

            TrainingEnd end = expected.GetProperty("converged").GetBoolean() ? TrainingEnd.Converged : TrainingEnd.IterationsExhausted;
            Assert.Equal(end, History(model is IEnumerable<ITransformer> chain ? chain.Single() : model).End);
        }
    }

    [Fact]
    public void There_is_a_file_of_each_kind() => Assert.Equal(
        [
            "deep_nmf", "deep_nmf_version2", "deep_nmf_version3", "neural_nmf_boolean", "neural_nmf_number", "neural_nmf_text", "neural_nmf_version2",
            "neural_nmf_version3", "nmf_beta1", "nmf_beta2", "nmf_version2", "nmf_version3",
        ],
        Names);

    private static void AssertNear(string[] expected, string[] actual)
    {
        foreach ((string first, string second) in expected.Zip(actual))
        {
            float[] e = [.. first.Split(' ').Select(Single)], a = [.. second.Split(' ').Select(Single)];
            Assert.All(e.Zip(a), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 1e-4 * e.Max(), $"{pair}"));
        }
    }

    private static string[] Read(IDataView view, string column) => view.Schema[column].Type is KeyDataViewType
        ? [.. view.GetColumn<uint>(column).Select(key => key.ToString("x8"))]
        : NewProcess.Bits(view.GetColumn<float[]>(column));

    private static TrainingHistory History(ITransformer model) => model switch
    {
        NmfTransformer nmf => nmf.Model.History,
        DeepNmfTransformer deep => deep.Model.History,
        _ => Assert.IsType<NeuralNmfTransformer>(model).Model.History,
    };

    private static string[] Lines(JsonElement lines) => [.. lines.EnumerateArray().Select(line => line.GetString()!)];

    private static float Single(string bits) => BitConverter.UInt32BitsToSingle(Convert.ToUInt32(bits, 16));
}
