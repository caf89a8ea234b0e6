using Microsoft.ML;
using Microsoft.ML.Nmf;

namespace Cluster;

/// <summary>
/// The notes of the samples as partitions. All partitions must have the same words in the same order: here each silo finds the words in all texts, which are few.
/// Where they are many, take a word pipeline that was fitted once and saved, or hashes (<c>ProduceHashedWordBags</c>), which need no fitting.
/// </summary>
public sealed class NotesJob : IClusterJob<NmfTransformer>
{
    public IPartitionedEstimator<NmfTransformer> CreateEstimator(MLContext context, string argument)
        => context.Transforms.Nmf("Topics", "Words", rank: 12);

    public IDataView OpenPartition(MLContext context, int partition, int partitions, string argument)
    {
        Note[] notes = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "field-notes.tsv")).Skip(1)
            .Select(line => new Note { Text = line.Split('\t')[2] })];
        ITransformer words = context.Transforms.Text.ProduceTopicWords("Words", nameof(Note.Text)).Fit(context.Data.LoadFromEnumerable(notes));
        int from = notes.Length * partition / partitions, to = notes.Length * (partition + 1) / partitions;
        return words.Transform(context.Data.LoadFromEnumerable(notes[from..to]));
    }

    private sealed class Note
    {
        public string Text { get; set; } = "";
    }
}
