using Microsoft.ML;
using Microsoft.ML.Nmf;

namespace Serving;

/// <summary>A model as it was in the file at one time. It does not change, so that a request that has begun with it ends with it.</summary>
internal sealed class ServedModel : IDisposable
{
    private const int MostTopics = 3;
    private const int MostClasses = 3;
    private const int WordsPerTopic = 8;

    private readonly EnginePool<Asked, Predicted> _engines;
    private readonly string[][] _words;
    private readonly IReadOnlyList<string> _classes;

    /// <summary>Loads a model of texts whose last step is a <c>NeuralNmf</c>.</summary>
    public ServedModel(string path)
    {
        var context = new MLContext();
        ITransformer model = context.Model.Load(path, out _);
        NeuralNmfTransformer neural = model.FindNeuralNmf();
        _words = [.. neural.Model.Deepest.GetTopics(WordsPerTopic).Select(topic => topic.Words.Select(word => word.Word).ToArray())];
        _classes = neural.Model.Classifier?.ClassNames ?? [];
        _engines = new EnginePool<Asked, Predicted>(context, model);
        // The first prediction prepares the model, which no request should wait for.
        Predict("warm");
    }

    /// <summary>The number of topics.</summary>
    public int Topics => _words.Length;

    /// <summary>The number of classes.</summary>
    public int Classes => _classes.Count;

    /// <summary>What a text is about.</summary>
    public TextAnswer Predict(string text)
    {
        Predicted predicted = _engines.Predict(new Asked { Text = text });
        float all = predicted.Topics.Sum();
        return new TextAnswer(
            [.. Largest(predicted.Topics, MostTopics).Where(k => predicted.Topics[k] > 0).Select(k => new TopicShare(k, predicted.Topics[k] / all, _words[k]))],
            all > 0 ? [.. Largest(predicted.Score, Math.Min(MostClasses, _classes.Count)).Select(c => new ClassScore(_classes[c], predicted.Score[c]))] : []);
    }

    /// <inheritdoc />
    public void Dispose() => _engines.Dispose();

    private static IEnumerable<int> Largest(float[] values, int count) => Enumerable.Range(0, values.Length).OrderByDescending(i => values[i]).Take(count);

    private sealed class Asked
    {
        public string Text { get; set; } = "";
    }

    private sealed class Predicted
    {
        public float[] Topics { get; set; } = [];

        public float[] Score { get; set; } = [];
    }
}
