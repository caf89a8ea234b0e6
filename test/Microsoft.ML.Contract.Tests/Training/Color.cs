using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.Training;

/// <summary>Three noisy classes over four features, the same at every run.</summary>
internal sealed class Color
{
    private static readonly string[] _names = ["red", "green", "blue"];

    [VectorType(4)]
    public float[]? Features { get; set; }

    public string? Name { get; set; }

    public float Number { get; set; }

    public float Weight { get; set; }

    public static Color[] Sixty()
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, 60).Select(i =>
        {
            var features = Enumerable.Range(0, 4).Select(_ => (float)Math.Round(random.NextDouble() * 2 - 1, 2)).ToArray();
            features[i % 3] += 0.8f;
            return new Color { Features = features, Name = _names[i % 3], Number = i % 3, Weight = 1 + i % 2 };
        })];
    }

    public static IDataView Keyed(MLContext ml, IEnumerable<Color>? colors = null)
    {
        var data = ml.Data.LoadFromEnumerable(Sixty());
        return ml.Transforms.Conversion.MapValueToKey("Label", "Name").Fit(data).Transform(colors is null ? data : ml.Data.LoadFromEnumerable(colors));
    }
}
