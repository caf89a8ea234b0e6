using Microsoft.Data.Analysis;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Analysis;

/// <summary>What models and their trainings tell, as data frames.</summary>
public class ModelDataFrameTests
{
    private readonly MLContext _context = new(1);
    private readonly NmfModel _flat;
    private readonly DeepNmfModel _deep;
    private readonly NeuralNmfModel _neural;
    private readonly TrainingRecorder _recorder = new() { Parts = RecordedParts.GradientNorms };

    public ModelDataFrameTests()
    {
        IDataView data = NeuralRows.NamedGroupView(_context, Rows.Values());
        _flat = _context.Transforms.Nmf("Topics", "Features", 3).Fit(data).Model;
        _deep = _context.Transforms.DeepNmf(new DeepNmfEstimator.Options { InputColumnName = "Features", Ranks = [5, 2], Seed = 1 }).Fit(data).Model;
        _neural = _context.Transforms.NeuralNmf(NeuralRows.Options(new() { MaximumNumberOfIterations = 6, Recorder = _recorder })).Fit(data).Model;
    }

    [Fact]
    public void Templates_have_a_row_a_feature_and_a_column_a_topic()
    {
        Check(_flat.TemplatesToDataFrame(), _flat.Templates);
        Check(_deep.TemplatesToDataFrame(), _deep.Deepest.EffectiveTemplates);
        Check(_deep.TemplatesToDataFrame(0), _deep.Layers[0].Templates);
        Assert.Throws<ArgumentOutOfRangeException>(() => _deep.TemplatesToDataFrame(2));

        static void Check(DataFrame frame, FactorMatrix templates)
        {
            Assert.Equal("feature", frame.Columns[0].Name);
            Assert.Equal(Enumerable.Range(0, Rows.Size).Select(j => $"word{j}"), ((StringDataFrameColumn)frame.Columns[0]).ToArray());
            Assert.Equal(templates.Columns + 1, frame.Columns.Count);
            for (int j = 0; j < templates.Rows; j++)
                Assert.Equal(templates.Row(j).ToArray(), Enumerable.Range(1, templates.Columns).Select(k => (float)frame.Columns[k][j]));
        }
    }

    [Fact]
    public void Topics_are_their_words_with_weights_and_prevalence()
    {
        DataFrame frame = _flat.TopicsToDataFrame(4);
        Assert.Equal(["topic", "rank", "word", "weight", "prevalence"], frame.Columns.Select(column => column.Name));
        int row = 0;
        foreach (Topic topic in _flat.GetTopics(4))
        {
            for (int rank = 0; rank < topic.Words.Count; rank++, row++)
            {
                Assert.Equal([topic.Index, rank, topic.Words[rank].Word, (double)topic.Words[rank].Weight, _flat.GetPrevalence()[topic.Index]],
                    frame.Columns.Select(column => column[row]));
            }
        }

        Assert.Equal(row, frame.Rows.Count);
        frame = _neural.TopicsToDataFrame(2);
        Assert.Equal(["layer", "topic", "rank", "word", "weight", "prevalence"], frame.Columns.Select(column => column.Name));
        Assert.Equal([0, 1], ((Int32DataFrameColumn)frame["layer"]).Select(layer => layer!.Value).Distinct());
        Assert.Equal(_neural.Layers.Sum(layer => layer.GetTopics(2).Sum(topic => topic.Words.Count)), (int)frame.Rows.Count);
    }

