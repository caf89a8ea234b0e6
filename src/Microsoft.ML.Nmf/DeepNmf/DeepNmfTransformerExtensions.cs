using Microsoft.ML.Nmf;
using Microsoft.ML.Nmf.Transforming;

namespace Microsoft.ML;

/// <summary>Finds a deep factorization in a fitted pipeline.</summary>
public static class DeepNmfTransformerExtensions
{
    /// <summary>
    /// The deep factorization in a fitted pipeline, in a chain of any length, in chains inside it, and after loading. What was learned is
    /// its <see cref="DeepNmfTransformer.Model"/>.
    /// </summary>
    /// <param name="model">A fitted pipeline, what <c>mlContext.Model.Load</c> gave, or the transformer itself.</param>
    /// <param name="outputColumnName">
    /// A column that it adds, where there are several; null where it is the only one of its kind. Of several that add a column of this name it is the
    /// last, whose column hides those before.
    /// </param>
    /// <returns>The transformer, as it stands in the pipeline.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="outputColumnName"/> is empty.</exception>
    /// <exception cref="InvalidOperationException">
    /// There is none, none that adds the column, or more than one and no name. The message says what was found instead, and its output columns.
    /// </exception>
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
    /// ITransformer model = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text", minimumDocuments: 1)
    ///     .Append(mlContext.Transforms.DeepNmf("Fields", "Words", ranks: [3, 2])).Fit(data);
    /// mlContext.Model.Save(model, data.Schema, "model.zip");
    /// ITransformer loaded = mlContext.Model.Load("model.zip", out _);
    /// foreach (TopicNode topic in loaded.FindDeepNmf().Model.GetHierarchy(wordsPerTopic: 3))
    ///     Console.WriteLine(topic);
    /// </code>
    /// </example>
    public static DeepNmfTransformer FindDeepNmf(this ITransformer model, string? outputColumnName = null)
        => TransformerSearch.Find<DeepNmfTransformer>(model, outputColumnName);
}
