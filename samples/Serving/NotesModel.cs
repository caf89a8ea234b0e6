using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf;

namespace Serving;

/// <summary>Trains a model of the sample's notes: their topics, and which subject they are of.</summary>
internal static class NotesModel
{
    /// <summary>Trains and writes the model.</summary>
    public static void Train(string path)
    {
        var context = new MLContext(seed: 1);
        IDataView notes = context.Data.LoadFromTextFile<Note>(Path.Combine(AppContext.BaseDirectory, "field-notes.tsv"), hasHeader: true);
        var pipeline = context.Transforms.Text.ProduceTopicWords("Words", nameof(Note.Text))
            .Append(context.Transforms.NeuralNmf(new NeuralNmfEstimator.Options
            {
                OutputColumnName = "Topics",
                InputColumnName = "Words",
                Ranks = [24, 12],
                LabelColumnName = nameof(Note.Subject),
                Normalization = ActivationNormalization.Shares,
                Seed = 1,
            }));
        context.Model.Save(pipeline.Fit(notes), notes.Schema, path);
    }

    private sealed class Note
    {
        [LoadColumn(1)]
        public string Subject { get; set; } = "";

        [LoadColumn(2)]
        public string Text { get; set; } = "";
    }
}
