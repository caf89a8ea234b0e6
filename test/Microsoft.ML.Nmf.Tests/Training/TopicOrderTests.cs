using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Tests.Training;

/// <summary>The order of the topics of a model.</summary>
public class TopicOrderTests
{
    private readonly MLContext _context = new(1);
    private readonly IDataView _data;

    public TopicOrderTests() => _data = NeuralRows.GroupView(_context, Rows.Values());

    [Theory]
    [InlineData(NmfInitialization.Nndsvd)]
    [InlineData(NmfInitialization.Random)]
    public void The_most_prevalent_topic_is_first(NmfInitialization start)
    {
        NmfModel model = _context.Transforms.Nmf(new NmfEstimator.Options { InputColumnName = "Features", Rank = 5, Initialization = start, Seed = 3 }).Fit(_data).Model;
        IReadOnlyList<double> prevalence = model.GetPrevalence();
        Assert.Equal(prevalence.OrderDescending(), prevalence);
        Assert.Equal(1, prevalence.Sum(), 1e-9);
        Assert.True(prevalence[0] > prevalence[^1]);
        foreach (LayeredModel layered in new LayeredModel[]
        {
            _context.Transforms.DeepNmf(new DeepNmfEstimator.Options { InputColumnName = "Features", Ranks = [6, 3], Seed = 3 }).Fit(_data).Model,
            _context.Transforms.NeuralNmf(NeuralRows.Options(new() { Ranks = [6, 3] })).Fit(_data).Model,
        })
        {
            foreach (TopicLayer layer in layered.Layers)
                Assert.Equal(layer.GetPrevalence().OrderDescending(), layer.GetPrevalence());
        }
    }

    [Fact]
    public void The_prevalence_is_that_of_the_activations()
    {
        var transformer = _context.Transforms.Nmf(new NmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            Rank = 3,
            Normalization = ActivationNormalization.None,
            MaximumNumberOfIterations = 2000,
            Tolerance = 1e-9,
            Seed = 1,
        }).Fit(_data);
        float[][] activations = Rows.Topics(transformer.Transform(_data));
        FactorMatrix w = transformer.Model.Templates;
        double[] parts = [.. Enumerable.Range(0, 3).Select(k => activations.Sum(row => (double)row[k]) * Enumerable.Range(0, w.Rows).Sum(j => (double)w[j, k]))];
        Assert.All(transformer.Model.GetPrevalence().Zip(parts), pair => Assert.Equal(pair.Second / parts.Sum(), pair.First, 1e-3));
    }

    [Fact]
    public void Topics_that_were_given_stay_where_they_are()
    {
        FactorMatrix given = ChainFactor.Random(Rows.Size, 5, 3).InitialValues;
        // Multiplicative updates change all components at once, so that their order does not matter to them.
        NmfModel Fit(FactorMatrix start) => _context.Transforms.Nmf(new NmfEstimator.Options
        {
            InputColumnName = "Features",
            Rank = 5,
            Solver = NmfSolver.MultiplicativeUpdates,
            MaximumNumberOfIterations = 10,
            InitialTemplates = start,
            Seed = 3,
        }).Fit(_data).Model;
        int[] reversed = [4, 3, 2, 1, 0];
        FactorMatrix one = Fit(given).Templates, other = Fit(given.TakeColumns(reversed)).Templates.TakeColumns(reversed);
        for (int j = 0; j < one.Rows; j++)
        {
            for (int k = 0; k < one.Columns; k++)
                Assert.Equal(one[j, k], other[j, k], 1e-4);
        }
    }

    [Fact]
    public void Layers_are_brought_into_order_without_changing_what_they_say()
    {
        FactorMatrix[] templates = [new([1, 2, 3, 4, 5, 7], 2, 3), new([1, 2, 3, 4, 5, 6], 3, 2)], before = [.. templates];
        ActivationMoments[] moments = [new([3, 1, 2], [9, 1, 4]), new([1, 5], [1, 25])];
        Assert.Equal([[2, 0, 1], [1, 0]], TopicOrder.Arrange(templates, moments, _ => false));
        // Column sums 5, 7, 10 times sums 3, 1, 2: 15, 7, 20.
        Assert.Equal([3, 1, 2, 7, 4, 5], templates[0].Values.ToArray());
        Assert.Equal([6, 5, 2, 1, 4, 3], templates[1].Values.ToArray());
        Assert.Equal([2, 3, 1], moments[0].Sums);
        Assert.Equal([4, 9, 1], moments[0].MeanSquares);
        Assert.Equal([5, 1], moments[1].Sums);
        Assert.Equal(before[0].Multiply(before[1]).TakeColumns([1, 0]).Values, templates[0].Multiply(templates[1]).Values);

        FactorMatrix[] kept = [.. before];
        Assert.Equal([[0, 1, 2], [0, 1]], TopicOrder.Arrange(kept, [new([3, 1, 2], [9, 1, 4]), new([1, 5], [1, 25])], layer => layer == 1));
        Assert.Equal(before, kept);
    }
}
