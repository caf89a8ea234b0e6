using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML;

/// <summary>Adds deep non-negative matrix factorization to <see cref="MLContext.Transforms"/>.</summary>
public static class DeepNmfCatalog
{
    /// <summary>
    /// Deep non-negative matrix factorization: learns several layers of ever coarser components of a vector column together, and gives each row the
    /// activations of the deepest.
    /// </summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="outputColumnName">The column of activations to make: a vector of Single of the size of the deepest layer.</param>
    /// <param name="inputColumnName">
    /// The column of features: a vector of Single or Double, of one size in all rows, not negative, sparse or dense; null means <paramref name="outputColumnName"/>.
    /// A missing value (NaN) ends the reading with an <see cref="InvalidOperationException"/> that names the row: replace such values before.
    /// </param>
    /// <param name="ranks">
    /// The components of each layer, from the one next to the features to the deepest, at least 1 each and none above the one before; null means 24, 10 and 4.
    /// </param>
    /// <param name="beta">β of the divergence that is minimised, any finite number; see <see cref="BetaDivergence"/>.</param>
    /// <param name="maximumNumberOfIterations">The most iterations of the joint training, at least 1.</param>
    /// <param name="seed">The seed of everything random; null takes one from the context.</param>
    /// <returns>
    /// An estimator. Fitting it reads the data once and gives a <see cref="DeepNmfTransformer"/>, which adds
    /// the activations of the deepest layer, those of a row of zeros all 0. Each slot has mean square 1 over the training rows
    /// (<see cref="ActivationNormalization.UnitMeanSquare"/>).
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    /// <exception cref="ArgumentException">A column name is empty, or <paramref name="outputColumnName"/> or the catalog is null.</exception>
    /// <example>
    /// <code>
    /// var mlContext = new MLContext(seed: 1);
    /// IDataView data = mlContext.Data.LoadFromEnumerable(new[]
    /// {
    ///     new { Text = "moon stars night" },
    ///     new { Text = "comet stars night" },
    ///     new { Text = "bread oven flour" },
    ///     new { Text = "cake oven flour" },
    /// });
    /// var pipeline = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text", minimumDocuments: 1)
    ///     .Append(mlContext.Transforms.DeepNmf("Fields", "Words", ranks: [3, 2]));
    /// foreach (TopicNode field in pipeline.Fit(data).FindDeepNmf().Model.GetHierarchy(wordsPerTopic: 3))
    ///     Console.WriteLine($"{field.Topic}, with {field.Children.Count} finer topics");
    /// </code>
    /// </example>
    public static DeepNmfEstimator DeepNmf(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        IReadOnlyList<int>? ranks = null, double beta = NmfEstimator.Defaults.Beta,
        int maximumNumberOfIterations = NmfEstimator.Defaults.MaximumNumberOfIterations, int? seed = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        if (inputColumnName is not null)
            ArgumentException.ThrowIfNullOrEmpty(inputColumnName);
        return catalog.DeepNmf(new DeepNmfEstimator.Options
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
            Ranks = ranks ?? DeepNmfEstimator.Defaults.Ranks,
            Beta = beta,
            MaximumNumberOfIterations = maximumNumberOfIterations,
            Seed = seed,
        });
    }

    /// <summary>Deep non-negative matrix factorization with all its options.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="options">The options, which are read when this is called.</param>
    /// <remarks>
    /// <see cref="FactorizationOptions.Normalization"/> says how the activations are scaled. A missing value (NaN) among the features ends the reading with an
    /// <see cref="InvalidOperationException"/> that names the row: replace such values before, or set <see cref="DeepNmfEstimator.Options.MissingValues"/>.
    /// </remarks>
    /// <returns>
    /// An estimator. Fitting it reads the data once and gives a <see cref="DeepNmfTransformer"/>, which adds
    /// the activations of the deepest layer, and those of other layers that the options name.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">Options do not fit each other.</exception>
    /// <exception cref="ArgumentNullException">The catalog or the options are null.</exception>
    /// <exception cref="InvalidOperationException">The application loaded a version of ML.NET that this package is not made for.</exception>
    /// <example>
    /// <code>
    /// var mlContext = new MLContext(seed: 1);
    /// IDataView data = mlContext.Data.LoadFromEnumerable(new[]
    /// {
    ///     new { Text = "moon stars night" },
    ///     new { Text = "comet stars night" },
    ///     new { Text = "bread oven flour" },
    ///     new { Text = "cake oven flour" },
    /// });
    /// var pipeline = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text", minimumDocuments: 1)
    ///     .Append(mlContext.Transforms.DeepNmf(new DeepNmfEstimator.Options
    ///     {
    ///         OutputColumnName = "Fields",
    ///         InputColumnName = "Words",
    ///         Ranks = [3, 2],
    ///         LayerOutputColumnNames = ["Topics"],                    // the activations of the finer layer too
    ///         Normalization = ActivationNormalization.Shares,         // each row of either adds up to 1
    ///     }));
    /// DeepNmfModel model = pipeline.Fit(data).FindDeepNmf().Model;
    /// foreach (TopicLink link in model.Deepest.GetLinks(topic: 0))
    ///     Console.WriteLine($"{link.Share:P0} of topic {link.Topic}");
    /// </code>
    /// </example>
    public static DeepNmfEstimator DeepNmf(this TransformsCatalog catalog, DeepNmfEstimator.Options options)
    {
        MLNetVersion.Check();
        ArgumentNullException.ThrowIfNull(options);
        return Create(catalog, options);
    }

    // Apart, so that nothing of ML.NET's internals is loaded before its version is checked.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static DeepNmfEstimator Create(TransformsCatalog catalog, DeepNmfEstimator.Options options)
        => new(ComponentHost.Register(catalog, nameof(DeepNmfEstimator)), options);
}