    [Fact]
    public void Prevalence_links_and_tree_are_the_models()
    {
        Assert.Equal(_flat.GetPrevalence(), Doubles(_flat.PrevalenceToDataFrame(), "prevalence"));
        DataFrame frame = _deep.PrevalenceToDataFrame();
        Assert.Equal(_deep.Layers.SelectMany(layer => layer.GetPrevalence()), Doubles(frame, "prevalence"));
        Assert.Equal(7, frame.Rows.Count);

        DataFrame links = _deep.LinksToDataFrame();
        Assert.Equal(_deep.Deepest.GetLinks(0).Concat(_deep.Deepest.GetLinks(1)).Select(link => link.Share), Doubles(links, "share"));
        Assert.All(((Int32DataFrameColumn)links["layer"]).ToArray(), layer => Assert.Equal(1, layer));

        DataFrame tree = _deep.HierarchyToDataFrame(3, 0);
        Assert.Equal(7, tree.Rows.Count);
        TopicNode first = _deep.GetHierarchy(3, 0)[0];
        Assert.Equal([1, first.Topic.Index, first.Topic.ToString(), first.Prevalence, null, null], tree.Columns.Select(column => column[0]));
        Assert.Equal([0, first.Children[0].Topic.Index, first.Children[0].Topic.ToString(), first.Children[0].Prevalence, 1, first.Topic.Index],
            tree.Columns.Select(column => column[1]));
    }

    [Fact]
    public void Histories_phases_and_epochs_are_their_numbers()
    {
        DataFrame history = _flat.History.ToDataFrame();
        Assert.Equal(["iteration", "objective", "divergence", "seconds"], history.Columns.Select(column => column.Name));
        Assert.Equal(_flat.History.Select(at => at.Objective), Doubles(history, "objective"));
        DataFrame phases = _deep.Phases.ToDataFrame();
        Assert.Equal(_deep.Phases.SelectMany(phase => phase.History.Select(at => at.Divergence)), Doubles(phases, "divergence"));
        Assert.Equal(["layer 1", "layer 2", "all layers"], ((StringDataFrameColumn)phases["phase"]).ToArray().Distinct());
        DataFrame epochs = _neural.Epochs.ToDataFrame();
        Assert.Equal(_neural.Epochs.Select(e => e.LayerLosses[1]), Doubles(epochs, "loss of layer 2"));
        Assert.Equal(_neural.Epochs.Skip(1).Select(e => (double?)e.LearningRate).Prepend(null), ((DoubleDataFrameColumn)epochs["learning rate"]).ToArray());
        Assert.Equal(epochs.Rows.Count, epochs["validation loss"].NullCount);
    }

    [Fact]
    public void A_recording_is_its_numbers()
    {
        DataFrame frame = _recorder.ToDataFrame();
        TrainingSnapshot[] snapshots = [.. _recorder.Snapshots];
        Assert.Equal(snapshots.Select(at => at.Iteration.Objective), Doubles(frame, "objective"));
        Assert.Equal(snapshots.Select(at => at.GradientNorms[0]), Doubles(frame, "gradient norm of layer 1"));
        // Layers that are pre-trained have one each.
        Assert.Equal(snapshots.Select(at => at.GradientNorms.Count > 1 ? at.GradientNorms[1] : (double?)null), ((DoubleDataFrameColumn)frame["gradient norm of layer 2"]).ToArray());
        Assert.Empty(new TrainingRecorder().ToDataFrame().Rows);
    }

    [Fact]
    public void A_matrix_has_the_names_that_it_is_given()
    {
        var matrix = new FactorMatrix([1, 2, 3, 4, 5, 6], 2, 3);
        Assert.Equal(["0", "1", "2"], matrix.ToDataFrame().Columns.Select(column => column.Name));
        DataFrame named = matrix.ToDataFrame(["a", "b"], ["x", "y", "z"], "name");
        Assert.Equal(["b", 4f, 5f, 6f], named.Columns.Select(column => column[1]));
        Assert.Throws<ArgumentException>(() => matrix.ToDataFrame(["a"]));
        Assert.Throws<ArgumentException>(() => matrix.ToDataFrame(columnNames: ["x", "y"]));
        Assert.Contains("'x'", Assert.Throws<ArgumentException>(() => matrix.ToDataFrame(columnNames: ["x", "y", "x"])).Message);
    }

    private static IEnumerable<double> Doubles(DataFrame frame, string column) => ((DoubleDataFrameColumn)frame[column]).Select(value => value!.Value);
}
