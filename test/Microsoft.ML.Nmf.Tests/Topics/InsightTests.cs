using System.Text.Json;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Topics;

/// <summary>What topics tell without data equals what scipy and plain loops found.</summary>
public class InsightTests
{
    private static readonly InsightFixture _fixture = InsightFixture.Load();
    private static readonly NmfModel _model = _fixture.Model;
    private readonly int _words = _fixture["words_per_topic"].GetInt32();

    [Fact]
    public void Words_come_by_relevance()
    {
        foreach (JsonElement of in _fixture["relevance"].EnumerateArray())
        {
            Topic topic = _model.GetTopics(_words, of.GetProperty("lambda").GetDouble())[of.GetProperty("topic").GetInt32()];
            Assert.Equal(InsightFixture.Integers(of.GetProperty("words")), topic.Words.Select(word => word.Feature));
            Assert.All(InsightFixture.Numbers(of.GetProperty("values")).Zip(topic.Words), pair => Assert.Equal(pair.First, pair.Second.Relevance, 1e-6));
        }
    }

    [Fact]
    public void Similarity_sparsity_diversity_and_exclusivity_are_those_of_the_fixture()
    {
        Near.Equal(_fixture.Matrix("similarity"), _model.GetSimilarity(), 1e-6);
        AssertNear("sparsity", _model.GetSparsity());
        AssertNear("exclusivity", _model.GetExclusivity(_words));
        AssertNear("prevalence", _model.GetPrevalence());
        AssertNear("prevalence", _model.GetTopics().Select(topic => topic.Prevalence));
        Assert.Equal(_fixture["diversity"].GetDouble(), _model.GetDiversity(_words), 1e-6);

        static void AssertNear(string expected, IEnumerable<double> actual)
            => Assert.All(_fixture.Numbers(expected).Zip(actual.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void A_layer_tells_of_its_effective_templates_what_a_model_of_them_tells()
    {
        FactorMatrix[] templates = [_model.Templates, Build.Matrix(Naive.Random(4, 3, seed: 2, density: 0.7))];
        double[] sums = [3, 2, 1];
        TopicLayer layer = new DeepNmfModel(templates, _fixture.Texts("words"), 2, 70, ActivationMoments.OfSums(templates, sums), default,
            [new TrainingPhase { Name = "all", History = _model.History }]).Deepest;
        NmfModel flat = InsightFixture.Make(layer.EffectiveTemplates, _fixture.Texts("words"), sums);
        Assert.Equal(flat.GetSimilarity(), layer.GetSimilarity());
        Assert.Equal(flat.GetSparsity(), layer.GetSparsity());
        Assert.Equal(flat.GetExclusivity(), layer.GetExclusivity());
        Assert.Equal(flat.GetDiversity(4), layer.GetDiversity(4));
        Assert.Equal(flat.GetTopics(6, 0.4).Select(topic => topic.ToString()), layer.GetTopics(6, 0.4).Select(topic => topic.ToString()));
        Assert.Equal(1, TopicComparison.Between(flat, layer).MeanSimilarity, 1e-12);
    }

    [Fact]
    public void A_topic_of_nothing_is_like_none_and_tells_nothing()
    {
        NmfModel model = InsightFixture.Make(new FactorMatrix(new float[,] { { 1, 0, 2 }, { 0, 0, 3 } }), ["a", "b"], [1, 1, 0]);
        Assert.Equal(0, model.GetSimilarity()[1, 1]);
        Assert.Equal([1, double.NaN], model.GetSparsity().Take(2));
        Assert.Equal(double.NaN, model.GetExclusivity()[1]);
        // Words that no prevalent topic has are no more frequent than in their own.
        Assert.All(model.GetTopics(2, 0), topic => Assert.All(topic.Words, word => Assert.True(double.IsFinite(word.Relevance))));
        Assert.Equal(double.NaN, InsightFixture.Make(new FactorMatrix(new float[,] { { 0, 0 } }), null, [1, 1]).GetDiversity());
        Assert.Equal([double.NaN], InsightFixture.Make(new FactorMatrix(new float[,] { { 1 } }), null, [1]).GetSparsity());
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_lambda_that_is_no_share_is_refused(double relevance)
        => Assert.StartsWith($"relevance is {relevance}, but must be from 0",
            Assert.Throws<ArgumentOutOfRangeException>(() => _model.GetTopics(5, relevance)).Message);

    [Fact]
    public void A_model_that_does_not_know_prevalence_has_words_by_weight_alone()
    {
        NmfModel model = InsightFixture.Make(_model.Templates, null, []);
        Assert.Equal(_model.GetTopics(5).Select(topic => topic.Words[0].Feature), model.GetTopics(5).Select(topic => topic.Words[0].Feature));
        Assert.All(model.GetTopics(), topic => Assert.Equal(double.NaN, topic.Prevalence));
        Assert.Contains("earlier version", Assert.Throws<InvalidOperationException>(() => model.GetTopics(5, 0.9)).Message);
    }
}
