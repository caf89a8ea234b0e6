using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Streaming;

/// <summary>What a training over parts refuses: what was damaged on the way, other features or trainings, and calls out of turn.</summary>
public class PartitionErrorTests
{
    private readonly MLContext _context = new(1);

    [Fact]
    public void States_and_samples_are_the_same_written_and_read_and_refuse_what_is_damaged()
    {
        NmfEstimator estimator = _context.Transforms.Nmf((NmfEstimator.Options)Streamed.Options("Nmf, β = 1"));
        using TrainingPartition part = estimator.OpenPartition(PlantedRows.View(_context, PlantedRows.Of(50, zeros: 0.5), PlantedRows.Names(PlantedRows.Size)));
        PartitionSample sample = part.Sample(20);
        using PartitionedTraining<NmfTransformer> training = estimator.TrainPartitions(sample);
        byte[] state = BytesOf(training.State.Write), rows = BytesOf(sample.Write);
        Assert.Equal(training.State.Bytes, state.Length);
        Assert.Equal(state, BytesOf(PartitionState.Read(new MemoryStream(state)).Write));
        Assert.Equal(rows, BytesOf(PartitionSample.Read(new MemoryStream(rows)).Write));
        Assert.Equal((20, PlantedRows.Size), (sample.Rows, sample.Features));
        foreach (byte[] intact in new[] { state, rows })
        {
            for (int length = 0; length < intact.Length; length += length < 100 ? 1 : 31)
                Assert.Throws<FormatException>(() => _ = intact == state ? (object)PartitionState.Read(new MemoryStream(intact[..length])) : PartitionSample.Read(new MemoryStream(intact[..length])));
        }

        Assert.Throws<FormatException>(() => PartitionState.Read(new MemoryStream(rows)));
        Assert.Throws<FormatException>(() => PartitionSample.Read(new MemoryStream(state)));
        DamagedStreams.Check(state, stream => PartitionState.Read(stream), read =>
        {
            Assert.All(read.Templates.SelectMany(layer => layer.Values.ToArray()), value => Assert.True(float.IsFinite(value)));
            // Templates of other shapes are no state of this training.
            if (read.Templates.Count != 1 || read.Templates[0].Columns != PlantedRows.Rank || read.Templates[0].Rows != PlantedRows.Size)
                Assert.Throws<ArgumentException>(() => part.ComputeStatistics(read));
        });
        DamagedStreams.Check(rows, stream => PartitionSample.Read(stream), read
            => Assert.All(read.Sampled, row => Assert.True(row.Weight > 0 && row.Features.All(feature => feature >= 0 && feature < read.Features))));
    }

    [Fact]
    public void Other_features_another_training_and_calls_out_of_turn_are_refused_with_what_to_do()
    {
        NmfEstimator estimator = _context.Transforms.Nmf((NmfEstimator.Options)Streamed.Options("Nmf, β = 2"));
        float[][] rows = PlantedRows.Of(60);
        string[] names = PlantedRows.Names(PlantedRows.Size), others = [.. names[..7], "another", .. names[8..]];
        using TrainingPartition part = estimator.OpenPartition(PlantedRows.View(_context, rows, names)), renamed = estimator.OpenPartition(PlantedRows.View(_context, rows, others));
        using TrainingPartition wide = estimator.OpenPartition(PlantedRows.View(_context, PlantedRows.Of(60, size: 31)));
        using PartitionedTraining<NmfTransformer> training = estimator.TrainPartitions(part.Sample(60));
        Refused<ArgumentException>("One part of the data has 30 features and another 31. Give all parts the same features. (Parameter 'other')", () => part.Sample(5).Merge(wide.Sample(5)));
        Refused<ArgumentException>("Feature 7 is 'word7' in one part of the data and 'another' in another. Give all parts the same features, for instance by one fitted "
            + "featurizer. (Parameter 'other')", () => part.Sample(5).Merge(renamed.Sample(5)));
        Refused<ArgumentException>("The training has 30 features, but this part of the data has 31. Give all parts the same features, for instance by one fitted featurizer. "
            + "(Parameter 'state')", () => wide.ComputeStatistics(training.State));
        Refused<InvalidOperationException>("No part has said anything yet. Call Advance with the statistics of all parts.", () => training.Finish());

        NmfEstimator kullback = _context.Transforms.Nmf((NmfEstimator.Options)Streamed.Options("Nmf, β = 1"));
        using TrainingPartition other = kullback.OpenPartition(PlantedRows.View(_context, rows, names));
        Refused<ArgumentException>("These are statistics of 60 rows, beta 1, 30 × 4, unit 1, which are of another training. Compute them from the State of this one. "
            + "(Parameter 'merged')", () => training.Advance(other.ComputeStatistics(training.State)));
        DeepNmfEstimator deep = _context.Transforms.DeepNmf((DeepNmfEstimator.Options)Streamed.Options("DeepNmf, β = 2"));
        using TrainingPartition deeper = deep.OpenPartition(PlantedRows.View(_context, rows, names));
        Refused<ArgumentException>("The state has templates of 30 × 4, but the estimator has ranks 6, 4. Open parts and train over them by estimators of the same options. "
            + "(Parameter 'state')", () => deeper.ComputeStatistics(training.State));

        while (training.Advance(part.ComputeStatistics(training.State)))
        {
        }

        Refused<InvalidOperationException>("The training has ended. Call Finish.", () => training.Advance(part.ComputeStatistics(training.State)));
        Assert.Equal(names, training.Finish().Model.FeatureNames);
        Assert.Throws<ArgumentOutOfRangeException>(() => part.Sample(0));
        Assert.Throws<ArgumentNullException>(() => part.ComputeStatistics(null!));
        Assert.Throws<ArgumentNullException>(() => training.Advance(null!));
        Assert.Throws<ArgumentNullException>(() => part.Sample(1).Merge(null!));
        Assert.Throws<ArgumentNullException>(() => estimator.OpenPartition(null!));
        Assert.Throws<ArgumentNullException>(() => estimator.TrainPartitions(null!));
        Refused<InvalidOperationException>("Column 'Features': a part of the training data has no rows. Make fewer parts.", () => estimator.OpenPartition(PlantedRows.View(_context, [])));

        var options = (NmfEstimator.Options)Streamed.Options("Nmf, β = 2");
        (options.BatchSize, options.KeepActivations) = (null, ActivationKeeping.LastIteration);
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf(options).OpenPartition(PlantedRows.View(_context, rows))).Message;
        Assert.StartsWith("KeepActivations is set, which needs all rows at once, but a training over parts of the data never has them in one place. Leave KeepActivations out.", message);
        Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf(options).TrainPartitions(part.Sample(5)));
    }

    private static void Refused<T>(string message, Func<object?> call)
        where T : Exception
        => Assert.Equal(message, Assert.Throws<T>(() => { call(); }).Message);

    private static byte[] BytesOf(Action<Stream> write)
    {
        var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }
}
