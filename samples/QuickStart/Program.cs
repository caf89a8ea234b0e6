using Microsoft.ML;
using Microsoft.ML.Nmf;
using QuickStart;

// Texts → words → topics; then the model is saved, loaded, and says what a new text is about.
var mlContext = new MLContext(seed: 1);
if (!TextSource.TryRead(args, out TextSource? source))
    return 1;
IDataView notes = mlContext.Data.LoadFromEnumerable(source.Notes);

var pipeline = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text")
    .Append(mlContext.Transforms.Nmf("Topics", "Words", rank: source.Topics));

ITransformer model = pipeline.Fit(notes);
IReadOnlyList<Topic> topics = model.FindNmf().Model.GetTopics(wordsPerTopic: 10);
foreach (Topic topic in topics)
    Console.WriteLine($"{topic.Index}: {topic}");

mlContext.Model.Save(model, notes.Schema, "model.zip");

ITransformer loaded = mlContext.Model.Load("model.zip", out _);
var engine = mlContext.Model.CreatePredictionEngine<Note, NoteTopics>(loaded);
var note = new Note { Text = source.Question };
float[] activations = engine.Predict(note).Topics;
int main = Array.IndexOf(activations, activations.Max());
Console.WriteLine($"\"{note.Text}\" is mostly about {main}: {topics[main]}");
return 0;

internal sealed class Note
{
    public string Text { get; set; } = "";
}

internal sealed class NoteTopics
{
    public float[] Topics { get; set; } = [];
}
