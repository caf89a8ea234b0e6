using Microsoft.ML;
using Microsoft.ML.Nmf;

namespace TopicModel;

/// <summary>The topics in a model file.</summary>
/// <param name="File">The file.</param>
/// <param name="Description">What was learned, in one line.</param>
/// <param name="Layers">The layers of topics, the finest first; one where there are no layers.</param>
public sealed record SavedTopics(string File, string Description, IReadOnlyList<TopicSet> Layers)
{
    /// <summary>Reads a model file, whatever stands in its pipeline around the topics.</summary>
    /// <exception cref="InvalidDataException">It is not a model file, or does not have topics of one kind.</exception>
    public static SavedTopics Open(string path)
    {
        SavedTopics[] found = [.. Steps(Load(path)).Select(step => Of(path, step)).OfType<SavedTopics>()];
        return found.Length switch
        {
            1 => found[0],
            0 => throw new InvalidDataException(
                $"{path} is a model without topics: its pipeline has no Nmf, DeepNmf or NeuralNmf. Name a file that --out wrote."),
            _ => throw new InvalidDataException(
                $"{path} has {found.Length} factorizations, so that it does not say which topics are meant. Name a file that has one."),
        };
    }

    private static SavedTopics? Of(string path, ITransformer step) => step switch
    {
        NmfTransformer one => new(path, one.Model.ToString(), [one.Model]),
        DeepNmfTransformer deep => new(path, deep.Model.ToString(), deep.Model.Layers),
        NeuralNmfTransformer neural => new(path, neural.Model.ToString(), neural.Model.Layers),
        _ => null,
    };

    // A pipeline is a sequence of its steps, each of which may be one again. Where the kind is known, model.FindNmf() is all that is needed.
    private static IEnumerable<ITransformer> Steps(ITransformer model)
        => model is IEnumerable<ITransformer> pipeline ? pipeline.SelectMany(Steps) : [model];

    private static ITransformer Load(string path)
    {
        try
        {
            return new MLContext().Model.Load(path, out _);
        }
        catch (Exception problem) when (problem is not (IOException or UnauthorizedAccessException))
        {
            throw new InvalidDataException(
                $"{path} cannot be read as a model file of ML.NET ({problem.Message.TrimEnd('.')}). Name a file that --out wrote.", problem);
        }
    }
}
