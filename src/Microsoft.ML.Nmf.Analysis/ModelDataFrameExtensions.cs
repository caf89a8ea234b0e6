using Microsoft.Data.Analysis;
using Microsoft.ML.Nmf.Analysis;

namespace Microsoft.ML.Nmf;

/// <summary>What models have learned, as data frames.</summary>
public static class ModelDataFrameExtensions
{
    /// <summary>A matrix as a data frame: a column of names for the rows, if they are given, and one of Single for each column of the matrix.</summary>
    /// <param name="matrix">The matrix, for instance the templates of a layer.</param>
    /// <param name="rowNames">As many names as there are rows, or null.</param>
    /// <param name="columnNames">As many names as there are columns, all different, or null for "0", "1", and so on.</param>
    /// <param name="rowNamesColumn">The name of the column of names for the rows. "row" unless given.</param>
    /// <exception cref="ArgumentException">There are not as many names as rows or columns, or two columns would have one name.</exception>
    public static DataFrame ToDataFrame(
        this FactorMatrix matrix, IReadOnlyList<string>? rowNames = null, IReadOnlyList<string>? columnNames = null, string rowNamesColumn = "row")
    {
        ArgumentNullException.ThrowIfNull(matrix);
        if (rowNames is not null && rowNames.Count != matrix.Rows)
            throw new ArgumentException($"There are {rowNames.Count} names for {matrix.Rows} rows.", nameof(rowNames));
        if (columnNames is not null && columnNames.Count != matrix.Columns)
            throw new ArgumentException($"There are {columnNames.Count} names for {matrix.Columns} columns.", nameof(columnNames));
        columnNames ??= [.. Enumerable.Range(0, matrix.Columns).Select(Written)];
        string[] all = rowNames is null ? [.. columnNames] : [rowNamesColumn, .. columnNames];
        if (all.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"Two columns are named '{twice.Key}'. Give every column a name of its own.", nameof(columnNames));
        ColumnBuffer<float>[] columns = [.. Enumerable.Range(0, matrix.Columns).Select(_ => new ColumnBuffer<float>(matrix.Rows))];
        for (int i = 0; i < matrix.Rows; i++)
        {
            ReadOnlySpan<float> row = matrix.Row(i);
            for (int k = 0; k < row.Length; k++)
                columns[k].Add(row[k]);
        }

        IEnumerable<DataFrameColumn> values = columns.Select((column, k) => column.ToColumn(columnNames[k]));
        return new DataFrame(rowNames is null ? values : values.Prepend(new StringDataFrameColumn(rowNamesColumn, rowNames)));
    }

    /// <summary>The templates: a row for each feature, its name in the column "feature" and its weight in a column for each topic.</summary>
    /// <remarks>Topics are named by their first words, as the slots of the activations are, and where features have no names "topic 0" and so on.</remarks>
    public static DataFrame TemplatesToDataFrame(this NmfModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Templates(model, model.Templates);
    }

    /// <summary>
    /// The effective templates of a layer: a row for each feature, its name in the column "feature" and its weight in a column for each topic.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="layer">The layer, from 0; null for the deepest.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    public static DataFrame TemplatesToDataFrame(this LayeredModel model, int? layer = null)
        => Templates(LayerOf(model, layer), LayerOf(model, layer).EffectiveTemplates);

