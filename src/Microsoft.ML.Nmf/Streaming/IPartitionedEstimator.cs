namespace Microsoft.ML.Nmf;

/// <summary>
/// An estimator whose data may lie in parts, on several machines. Each part is opened where it is, and says in every iteration what its rows know about the
/// templates; these statistics merge, and whoever leads the training improves the templates by them.
/// </summary>
/// <remarks>
/// An iteration of all parts is one of alternating minimisation on all rows: activations exactly, then templates.
/// </remarks>
/// <example>
/// On one machine, over two parts:
/// <code>
/// var mlContext = new MLContext(seed: 1);
/// IDataView texts = mlContext.Data.LoadFromEnumerable(new[]
/// {
///     new { Text = "moon stars night" },
///     new { Text = "comet stars night" },
///     new { Text = "bread oven flour" },
///     new { Text = "cake oven flour" },
/// });
/// IDataView words = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text", minimumDocuments: 1).Fit(texts).Transform(texts);
/// NmfEstimator estimator = mlContext.Transforms.Nmf("Topics", "Words", rank: 2);
/// using TrainingPartition first = estimator.OpenPartition(mlContext.Data.TakeRows(words, 2));
/// using TrainingPartition second = estimator.OpenPartition(mlContext.Data.SkipRows(words, 2));
/// using var training = estimator.TrainPartitions(first.Sample(8192).Merge(second.Sample(8192)));
/// while (training.Advance(first.ComputeStatistics(training.State).Merge(second.ComputeStatistics(training.State))))
///     Console.WriteLine(training.History[^1].Objective);
/// NmfTransformer model = training.Finish();
/// </code>
/// </example>
/// <typeparam name="TTransformer">The transformer that fitting makes.</typeparam>
public interface IPartitionedEstimator<TTransformer>
    where TTransformer : class, ITransformer
{
    /// <summary>Reads a part of the data into memory.</summary>
    /// <param name="rows">The rows of the part, with the input column.</param>
    /// <exception cref="ArgumentNullException"><paramref name="rows"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of a wrong type.</exception>
    /// <exception cref="InvalidOperationException">There are no rows, or a value is not possible.</exception>
    TrainingPartition OpenPartition(IDataView rows);

    /// <summary>Begins a training from some rows of every part.</summary>
    /// <param name="sample">Some rows of every part, merged; the start is made from them alone.</param>
    /// <exception cref="ArgumentNullException"><paramref name="sample"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option does not fit the features, or needs all rows on one machine.</exception>
    PartitionedTraining<TTransformer> TrainPartitions(PartitionSample sample);
}
