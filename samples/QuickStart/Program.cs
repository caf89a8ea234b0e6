using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf;

// Texts → words → topics; then the model is saved, loaded, and says what a new text is about.
var mlContext = new MLContext(seed: 1);
IDataView notes = mlContext.Data.LoadFromTextFile<Note>(Path.Combine(AppContext.BaseDirectory, "field-notes.tsv"), hasHeader: true);

var pipeline = mlContext.Transforms.Text.NormalizeText("Words", "Text", keepPunctuations: false, keepNumbers: false)
    .Append(mlContext.Transforms.Text.TokenizeIntoWords("Words"))
    .Append(mlContext.Transforms.Text.RemoveDefaultStopWords("Words"))
    .Append(mlContext.Transforms.Conversion.MapValueToKey("Words"))
    .Append(mlContext.Transforms.Text.ProduceNgrams("Words", ngramLength: 1, useAllLengths: false,
        weighting: Microsoft.ML.Transforms.Text.NgramExtractingEstimator.WeightingCriteria.TfIdf))
    .Append(mlContext.Transforms.NormalizeLpNorm("Words"))
    .Append(mlContext.Transforms.Nmf("Topics", "Words", rank: 10));

var model = pipeline.Fit(notes);
IReadOnlyList<Topic> topics = model.LastTransformer.Model.GetTopics(wordsPerTopic: 7);
foreach (Topic topic in topics)
    Console.WriteLine($"{topic.Index}: {topic}");

mlContext.Model.Save(model, notes.Schema, "model.zip");

ITransformer loaded = mlContext.Model.Load("model.zip", out _);
var engine = mlContext.Model.CreatePredictionEngine<Note, NoteTopics>(loaded);
var note = new Note { Text = "Two moons of Saturn in the eyepiece, and then the clouds came." };
float[] activations = engine.Predict(note).Topics;
int main = Array.IndexOf(activations, activations.Max());
Console.WriteLine($"\"{note.Text}\" is mostly about {main}: {topics[main]}");

internal sealed class Note
{
    [LoadColumn(2)] public string Text { get; set; } = "";
}

internal sealed class NoteTopics
{
    public float[] Topics { get; set; } = [];
}
