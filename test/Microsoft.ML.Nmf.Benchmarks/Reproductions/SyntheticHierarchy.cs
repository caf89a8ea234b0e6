using System.Text.Json;
using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Benchmarks.Reproductions;

/// <summary>
/// The synthetic hierarchy of the Neural NMF reference implementation, from a JSON file: X, features × examples; labels9, labels4 and labels2, the classes of
/// the examples at three depths; known40, 1 for the examples whose label is known in the semi-supervised runs.
/// </summary>
internal sealed class SyntheticHierarchy
{
    private readonly Row[] _rows;
    private readonly SchemaDefinition _schema = SchemaDefinition.Create(typeof(Row));

    private SyntheticHierarchy(Row[] rows)
    {
        _rows = rows;
        _schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Features.Length);
    }

    /// <summary>The examples, and for each its features, its classes at the depths, and whether they are known.</summary>
    public IReadOnlyList<Row> Rows => _rows;

    /// <summary>Reads the file.</summary>
    public static SyntheticHierarchy Read(string path)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(path));
        JsonElement root = json.RootElement;
        float[][] features = [.. root.GetProperty("X").EnumerateArray().Select(row => row.EnumerateArray().Select(value => value.GetSingle()).ToArray())];
        int[][] classes = [.. new[] { "labels9", "labels4", "labels2" }.Select(Numbers)];
        int[] known = Numbers("known40");
        return new SyntheticHierarchy(
        [
            .. known.Select((k, i) => new Row
            {
                Features = [.. features.Select(feature => feature[i])],
                Classes = [.. classes.Select(depth => depth[i])],
                IsKnown = k == 1,
            }),
        ]);

        int[] Numbers(string name) => [.. root.GetProperty(name).EnumerateArray().Select(value => value.GetInt32())];
    }

    /// <summary>The rows with the classes of a depth as text labels, empty where they are not to be known.</summary>
    public IDataView View(MLContext context, int depth, Func<Row, bool> isKnown)
    {
        foreach (Row row in _rows)
            row.Label = isKnown(row) ? Name(row.Classes[depth]) : "";
        return context.Data.LoadFromEnumerable(_rows.Select(row => (Row)row.Copy()).ToArray(), _schema);
    }

    /// <summary>A class as a label.</summary>
    public static string Name(int number) => $"class {number}";

    internal sealed class Row
    {
        public float[] Features { get; set; } = [];

        public string Label { get; set; } = "";

        [NoColumn]
        public int[] Classes { get; init; } = [];

        [NoColumn]
        public bool IsKnown { get; init; }

        public object Copy() => MemberwiseClone();
    }
}