    /// <summary>The topics by their words: columns "topic", "rank" (from 0), "word", "weight", and "prevalence" of the topic.</summary>
    /// <remarks>The prevalence is missing in a model that an earlier version saved without it.</remarks>
    /// <param name="model">The model.</param>
    /// <param name="wordsPerTopic">The most words of a topic, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="wordsPerTopic"/> is below 1.</exception>
    public static DataFrame TopicsToDataFrame(this NmfModel model, int wordsPerTopic = 10)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Topics([(null, model.GetTopics(wordsPerTopic), PrevalenceOf(model))]);
    }

    /// <summary>
    /// The topics of all layers by their words: columns "layer", "topic", "rank" (from 0), "word", "weight", and "prevalence" of the topic in its layer.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="wordsPerTopic">The most words of a topic, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="wordsPerTopic"/> is below 1.</exception>
    public static DataFrame TopicsToDataFrame(this LayeredModel model, int wordsPerTopic = 10)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Topics([.. model.Layers.Select(layer => ((int?)layer.Index, layer.GetTopics(wordsPerTopic), PrevalenceOf(layer)))]);
    }

    /// <summary>How prevalent each topic is: columns "topic", "name" and "prevalence".</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="InvalidOperationException">The model was saved by an earlier version, which did not keep it.</exception>
    public static DataFrame PrevalenceToDataFrame(this NmfModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        IReadOnlyList<double> prevalence = model.GetPrevalence();
        string[] names = NamesOf(model);
        return new Rows().Number("topic", names, (_, k) => k).Text("name", names, (name, _) => name)
            .Real("prevalence", names, (_, k) => prevalence[k]).ToDataFrame();
    }

    /// <summary>How prevalent each topic is in its layer: columns "layer", "topic", "name" and "prevalence".</summary>
    /// <param name="model">The model.</param>
    public static DataFrame PrevalenceToDataFrame(this LayeredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        (int Layer, int Topic, string Name, double? Prevalence)[] rows =
        [
            .. from layer in model.Layers
               from topic in NamesOf(layer).Select((name, k) => (Name: name, Index: k))
               select (layer.Index, topic.Index, topic.Name, (double?)layer.GetPrevalence()[topic.Index]),
        ];
        return new Rows().Number("layer", rows, (row, _) => row.Layer).Number("topic", rows, (row, _) => row.Topic)
            .Text("name", rows, (row, _) => row.Name).Real("prevalence", rows, (row, _) => row.Prevalence).ToDataFrame();
    }

    /// <summary>
    /// What the topics of each layer take from those of the layer before: columns "layer", "topic", "finer topic" and "share", which add up to 1 for a
    /// topic; without links of no share. A model of one layer has none.
    /// </summary>
    public static DataFrame LinksToDataFrame(this LayeredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        (int Layer, int Topic, TopicLink Link)[] rows =
        [
            .. from layer in model.Layers
               from topic in Enumerable.Range(0, layer.Rank)
               from link in layer.GetLinks(topic)
               select (layer.Index, topic, link),
        ];
        return new Rows().Number("layer", rows, (row, _) => row.Layer).Number("topic", rows, (row, _) => row.Topic)
            .Number("finer topic", rows, (row, _) => row.Link.Topic).Real("share", rows, (row, _) => row.Link.Share).ToDataFrame();
    }

    /// <summary>
    /// The tree of topics (<see cref="LayeredModel.GetHierarchy"/>), from the top, each topic before those below it: columns "layer", "topic", "words",
    /// "prevalence", and "parent layer" and "parent topic", which are missing at the top.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="wordsPerTopic">The most words of a topic, at least 1.</param>
    /// <param name="minimumPrevalence">The share of the whole that a topic must have, from 0 to below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public static DataFrame HierarchyToDataFrame(this LayeredModel model, int wordsPerTopic = 10, double minimumPrevalence = 0.005)
    {
        ArgumentNullException.ThrowIfNull(model);
        (TopicNode Node, TopicNode? Parent)[] rows = [.. WithParents(model.GetHierarchy(wordsPerTopic, minimumPrevalence), null)];
        return new Rows().Number("layer", rows, (row, _) => row.Node.Layer).Number("topic", rows, (row, _) => row.Node.Topic.Index)
            .Text("words", rows, (row, _) => row.Node.Topic.ToString()).Real("prevalence", rows, (row, _) => row.Node.Prevalence)
            .Number("parent layer", rows, (row, _) => row.Parent?.Layer).Number("parent topic", rows, (row, _) => row.Parent?.Topic.Index).ToDataFrame();
    }

    private static IEnumerable<(TopicNode Node, TopicNode? Parent)> WithParents(IEnumerable<TopicNode> nodes, TopicNode? parent)
        => nodes.SelectMany(node => WithParents(node.Children, node).Prepend((node, parent)));

    private static DataFrame Topics((int? Layer, IReadOnlyList<Topic> Topics, IReadOnlyList<double>? Prevalence)[] layers)
    {
        (int? Layer, int Topic, int Rank, TopicWord Word, double? Prevalence)[] rows =
        [
            .. from layer in layers
               from topic in layer.Topics
               from word in topic.Words.Select((word, rank) => (Word: word, Rank: rank))
               select (layer.Layer, topic.Index, word.Rank, word.Word, layer.Prevalence?[topic.Index]),
        ];
        var frame = new Rows();
        if (layers[0].Layer is not null)
            frame.Number("layer", rows, (row, _) => row.Layer);
        return frame.Number("topic", rows, (row, _) => row.Topic).Number("rank", rows, (row, _) => row.Rank).Text("word", rows, (row, _) => row.Word.Word)
            .Real("weight", rows, (row, _) => row.Word.Weight).Real("prevalence", rows, (row, _) => row.Prevalence).ToDataFrame();
    }

    private static DataFrame Templates(TopicSet set, FactorMatrix templates)
    {
        IReadOnlyList<string> features = set.FeatureNames ?? [.. Enumerable.Range(0, templates.Rows).Select(feature => $"slot {feature}")];
        string[] topics = NamesOf(set);
        // A topic may be called as the column of features is.
        string heading = "feature";
        while (topics.Contains(heading))
            heading += " name";
        return templates.ToDataFrame(features, topics, heading);
    }

    private static TopicLayer LayerOf(LayeredModel model, int? layer)
    {
        ArgumentNullException.ThrowIfNull(model);
        int index = layer ?? model.Layers.Count - 1;
        if (index < 0 || index >= model.Layers.Count)
            throw new ArgumentOutOfRangeException(nameof(layer), index, $"There is no layer {index}: the model's layers are 0 to {model.Layers.Count - 1}.");
        return model.Layers[index];
    }

    // Files of earlier versions do not have it.
    private static IReadOnlyList<double>? PrevalenceOf(TopicSet set) => set.Moments.Sums.Length == 0 ? null : set.GetPrevalence();

    private static string[] NamesOf(TopicSet set) => [.. set.GetTopics(wordsPerTopic: 1).Select(topic => topic.Name)];

    private static string Written(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
