using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML;

/// <summary>Adds neural non-negative matrix factorization to <see cref="MLContext.Transforms"/>.</summary>
public static class NeuralNmfCatalog
{
    /// <summary>
    /// Neural non-negative matrix factorization: learns a hierarchy of topics of a vector column by back-propagation through non-negative
    /// least-squares layers, guided by labels where some rows have them, and gives each row its deepest activations, and with labels its class scores
    /// and predicted label.
    /// </summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="outputColumnName">The column of activations to make: a vector of Single of the size of the deepest layer.</param>
    /// <param name="inputColumnName">
    /// The column of features: a vector of Single or Double of known size, not negative, sparse or dense; null means <paramref name="outputColumnName"/>.
    /// </param>
    /// <param name="ranks">
    /// The components of each layer, from the one next to the features to the deepest, at least 1 each and none above the one before; null means 20 and 8.
    /// </param>
    /// <param name="labelColumnName">
    /// The column of labels: text, Boolean, any type of number, or a key, with an empty text, NaN or a missing key where a row has none; null trains without
    /// labels. With it, columns "Score" and "PredictedLabel" are made.
    /// </param>
    /// <param name="maximumNumberOfIterations">The most epochs, at least 1.</param>
    /// <param name="seed">The seed of everything random; null takes one from the context.</param>
    /// <returns>
    /// An estimator. Fitting it reads the data once and gives a <see cref="NeuralNmfTransformer"/>, which adds
    /// the activations of the deepest layer, those of other layers that the options name, and with labels class scores and predicted label.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    /// <exception cref="ArgumentException">A column name is empty, or <paramref name="outputColumnName"/> or the catalog is null.</exception>
    /// <example>
    /// <code>
    /// var pipeline = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text")
    ///     .Append(mlContext.Transforms.Conversion.MapValueToKey("Label"))
    ///     .Append(mlContext.Transforms.NeuralNmf("Topics", "Words", ranks: [50, 20], labelColumnName: "Label"));
    /// </code>
    /// </example>
    public static NeuralNmfEstimator NeuralNmf(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null,
        IReadOnlyList<int>? ranks = null, string? labelColumnName = null,
        int maximumNumberOfIterations = NeuralNmfEstimator.Defaults.MaximumNumberOfIterations, int? seed = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        if (inputColumnName is not null)
            ArgumentException.ThrowIfNullOrEmpty(inputColumnName);
        if (labelColumnName is not null)
            ArgumentException.ThrowIfNullOrEmpty(labelColumnName);
        return catalog.NeuralNmf(new NeuralNmfEstimator.Options
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
            Ranks = ranks ?? NeuralNmfEstimator.Defaults.Ranks,
            LabelColumnName = labelColumnName,
            MaximumNumberOfIterations = maximumNumberOfIterations,
            Seed = seed,
        });
    }

    /// <summary>Neural non-negative matrix factorization with all its options.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="options">The options, which are read when this is called.</param>
    /// <returns>
    /// An estimator. Fitting it reads the data once and gives a <see cref="NeuralNmfTransformer"/>, which adds
    /// the activations of the deepest layer, those of other layers that the options name, and with labels class scores and predicted label.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">Options do not fit each other, or two output columns have one name.</exception>
    /// <exception cref="ArgumentNullException">The catalog or the options are null.</exception>
    /// <exception cref="InvalidOperationException">The application loaded a version of ML.NET that this package is not made for.</exception>
    public static NeuralNmfEstimator NeuralNmf(this TransformsCatalog catalog, NeuralNmfEstimator.Options options)
    {
        MLNetVersion.Check();
        ArgumentNullException.ThrowIfNull(options);
        return Create(catalog, options);
    }

    // Apart, so that nothing of ML.NET's internals is loaded before its version is checked.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static NeuralNmfEstimator Create(TransformsCatalog catalog, NeuralNmfEstimator.Options options)
        => new(ComponentHost.Register(catalog, nameof(NeuralNmfEstimator)), options);
}
