using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Streaming;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

public sealed partial class NmfEstimator : IPartitionedEstimator<NmfTransformer>
{
    /// <inheritdoc />
    public TrainingPartition OpenPartition(IDataView rows) => Partitioning.Open(rows, InputColumnName, _options, Host, PlanOf);

    /// <inheritdoc />
    public PartitionedTraining<NmfTransformer> TrainPartitions(PartitionSample sample) => Partitioning.Begin(sample, _options, Host, PlanOf);

    /// <inheritdoc />
    private protected override double? UnitOf(NmfTransformer previous) => previous.Model.Statistics?.Unit;

    /// <inheritdoc />
    private protected override NmfTransformer TrainStreamed(
        ComputeEngine engine, StreamedInput<NmfTransformer> input, ITrainingMonitor monitor, ColumnNames columns)
        => StreamedTraining.Fit(PlanOf((input.Features, input.FeatureNames), monitor.Warn), engine, input, _options, monitor);

    private NmfStream PlanOf((int Count, string[]? Names) features, Action<string> warn)
    {
        OptionRange.Shape(_options.InitialTemplates, features.Count, _options.Rank, "feature", nameof(Options.InitialTemplates));
        OptionRange.Shape(_options.FixedTemplates, features.Count, _options.NumberFixed, "feature", nameof(Options.FixedTemplates));
        Options options = WithSeeds(_options, features.Names, warn);
        var columns = new ColumnNames(InputColumnName, OutputColumnNames);
        return new NmfStream(options, features, InputColumnName, (result, rows, previous, statistics) =>
        {
            NmfModel model = ModelOf(result, features.Names, rows, options, statistics);
            if (previous is not null)
                model.Restore([.. previous.Model.GivenNames]);
            return TransformerOf(model, SettingsOf(result, options), options, columns);
        });
    }
}
