using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Transforming;

public class FindTransformerTests
{
    private readonly MLContext _context = new(1);
    private readonly IDataView _data;

    public FindTransformerTests() => _data = Rows.NamedView(_context, Rows.Values(40));

    [Fact]
    public void A_transformer_alone_is_found()
    {
        NmfTransformer nmf = Nmf("Topics").Fit(_data);
        Assert.Same(nmf, nmf.FindNmf());
        Assert.Same(nmf, nmf.FindNmf("Topics"));
    }

    [Fact]
    public void Each_kind_is_found_among_the_others()
    {
        TransformerChain<NeuralNmfTransformer> model = Nmf("A").Append(Deep("B")).Append(Neural("C")).Fit(_data);
        ITransformer[] steps = [.. model];
        Assert.Same(steps[0], model.FindNmf());
        Assert.Same(steps[1], model.FindDeepNmf());
        Assert.Same(steps[2], model.FindNeuralNmf());
    }

    [Fact]
    public void A_chain_in_a_chain_in_a_chain_is_searched()
    {
        NmfTransformer nmf = Nmf("Topics").Fit(_data);
        var inner = new TransformerChain<ITransformer>(Copy("X"), nmf);
        var middle = new TransformerChain<ITransformer>(inner, Copy("Y"));
        var outer = new TransformerChain<ITransformer>(Copy("Z"), middle, Copy("W"));
        Assert.Same(nmf, outer.FindNmf());
        Assert.Same(nmf, new TransformerChain<ITransformer>(new TransformerChain<ITransformer>(), outer).FindNmf("Topics"));
    }

    [Fact]
    public void A_nested_pipeline_is_searched_after_loading()
    {
        EstimatorChain<NmfTransformer> inner = _context.Transforms.CopyColumns("Words", "Features").Append(Nmf("Topics"));
        var pipeline = _context.Transforms.CopyColumns("More", "Features").Append(_context.Transforms.CopyColumns("Least", "More").Append(inner))
            .Append(_context.Transforms.NormalizeMinMax("Topics"));
        ITransformer model = pipeline.Fit(_data);
        var file = new MemoryStream();
        _context.Model.Save(model, _data.Schema, file);
        file.Position = 0;
        ITransformer loaded = new MLContext(2).Model.Load(file, out _);
        Assert.NotSame(model.FindNmf(), loaded.FindNmf());
        Assert.Equal(model.FindNmf().Model.GetTopics().Select(topic => topic.ToString()), loaded.FindNmf().Model.GetTopics().Select(topic => topic.ToString()));
    }

    [Theory]
    [InlineData("Nmf, β = 1")]
    [InlineData("DeepNmf")]
    [InlineData("NeuralNmf, text")]
    public void Every_kind_is_found_after_loading_alone(string kind)
    {
        (ITransformer model, DataViewSchema schema) = SavedModels.Train(kind);
        var file = new MemoryStream();
        _context.Model.Save(model, schema, file);
        file.Position = 0;
        ITransformer loaded = new MLContext(2).Model.Load(file, out _);
        Assert.Equal(model.ToString(), kind[0] == 'D' ? loaded.FindDeepNmf().ToString() : kind[1] == 'e' ? loaded.FindNeuralNmf("Fine").ToString()
            : loaded.FindNmf().ToString());
    }

    [Fact]
    public void Where_there_is_none_the_message_says_what_there_is()
    {
        InvalidOperationException other = Assert.Throws<InvalidOperationException>(() => Copy("X").FindNmf());
        Assert.Equal("The model has no NmfTransformer, but ColumnCopyingTransformer. Give it the whole fitted pipeline, not a part of it.", other.Message);
        ITransformer featurizer = _context.Transforms.Text.FeaturizeText("X", "Label").Fit(_data);
        Assert.Contains(" but TextFeaturizingEstimator.Transformer. ", Assert.Throws<InvalidOperationException>(() => featurizer.FindNmf()).Message);
        InvalidOperationException kind = Assert.Throws<InvalidOperationException>(() => Nmf("A").Append(Deep("B")).Fit(_data).FindNeuralNmf());
        Assert.Equal("The model has no NeuralNmfTransformer, but NmfTransformer ('A'), DeepNmfTransformer ('B'). Call FindNmf() or FindDeepNmf().",
            kind.Message);
        InvalidOperationException empty = Assert.Throws<InvalidOperationException>(() => new TransformerChain<ITransformer>().FindNmf());
        Assert.Equal("The model has no NmfTransformer: it is an empty chain. Give it the fitted pipeline.", empty.Message);
    }

