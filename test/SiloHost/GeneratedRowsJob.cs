using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf;

namespace SiloHost;

/// <summary>
/// Rows made of three patterns and some noise, the same whoever makes them. The argument is "ROWS FEATURES ITERATIONS", and may go on with a
/// partition that cannot be opened.
/// </summary>
public sealed class GeneratedRowsJob : IClusterJob<NmfTransformer>
{
    public const int Rank = 3;

    public IPartitionedEstimator<NmfTransformer> CreateEstimator(MLContext context, string argument)
        => context.Transforms.Nmf(new NmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            Rank = Rank,
            MaximumNumberOfIterations = Number(argument, 2),
            Tolerance = 0,
        });

    public IDataView OpenPartition(MLContext context, int partition, int partitions, string argument)
    {
        if (argument.Split(' ').Length > 3 && Number(argument, 3) == partition)
            throw new FileNotFoundException("There is no such part of the rows.");
        int rows = Number(argument, 0), features = Number(argument, 1);
        int from = (int)((long)rows * partition / partitions), to = (int)((long)rows * (partition + 1) / partitions);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features);
        return context.Data.LoadFromEnumerable(Enumerable.Range(from, to - from).Select(row => Make(row, features)), schema);
    }

    // A third of the features belongs to each pattern.
    private static Row Make(int row, int features)
    {
        var random = new Random(row);
        float[] amounts = [.. Enumerable.Range(0, Rank).Select(_ => random.NextSingle())];
        return new Row { Features = [.. Enumerable.Range(0, features).Select(j => amounts[j % Rank] * (1 + j % 5) + 0.1f * random.NextSingle())] };
    }

    private static int Number(string argument, int word) => int.Parse(argument.Split(' ')[word], CultureInfo.InvariantCulture);

    private sealed class Row
    {
        public float[] Features { get; set; } = [];
    }
}
