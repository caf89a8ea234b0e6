using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace Microsoft.ML.Nmf.Benchmarks.FewLabels;

/// <summary>What a linear classifier sees of a text.</summary>
/// <param name="Column">The column it is in.</param>
/// <param name="L2">
/// The one penalty of the classifier's weights, which was best on other seeds; null for the penalties that the trainer has by default, which suit activations.
/// </param>
/// <param name="Iterations">The most iterations of the classifier, and the steps that it remembers.</param>
/// <param name="Transformer">Makes the column from the words; null for the words themselves.</param>
internal sealed record Representation(string Column, float? L2, ITransformer? Transformer = null, (int Most, int Remembered) Iterations = default)
{
    private static readonly (int Most, int Remembered) _usual = (100, 20);

    /// <summary>The share of the test texts that a classifier trained on labelled texts gets right.</summary>
    public double Accuracy(MLContext context, IDataView labelled, IDataView test)
    {
        (int most, int remembered) = Iterations == default ? _usual : Iterations;
        var options = new LbfgsMaximumEntropyMulticlassTrainer.Options
        {
            LabelColumnName = WordFeatures.LabelKey,
            FeatureColumnName = Column,
            MaximumNumberOfIterations = most,
            HistorySize = remembered,
        };
        if (L2 is { } penalty)
            (options.L1Regularization, options.L2Regularization) = (0, penalty);
        LbfgsMaximumEntropyMulticlassTrainer trainer = context.MulticlassClassification.Trainers.LbfgsMaximumEntropy(options);
        // The trainer passes over its data many times.
        IDataView training = context.Data.Cache(Apply(labelled), Column, WordFeatures.LabelKey);
        IDataView predicted = trainer.Fit(training).Transform(Apply(test));
        return context.MulticlassClassification.Evaluate(predicted, labelColumnName: WordFeatures.LabelKey).MicroAccuracy;
    }

    /// <summary>The time that reading the column for all rows takes, in a second pass.</summary>
    public double SecondsToRead(IDataView view)
    {
        IDataView columns = Apply(view);
        var clock = new Stopwatch();
        for (int pass = 0; pass < 2; pass++)
        {
            clock.Restart();
            using DataViewRowCursor cursor = columns.GetRowCursor([columns.Schema[Column]]);
            ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(columns.Schema[Column]);
            VBuffer<float> value = default;
            while (cursor.MoveNext())
                getter(ref value);
        }

        return clock.Elapsed.TotalSeconds;
    }

    private IDataView Apply(IDataView view) => Transformer?.Transform(view) ?? view;
}