    [Fact]
    public void Two_of_a_kind_need_a_name()
    {
        ITransformer model = Nmf("A").Append(CopyEstimator("X")).Append(Nmf("B")).Fit(_data);
        InvalidOperationException two = Assert.Throws<InvalidOperationException>(() => model.FindNmf());
        Assert.Equal("The model has 2 of NmfTransformer, with the output columns 'A'; 'B': name one of them as outputColumnName.", two.Message);
        Assert.Equal(["A", "B"], new[] { "A", "B" }.Select(name => Assert.Single(model.FindNmf(name).OutputColumnNames)));
        InvalidOperationException none = Assert.Throws<InvalidOperationException>(() => model.FindNmf(outputColumnName: "X"));
        Assert.Equal("No NmfTransformer of the model adds a column 'X'. The output columns are 'A'; 'B': name one of them.", none.Message);
    }

    [Fact]
    public void A_name_that_is_not_there_is_not_overlooked_where_there_is_only_one()
        => Assert.Throws<InvalidOperationException>(() => Nmf("A").Fit(_data).FindNmf("B"));

    [Fact]
    public void A_transformer_is_found_by_any_of_its_columns()
    {
        DeepNmfTransformer deep = Deep("B", "Fine").Fit(_data);
        ITransformer model = new TransformerChain<ITransformer>(Deep("C").Fit(_data), deep);
        Assert.Same(deep, model.FindDeepNmf("Fine"));
        Assert.Same(deep, model.FindDeepNmf("B"));
        Assert.Contains("'C'; 'B', 'Fine'", Assert.Throws<InvalidOperationException>(() => model.FindDeepNmf()).Message);
    }

    [Fact]
    public void Of_two_columns_of_one_name_the_last_is_meant()
    {
        NmfTransformer first = Nmf("A").Fit(_data), second = Nmf("A").Fit(_data);
        Assert.Same(second, new TransformerChain<ITransformer>(first, Copy("X"), second).FindNmf("A"));
    }

    [Fact]
    public void One_that_stands_twice_in_the_chain_is_one()
    {
        NmfTransformer nmf = Nmf("A").Fit(_data);
        Assert.Same(nmf, new TransformerChain<ITransformer>(nmf, Copy("X"), nmf).FindNmf());
    }

    [Fact]
    public void Nothing_and_an_empty_name_are_refused()
    {
        Assert.Equal("model", Assert.Throws<ArgumentNullException>(() => ((ITransformer)null!).FindNmf()).ParamName);
        Assert.Equal("outputColumnName", Assert.Throws<ArgumentException>(() => Copy("X").FindNmf("")).ParamName);
    }

    private NmfEstimator Nmf(string output) => _context.Transforms.Nmf(output, "Features", rank: 3, maximumNumberOfIterations: 3, seed: 1);

    private DeepNmfEstimator Deep(string output, string? fine = null) => _context.Transforms.DeepNmf(new DeepNmfEstimator.Options
    {
        OutputColumnName = output,
        InputColumnName = "Features",
        LayerOutputColumnNames = fine is null ? null : [fine],
        Ranks = [4, 2],
        MaximumNumberOfIterations = 3,
        Seed = 1,
    });

    private NeuralNmfEstimator Neural(string output)
        => _context.Transforms.NeuralNmf(new NeuralNmfEstimator.Options
        {
            OutputColumnName = output,
            InputColumnName = "Features",
            Ranks = [4, 2],
            MaximumNumberOfIterations = 3,
            Seed = 1,
        });

    private IEstimator<ITransformer> CopyEstimator(string output) => _context.Transforms.CopyColumns(output, "Features");

    private ITransformer Copy(string output) => CopyEstimator(output).Fit(_data);
}
