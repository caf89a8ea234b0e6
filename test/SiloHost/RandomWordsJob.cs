using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf;

namespace SiloHost;

/// <summary>
/// Rows like short texts, for measurements: 20 words each, of which few are frequent. The argument is "ROWS FEATURES RANK ITERATIONS THREADS".
/// </summary>
public sealed class RandomWordsJob : IClusterJob<NmfTransformer>
{
    private const int WordsPerRow = 20;

    // The k-th part of the words gets the k-th power of a half of what is drawn, about as in texts.
    private const double Steepness = 4;

    public IPartitionedEstimator<NmfTransformer> CreateEstimator(MLContext context, string argument)
        => context.Transforms.Nmf(new NmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = nameof(Row.Words),
            Rank = Number(argument, 2),
            MaximumNumberOfIterations = Number(argument, 3),
            NumberOfThreads = Number(argument, 4),
            Tolerance = 0,
            Seed = 1,
        });

    public IDataView OpenPartition(MLContext context, int partition, int partitions, string argument)
    {
        int rows = Number(argument, 0), features = Number(argument, 1);
        int from = (int)((long)rows * partition / partitions), to = (int)((long)rows * (partition + 1) / partitions);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Words)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features);
        return context.Data.LoadFromEnumerable(Enumerable.Range(from, to - from).Select(row => Make(row, features)), schema);
    }

    private static Row Make(int row, int features)
    {
        var random = new Random(row);
        // Every other word is of the row's topic.
        int topic = random.Next(50);
        var words = new SortedDictionary<int, float>();
        for (int i = 0; i < WordsPerRow; i++)
        {
            int word = (int)(features * Math.Pow(random.NextDouble(), Steepness));
            if (i % 2 == 1)
                word = (word + topic * (features / 50)) % features;
            words[word] = words.GetValueOrDefault(word) + 1;
        }

        return new Row { Words = new VBuffer<float>(features, words.Count, [.. words.Values], [.. words.Keys]) };
    }

    private static int Number(string argument, int word) => int.Parse(argument.Split(' ')[word], CultureInfo.InvariantCulture);

    private sealed class Row
    {
        public VBuffer<float> Words { get; set; }
    }
}
