using Microsoft.ML.Nmf;
using Spectre.Console;

namespace TopicModel;

/// <summary>The topics of two models, each beside the one of the other that it is most like.</summary>
public sealed class ModelComparison
{
    private const int WordsPerTopic = 10;

    private readonly SavedTopics _first;
    private readonly SavedTopics _second;
    private readonly TopicSet _topics;
    private readonly TopicSet _others;
    private readonly int? _layer;

    /// <summary>Compares two models.</summary>
    /// <param name="first">A model.</param>
    /// <param name="second">Another one, of any kind and number of topics.</param>
    /// <param name="layer">Of models of several layers the one to compare, 0 for the finest; null for the finest.</param>
    /// <exception cref="InvalidDataException">There is no such layer, or the models are not about the same words.</exception>
    public ModelComparison(SavedTopics first, SavedTopics second, int? layer)
    {
        if (layer is not null && first.Layers.Count == 1 && second.Layers.Count == 1)
            throw new InvalidDataException($"--layer is {layer}, but both models have one layer of topics alone. Leave --layer out.");
        (_first, _second, _layer) = (first, second, layer);
        (_topics, _others) = (LayerOf(first, layer), LayerOf(second, layer));
        if (_topics.FeatureNames is not { } words || _others.FeatureNames is not { } otherWords)
        {
            string file = (_topics.FeatureNames is null ? first : second).File;
            throw new InvalidDataException($"{file} does not know its words. Train it on a column with slot names, as of texts.");
        }

        SharedWords = words.Intersect(otherWords).Count();
        if (SharedWords == 0)
        {
            throw new InvalidDataException(
                $"{first.File} and {second.File} have no word in common, so that no topics of theirs can be alike. Compare models of the same kind of texts.");
        }

        Topics = TopicComparison.Between(_topics, _others);
    }

    /// <summary>Which topics were matched, and how alike they are.</summary>
    public TopicComparison Topics { get; }

    /// <summary>How many words both models know.</summary>
    public int SharedWords { get; }

    /// <summary>Prints the pairs, the most similar first, what has no partner, and the mean. Words that both topics of a pair show are bold.</summary>
    public void Print(IAnsiConsole console)
    {
        console.WriteLine(Describe("first ", _first));
        console.WriteLine(Describe("second", _second));
        console.WriteLine(FormattableString.Invariant(
            $"words   {_topics.FeatureNames!.Count:N0} in the first, {_others.FeatureNames!.Count:N0} in the second, {SharedWords:N0} in both"));
        IReadOnlyList<Topic> topics = _topics.GetTopics(WordsPerTopic), others = _others.GetTopics(WordsPerTopic);
        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("similarity").RightAligned()).AddColumn("first").AddColumn("second");
        foreach (TopicMatch match in Topics.Matches)
        {
            Topic one = topics[match.First], other = others[match.Second];
            table.AddRow(new Text(FormattableString.Invariant($"{match.Similarity:F3}")), Beside(one, other), Beside(other, one));
        }

        console.Write(table);
        PrintAlone(console, "first", Topics.OnlyInFirst, topics);
        PrintAlone(console, "second", Topics.OnlyInSecond, others);
        console.WriteLine($"{Topics}.");
    }

    private static TopicSet LayerOf(SavedTopics model, int? layer)
    {
        // A model without layers has no other topics that could be meant.
        int index = model.Layers.Count == 1 ? 0 : layer ?? 0;
        return index < model.Layers.Count
            ? model.Layers[index]
            : throw new InvalidDataException($"--layer is {layer}, but {model.File} has the layers 0, the finest, to {model.Layers.Count - 1}.");
    }

    private static void PrintAlone(IAnsiConsole console, string which, IReadOnlyList<int> indices, IReadOnlyList<Topic> topics)
    {
        if (indices.Count == 0)
            return;
        console.WriteLine($"Only in the {which}, without a partner:");
        foreach (int index in indices)
            console.WriteLine(Printed.Text($"  {index,3}  {topics[index]}"));
        console.WriteLine();
    }

    // The name, where one was given, and the words.
    private static Paragraph Beside(Topic topic, Topic other)
    {
        var line = new Paragraph($"{topic.Index,3}  {(topic.IsRenamed ? $"{Printed.Text(topic.Name)}: " : "")}");
        foreach ((int i, TopicWord word) in topic.Words.Index())
        {
            bool isShared = other.Words.Any(one => one.Word == word.Word);
            line.Append(i == 0 ? "" : ", ").Append(Printed.Text(word.Word), new Style(decoration: isShared ? Decoration.Bold : Decoration.None));
        }

        return line;
    }

    private string Describe(string which, SavedTopics model)
        => $"{which}  {model.File}: {model.Description}{(model.Layers.Count == 1 ? "" : $"; its layer {_layer ?? 0} is compared")}";
}
