using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Transforming;

namespace Microsoft.ML.Nmf.Tests.Topics;

/// <summary>The name that a topic is given is its name everywhere, and is not lost.</summary>
public class TopicRenamingTests
{
    private readonly MLContext _context = new(1);

    public static TheoryData<string> Kinds => [.. SavedModels.Kinds];

    [Theory, MemberData(nameof(Kinds))]
    public void A_name_is_shown_is_the_slot_name_and_is_saved(string kind)
    {
        (ITransformer model, DataViewSchema schema) = SavedModels.Train(kind);
        IDataView data = Rows.NamedView(_context, Rows.Values(5));
        string[] before = SlotNames(model, data, "Topics");
        TopicSet topics = SavedModels.Topics(model)[^1];
        topics.RenameTopic(1, "größer, ≥ 1");
        foreach (TopicSet finer in SavedModels.Topics(model)[..^1])
            finer.RenameTopic(3, "fine");
        var file = new MemoryStream();
        _context.Model.Save(model, schema, file);
        foreach (ITransformer either in new[] { model, _context.Model.Load(file, out _) })
        {
            TopicSet[] sets = SavedModels.Topics(either);
            Topic topic = sets[^1].GetTopics(2)[1];
            Assert.Equal(("größer, ≥ 1", true), (topic.Name, topic.IsRenamed));
            Assert.StartsWith("größer, ≥ 1 (", topic.ToString(), StringComparison.Ordinal);
            string[] expected = [.. before];
            expected[1] = "größer, ≥ 1";
            Assert.Equal(expected, SlotNames(either, data, "Topics"));
            Assert.Equal(expected, sets[^1].GetTopics().Select(each => each.Name));
            Assert.All(sets[..^1], finer => Assert.Equal("fine", SlotNames(either, data, "Fine")[3]));
        }

        topics.RenameTopic(1, null);
        Assert.Equal(before, SlotNames(model, data, "Topics"));
        Assert.False(topics.GetTopics()[1].IsRenamed);
    }

    [Fact]
    public void A_name_stands_in_the_hierarchy()
    {
        FactorMatrix[] templates = [new(new float[,] { { 1, 0 }, { 0, 1 } }), new(new float[,] { { 1 }, { 1 } })];
        var model = new DeepNmfModel(templates, ["a", "b"], 2, 5, ActivationMoments.OfSums(templates, [1]), default,
            [new TrainingPhase { Name = "all", History = InsightFixture.Load().Model.History }]);
        model.Deepest.RenameTopic(0, "both");
        Assert.Equal("100 %: both (a, b) (2 finer topics)", Assert.Single(model.GetHierarchy()).ToString());
    }

    [Fact]
    public void Names_stay_different_whichever_are_given_and_taken_back()
    {
        NmfModel model = InsightFixture.Make(new FactorMatrix(new float[,] { { 1, 0, 0 }, { 0, 1, 0 } }), ["a", "b"], [1, 1, 1]);
        Assert.Equal(["a", "b", "topic 2"], model.GetTopics().Select(topic => topic.Name));
        model.RenameTopic(0, "x");
        model.RenameTopic(1, "a");
        model.RenameTopic(1, "a");
        // The words of topic 0 are the name of another by now.
        model.RenameTopic(0, null);
        Assert.Equal(["a (topic 0)", "a", "topic 2"], model.GetTopics().Select(topic => topic.Name));
        foreach (string? taken in new[] { "a", "topic 2", "", "  ", "\ud800" })
            Assert.Equal("name", Assert.Throws<ArgumentException>(() => model.RenameTopic(0, taken)).ParamName);
        Assert.Contains("Topic 1 is already called 'a'", Assert.Throws<ArgumentException>(() => model.RenameTopic(0, "a")).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.RenameTopic(3, "y"));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.RenameTopic(-1, "y"));
    }

    [Fact]
    public void Without_names_of_features_a_renamed_topic_makes_slot_names()
    {
        IDataView data = Rows.View(_context, Rows.Values());
        NmfTransformer transformer = _context.Transforms.Nmf("Topics", "Features", rank: 3, maximumNumberOfIterations: 3, seed: 1).Fit(data);
        Assert.False(transformer.Transform(data).Schema["Topics"].HasSlotNames());
        transformer.Model.RenameTopic(2, "last");
        Assert.Equal(["topic 0", "topic 1", "last"], SlotNames(transformer, data, "Topics"));
        transformer.Model.RenameTopic(2, null);
        Assert.False(transformer.Transform(data).Schema["Topics"].HasSlotNames());
    }

    [Fact]
    public void Names_that_no_model_can_have_are_refused_in_a_file()
    {
        FactorMatrix[] layers = [Build.Ones(1, 3)];
        byte[] Names(params (int Topic, string Name)[] names) => Bytes.Of(writer =>
        {
            writer.Write(names.Length);
            foreach ((int topic, string name) in names)
            {
                writer.Write(topic);
                writer.Write(name);
            }
        });
        IEnumerable<string?> two = [null, "a", "b"], none = [null, null, null];
        Assert.Equal(two, ModelFormat.ReadTopicNames(Bytes.Reader(Names((1, "a"), (2, "b"))), layers)[0]);
        Assert.Equal(none, ModelFormat.ReadTopicNames(Bytes.Reader([], 0x00010003), layers)[0]);
        byte[][] wrong = [Names((3, "a")), Names((-1, "a")), Names((1, "a"), (1, "b")), Names((2, "a"), (1, "b")), Names((0, "a"), (1, "a")), Names((0, " "))];
        Assert.All(wrong, bytes => Assert.Throws<FormatException>(() => ModelFormat.ReadTopicNames(Bytes.Reader(bytes), layers)));
        Assert.Throws<FormatException>(() => ModelFormat.ReadTopicNames(Bytes.Reader(Names((0, "a"), (1, "b"), (2, "c"), (3, "d"))), layers));
    }

    // What topics are called where features have no names, if the column has none.
    private static string[] SlotNames(ITransformer model, IDataView data, string column)
    {
        DataViewSchema.Column slots = model.Transform(data).Schema[column];
        if (!slots.HasSlotNames())
            return [.. Enumerable.Range(0, ((VectorDataViewType)slots.Type).Size).Select(k => $"topic {k}")];
        VBuffer<ReadOnlyMemory<char>> names = default;
        slots.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }
}
