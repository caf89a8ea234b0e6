using Microsoft.ML;
using Microsoft.ML.Data;

/// <summary>The data that both programs make, and what they print of a model's predictions for it.</summary>
internal static class Rows
{
    public static IDataView Make(MLContext context)
    {
        var random = new Random(1);
        return context.Data.LoadFromEnumerable(Enumerable.Range(0, 60).Select(i => new Row
        {
            Features = [.. Enumerable.Range(0, 12).Select(j => j / 4 == i % 3 ? 1 + random.NextSingle() : random.Next(4) == 0 ? random.NextSingle() : 0)],
        }).ToArray());
    }

    public static void PrintBits(IDataView predicted)
    {
        string[] columns = ["Topics", "Deep", "Neural"];
        foreach (string column in columns)
        {
            foreach (float[] row in predicted.GetColumn<float[]>(column))
                Console.WriteLine($"{column} {string.Join(' ', row.Select(v => BitConverter.SingleToUInt32Bits(v).ToString("x8")))}");
        }
    }

    private sealed class Row
    {
        [VectorType(12)]
        public float[] Features { get; set; } = [];
    }
}
