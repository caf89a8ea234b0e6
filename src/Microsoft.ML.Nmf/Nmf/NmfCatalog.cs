using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML;

/// <summary>Adds non-negative matrix factorization to <see cref="MLContext.Transforms"/>.</summary>
public static class NmfCatalog
{
    /// <summary>
    /// Non-negative matrix factorization: learns <paramref name="rank"/> components of a vector column, and gives each row its activations, how much of each
    /// component it is made of.
    /// </summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="outputColumnName">The column of activations to make: a vector of Single of size <paramref name="rank"/>.</param>
    /// <param name="inputColumnName">
    /// The column of features: a vector of Single or Double, of one size in all rows, not negative, sparse or dense; null means
    /// <paramref name="outputColumnName"/>. A missing value (NaN) ends the reading with an <see cref="InvalidOperationException"/> that names the row: replace
    /// such values before.
    /// </param>
    /// <param name="rank">The number of components, at least 1.</param>
    /// <param name="beta">β of the divergence that is minimised, any finite number; see <see cref="BetaDivergence"/>.</param>
    /// <param name="maximumNumberOfIterations">The most iterations of the training, at least 1.</param>
    /// <param name="seed">The seed of everything random; null takes one from the context.</param>
    /// <returns>
    /// An estimator. Fitting it reads the data once and gives a <see cref="NmfTransformer"/>, which adds the activations, those of a row of zeros all 0. Each
    /// slot has mean square 1 over the training rows (<see cref="ActivationNormalization.UnitMeanSquare"/>).
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
    ///     .Append(mlContext.Transforms.Nmf("Topics", "Words", rank: 2));
    /// foreach (Topic topic in pipeline.Fit(data).FindNmf().Model.GetTopics(wordsPerTopic: 3))
    ///     Console.WriteLine($"{topic.Index}: {topic}");
    /// </code>
    /// </example>
    public static NmfEstimator Nmf(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        int rank = NmfEstimator.Defaults.Rank, double beta = NmfEstimator.Defaults.Beta,
        int maximumNumberOfIterations = NmfEstimator.Defaults.MaximumNumberOfIterations, int? seed = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        if (inputColumnName is not null)
            ArgumentException.ThrowIfNullOrEmpty(inputColumnName);
        return catalog.Nmf(new NmfEstimator.Options
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
            Rank = rank,
            Beta = beta,
            MaximumNumberOfIterations = maximumNumberOfIterations,
            Seed = seed,
        });
    }

    /// <summary>Non-negative matrix factorization with all its options.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="options">The options, which are read when this is called.</param>
    /// <remarks>
    /// <see cref="FactorizationOptions.Normalization"/> says how the activations are scaled. A missing value (NaN) among the features ends the reading with an
    /// <see cref="InvalidOperationException"/> that names the row: replace such values before, or set <see cref="NmfEstimator.Options.MissingValues"/>.
    /// </remarks>
    /// <returns>
    /// An estimator. Fitting it reads the data once and gives a <see cref="NmfTransformer"/>, which adds the activations, those of a row of zeros all 0.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">Options exclude each other.</exception>
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
    ///     .Append(mlContext.Transforms.Nmf(new NmfEstimator.Options
    ///     {
    ///         OutputColumnName = "Topics",
    ///         InputColumnName = "Words",
    ///         Rank = 2,
    ///         Beta = BetaDivergence.KullbackLeibler,                  // for counts
    ///         Normalization = ActivationNormalization.Shares,         // each row adds up to 1
    ///     }));
    /// foreach (float[] shares in pipeline.Fit(data).Transform(data).GetColumn&lt;float[]&gt;("Topics"))
    ///     Console.WriteLine(string.Join(" ", shares.Select(share => share.ToString("P0"))));
    /// </code>
    /// </example>
    public static NmfEstimator Nmf(this TransformsCatalog catalog, NmfEstimator.Options options)
    {
        MLNetVersion.Check();
        ArgumentNullException.ThrowIfNull(options);
        return Create(catalog, options);
    }

    // Apart, so that nothing of ML.NET's internals is loaded before its version is checked.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static NmfEstimator Create(TransformsCatalog catalog, NmfEstimator.Options options)
        => new(ComponentHost.Register(catalog, nameof(NmfEstimator)), options);
}
