using System.Diagnostics;
using Microsoft.ML.Nmf.Orleans;

namespace Microsoft.ML.Nmf;

/// <summary>Training on a cluster.</summary>
public static class ClusterTrainingExtensions
{
    /// <summary>
    /// Trains on rows that the silos of a cluster hold. Each partition is opened on the silo where it lives; an iteration sends the templates to all of them,
    /// and what they compute is merged on the way back. The partitions of a silo that is lost are opened on others, and their part of the iteration is
    /// repeated. The result is the same bits on any number of silos.
    /// </summary>
    /// <remarks>
    /// Templates, history and the decision when to stop are here, in the client, which therefore holds no rows. Where the client itself ends, the training ends
    /// too, and the silos give the memory back after an hour.
    /// </remarks>
    /// <typeparam name="TTransformer">The transformer that training makes.</typeparam>
    /// <param name="grains">The client of a cluster whose silos call <see cref="NmfTrainingHostingExtensions.AddNmfTraining(ISiloBuilder)"/>.</param>
    /// <param name="context">The context to make the transformer in.</param>
    /// <param name="job">What is trained, and how partitions are opened. Silos make another object of its class.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the training; the silos give the memory back.</param>
    /// <exception cref="ArgumentException">Silos could not make an object of the job's class.</exception>
    /// <exception cref="InvalidOperationException">
    /// A partition could not be opened, or computed with, or reached in as many attempts as the options allow; the message names the partition and says why.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static async Task<TTransformer> TrainAsync<TTransformer>(this IGrainFactory grains, MLContext context, IClusterJob<TTransformer> job,
        ClusterTrainingOptions options, CancellationToken cancellationToken = default)
        where TTransformer : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(grains);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(options);
        var cluster = new ClusterTree(grains, JobType.NameOf(job.GetType()), options);
        IPartitionedEstimator<TTransformer> estimator = job.CreateEstimator(context, options.Argument);
        try
        {
            PartitionAnswer sample = await cluster.SampleAsync(options.SampleRows, cancellationToken).ConfigureAwait(false);
            using PartitionedTraining<TTransformer> training = estimator.TrainPartitions(PartitionSample.Read(new MemoryStream(sample.Content)));
            for (bool goesOn = true; goesOn;)
            {
                long start = Stopwatch.GetTimestamp();
                PartitionAnswer answer = await cluster.StatisticsAsync(training.State, cancellationToken).ConfigureAwait(false);
                goesOn = training.Advance(TrainingStatistics.Read(new MemoryStream(answer.Content)));
                options.Progress?.Report(new ClusterTrainingProgress
                {
                    Iteration = training.History[^1],
                    Silos = answer.Silos.Length,
                    NetworkBytes = answer.NetworkBytes,
                    Repetitions = answer.Repetitions,
                    Duration = Stopwatch.GetElapsedTime(start),
                });
            }

            return training.Finish();
        }
        finally
        {
            await cluster.ReleaseAsync().ConfigureAwait(false);
        }
    }
}
