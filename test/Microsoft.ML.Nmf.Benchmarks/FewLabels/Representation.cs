namespace Microsoft.ML.Nmf.Benchmarks.FewLabels;

/// <summary>What a linear classifier sees of a text.</summary>
/// <param name="Column">The column it is in.</param>
/// <param name="L2">
/// The penalty of the classifier's weights. Activations are small numbers, which need large weights; each representation has the penalty that was best for it
/// on other seeds.
/// </param>
/// <param name="Transformer">Makes the column from the words; null for the words themselves.</param>
internal sealed record Representation(string Column, float L2, ITransformer? Transformer = null)
{
    /// <summary>The share of the test texts that a classifier trained on labelled texts gets right.</summary>
    public double Accuracy(MLContext context, IDataView labelled, IDataView test)
    {
        var trainer = context.MulticlassClassification.Trainers.LbfgsMaximumEntropy(new()
        {
            LabelColumnName = WordFeatures.LabelKey,
            FeatureColumnName = Column,
            L1Regularization = 0,
            L2Regularization = L2,
            MaximumNumberOfIterations = 100,
        });
        // The trainer passes over its data many times.
        IDataView training = context.Data.Cache(Apply(labelled), Column, WordFeatures.LabelKey);
        IDataView predicted = trainer.Fit(training).Transform(Apply(test));
        return context.MulticlassClassification.Evaluate(predicted, labelColumnName: WordFeatures.LabelKey).MicroAccuracy;
    }

    private IDataView Apply(IDataView view) => Transformer?.Transform(view) ?? view;
}
