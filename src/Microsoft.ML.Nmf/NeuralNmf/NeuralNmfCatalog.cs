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
    /// The column of features: a vector of Single or Double, of one size in all rows, not negative, sparse or dense; null means <paramref name="outputColumnName"/>.
    /// A missing value (NaN) ends the reading with an <see cref="InvalidOperationException"/> that names the row: replace such values before.
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
    /// the activations of the deepest layer, those of a row of zeros all 0, and with labels class scores and predicted label. Each slot of the activations
    /// has mean square 1 over the training rows (<see cref="ActivationNormalization.UnitMeanSquare"/>); the scores are probabilities that add up to 1.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    /// <exception cref="ArgumentException">A column name is empty, or <paramref name="outputColumnName"/> or the catalog is null.</exception>
    /// <example>
    /// <code>
    /// var mlContext = new MLContext(seed: 1);
    /// IDataView data = mlContext.Data.LoadFromEnumerable(new[]
    /// {
    ///     new { Text = "moon stars night", Subject = "sky" },
    ///     new { Text = "comet stars night", Subject = "" },         // without a label
    ///     new { Text = "bread oven flour", Subject = "kitchen" },
    ///     new { Text = "cake oven flour", Subject = "" },
    /// });
    /// var pipeline = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text", minimumDocuments: 1)
    ///     .Append(mlContext.Transforms.NeuralNmf("Topics", "Words", ranks: [3, 2], labelColumnName: "Subject"))
    ///     .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    /// foreach (string subject in pipeline.Fit(data).Transform(data).GetColumn&lt;string&gt;("PredictedLabel"))
    ///     Console.WriteLine(subject);
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
    /// <remarks>
    /// <see cref="FactorizationOptions.Normalization"/> says how the activations are scaled. A missing value (NaN) among the features ends the reading with an
    /// <see cref="InvalidOperationException"/> that names the row; a missing label (an empty text, NaN, a missing key) makes a row without a
    /// label, which is trained on all the same.
    /// </remarks>
    /// <returns>
    /// An estimator. Fitting it reads the data once and gives a <see cref="NeuralNmfTransformer"/>, which adds
    /// the activations of the deepest layer, those of other layers that the options name, and with labels class scores and predicted label.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">Options do not fit each other, or two output columns have one name.</exception>
    /// <exception cref="ArgumentNullException">The catalog or the options are null.</exception>
    /// <exception cref="InvalidOperationException">The application loaded a version of ML.NET that this package is not made for.</exception>
    /// <example>
    /// <code>
    /// var mlContext = new MLContext(seed: 1);
    /// IDataView data = mlContext.Data.LoadFromEnumerable(new[]
    /// {
    ///     new { Text = "moon stars night", Subject = "sky" },
    ///     new { Text = "comet stars night", Subject = "" },         // without a label
    ///     new { Text = "bread oven flour", Subject = "kitchen" },
    ///     new { Text = "cake oven flour", Subject = "" },
    /// });
    /// var pipeline = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text", minimumDocuments: 1)
    ///     .Append(mlContext.Transforms.NeuralNmf(new NeuralNmfEstimator.Options
    ///     {
    ///         OutputColumnName = "Fields",
    ///         InputColumnName = "Words",
    ///         LabelColumnName = "Subject",
    ///         Ranks = [3, 2],
    ///         LayerOutputColumnNames = ["Topics"],                    // the activations of the finer layer too
    ///         LabelWeight = 0.1,                                      // topics follow the labels more
    ///     }));
    /// NeuralNmfModel model = pipeline.Fit(data).FindNeuralNmf().Model;
    /// Console.WriteLine($"{model.Classifier!.Weights.Rows} classes, loss {model.Epochs[^1].Loss:G4}");
    /// </code>
    /// </example>
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
