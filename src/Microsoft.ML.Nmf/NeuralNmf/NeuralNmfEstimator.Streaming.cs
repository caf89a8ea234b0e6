using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Streaming;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

public sealed partial class NeuralNmfEstimator
{
    /// <inheritdoc />
    private protected override bool ReadsInBatches => _options.IsAutomatic;

    /// <inheritdoc />
    private protected override double? UnitOf(NeuralNmfTransformer previous) => previous.Model.Statistics?.Unit;

    /// <inheritdoc />
    private protected override NeuralNmfTransformer TrainStreamed(
        ComputeEngine engine, StreamedInput<NeuralNmfTransformer> input, ITrainingMonitor monitor, ColumnNames columns)
        => StreamedTraining.Fit(
            PlanOf((input.Features, input.FeatureNames), input.LabelColumn, monitor.Warn, monitor.CheckAlive), engine, input, _options, monitor);

    private NeuralNmfStream PlanOf((int Count, string[]? Names) features, LabelColumn? label, Action<string> warn, Action checkAlive)
    {
        OptionRange.Shape(_options.InitialTemplatesOf(0), features.Count, _options.Ranks[0], "feature", $"{nameof(Options.InitialTemplates)}[0]");
        ClassKeys? classes = label is { } column ? ClassKeys.Of(column) : null;
        return new NeuralNmfStream(
            _options, features, (classes?.Count ?? 0, label?.Share ?? 0), InputColumnName, checkAlive, (result, rows, previous, statistics) =>
            {
                NeuralNmfTransformer made = TransformerOf(result, features.Names, rows, classes, statistics);
                if (previous is not null)
                    made.Model.Restore([.. previous.Model.Layers.Select(layer => layer.GivenNames.ToArray())]);
                return made;
            });
    }

    private NeuralNmfTransformer TransformerOf(
        NeuralNmfResult result, string[]? featureNames, int rows, ClassKeys? classes, TrainingStatistics? statistics)
    {
        NeuralNmfClassifier? classifier = null;
        if (result.Classification is { } layer)
        {
            var weights = FactorMatrix.TakeOver([.. layer.Select(weight => (float)weight)], classes!.Count, _options.Ranks[^1]);
            classifier = new NeuralNmfClassifier(weights, _options.LabelLoss, classes.Names);
        }

        var model = new NeuralNmfModel(
            result.Templates, featureNames, _options.Loss, rows, result.Moments, _options.Normalization, result.Phases, result.Epochs, classifier, result.Scores)
        {
            Statistics = statistics,
        };
        return new NeuralNmfTransformer(
            Host.Register(nameof(NeuralNmfTransformer)), new ColumnNames(InputColumnName, OutputColumnNames), model, _options.Reading.Settings,
            [.. _outputs.Select(o => o.Output)], classes);
    }
}
