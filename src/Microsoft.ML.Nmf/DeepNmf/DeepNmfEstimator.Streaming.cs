using Microsoft.ML.Nmf.DeepNmf;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Streaming;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

public sealed partial class DeepNmfEstimator : IPartitionedEstimator<DeepNmfTransformer>
{
    /// <inheritdoc />
    public TrainingPartition OpenPartition(IDataView rows) => Partitioning.Open(rows, InputColumnName, _options, Host, PlanOf);

    /// <inheritdoc />
    public PartitionedTraining<DeepNmfTransformer> TrainPartitions(PartitionSample sample) => Partitioning.Begin(sample, _options, Host, PlanOf);

    /// <inheritdoc />
    private protected override double? UnitOf(DeepNmfTransformer previous) => previous.Model.Statistics?.Unit;

    /// <inheritdoc />
    private protected override DeepNmfTransformer TrainStreamed(
        ComputeEngine engine, StreamedInput<DeepNmfTransformer> input, ITrainingMonitor monitor, ColumnNames columns)
        => StreamedTraining.Fit(PlanOf((input.Features, input.FeatureNames), monitor.Warn), engine, input, _options, monitor);

    private DeepNmfStream PlanOf((int Count, string[]? Names) features, Action<string> warn)
    {
        OptionRange.Shape(_options.InitialTemplatesOf(0), features.Count, _options.Ranks[0], "feature", $"{nameof(Options.InitialTemplates)}[0]");
        var columns = new ColumnNames(InputColumnName, OutputColumnNames);
        return new DeepNmfStream(_options, features, InputColumnName, (result, rows, previous, statistics) =>
        {
            DeepNmfModel model = ModelOf(result, features.Names, rows, statistics);
            if (previous is not null)
                model.Restore([.. previous.Model.Layers.Select(layer => layer.GivenNames.ToArray())]);
            return TransformerOf(model, columns);
        });
    }
}
