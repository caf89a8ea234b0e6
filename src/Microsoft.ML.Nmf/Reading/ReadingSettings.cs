using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Reading;

/// <summary>How the values of a row are read, in training and when transforming alike.</summary>
/// <param name="Missing">What missing values mean; null where a model knows no holes.</param>
/// <param name="Negative">What happens to negative values.</param>
/// <param name="FeatureWeights">How often each feature counts; null for once.</param>
internal sealed record ReadingSettings(MissingValues? Missing = null, NegativeValues Negative = NegativeValues.Refuse, float[]? FeatureWeights = null)
{
    /// <summary>Whether values may be holes.</summary>
    public bool AreMissing => Missing == MissingValues.AreMissing;
}

/// <summary>How the rows of a training are read and counted.</summary>
/// <param name="Settings">How values are read.</param>
/// <param name="WeightColumnName">The column of weights; null for none.</param>
/// <param name="Beta">β of what is minimised.</param>
/// <param name="Penalties">The penalties on the activations, and on the templates next to the features.</param>
internal sealed record ReadingPlan(ReadingSettings Settings, string? WeightColumnName, double Beta, (Penalty Activations, Penalty Templates) Penalties)
{
    /// <summary>Rows as they are, each once.</summary>
    public static ReadingPlan Plain { get; } = new(new ReadingSettings(), null, BetaDivergence.Euclidean, default);

    /// <summary>Whether values may be holes, or rows or features count with weights.</summary>
    public bool CountsUnevenly => Settings.AreMissing || WeightColumnName is not null || Settings.FeatureWeights is not null;

    /// <summary>Whether entries are listed one by one with their weights, whatever rows there are; null where that depends on the weights of rows.</summary>
    public bool? Observes => Settings.AreMissing || !CountOf(null).MayScale(WeightColumnName is not null) ? true : null;

    /// <summary>The exception for data without rows that count.</summary>
    public InvalidOperationException NoRows(FeatureColumn column)
        => new($"Column '{column.Name}': the training data has no rows"
            + (WeightColumnName is null ? "." : $" whose weight in column '{WeightColumnName}' is above 0."));

    /// <summary>How the rows that were read become a matrix.</summary>
    /// <param name="rowWeights">The weight of each row that was kept; null without a column of weights.</param>
    public ExampleCount CountOf(float[]? rowWeights) => new(Settings.AreMissing, rowWeights, Settings.FeatureWeights, Beta, Penalties);

    /// <summary>Refuses feature weights that do not fit the data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is another number of features.</exception>
    public void Check(FeatureColumn column)
    {
        if (Settings.FeatureWeights is { } weights && weights.Length != column.Size)
        {
            throw new ArgumentOutOfRangeException(nameof(Settings.FeatureWeights), weights.Length,
                $"FeatureWeights has {weights.Length} values, but column '{column.Name}' has {column.Size} features: give one weight for each.");
        }
    }
}
