using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Exporting;

/// <summary>What cannot be saved as ONNX is refused with what and why, before anything is written.</summary>
public class OnnxRefusalTests
{
    private readonly MLContext _context = new(1);
    private readonly IDataView _data;

    public OnnxRefusalTests() => _data = Rows.View(_context, Rows.Values());

    [Fact]
    public void A_beta_between_one_and_two_is_refused()
        => Assert.Contains("its Beta is 1.5", Refused(new NmfEstimator.Options { Rank = 3, Beta = 1.5 }));

    [Fact]
    public void A_squared_penalty_below_a_beta_of_one_is_refused()
        => Assert.Contains("ActivationsL2Regularization is 0.1",
            Refused(new NmfEstimator.Options { Rank = 3, Beta = 0.5, ActivationsL2Regularization = 0.1f }));

    [Fact]
    public void Too_many_updates_are_refused()
        => Assert.Contains("TransformMaximumNumberOfIterations is 5000",
            Refused(new NmfEstimator.Options { Rank = 3, Beta = 0.5, TransformMaximumNumberOfIterations = 5000 }));

    [Fact]
    public void Holes_are_refused()
        => Assert.Contains("its MissingValues is AreMissing", Refused(new NmfEstimator.Options { Rank = 3, MissingValues = MissingValues.AreMissing }));

    [Fact]
    public void Feature_weights_are_refused_where_they_are_not_part_of_the_templates()
        => Assert.Contains("it has FeatureWeights and its Beta is 0.5",
            Refused(new NmfEstimator.Options { Rank = 3, Beta = 0.5, FeatureWeights = [.. Enumerable.Repeat(1f, Rows.Size)] }));

    [Fact]
    public void Topics_that_depend_on_each_other_are_refused()
    {
        var twice = new float[Rows.Size, 2];
        for (int j = 0; j < Rows.Size; j++)
            twice[j, 0] = twice[j, 1] = 1 + j;
        Assert.Contains("nearly depend on each other", Refused(new NmfEstimator.Options
        {
            Rank = 2,
            InitialTemplates = new FactorMatrix(twice),
            Solver = NmfSolver.MultiplicativeUpdates,
            MaximumNumberOfIterations = 1,
        }));
    }

    [Fact]
    public void A_stage_before_that_cannot_be_saved_is_blamed()
    {
        ITransformer model = _context.Transforms.Expression("Doubled", "x => 2 * x", "Features")
            .Append(_context.Transforms.Nmf("Topics", "Doubled", rank: 2)).Fit(_data);
        string message = Assert.Throws<InvalidOperationException>(() => _context.Model.ConvertToOnnx(model, _data, new MemoryStream())).Message;
        Assert.Contains("'Topics'", message);
        Assert.Contains("'Doubled'", message);
    }

    [Fact]
    public void An_operator_set_that_is_too_old_is_named()
        => Assert.Contains("NmfTransformer's minimum OpSet version requirement: 12", Assert.Throws<ArgumentOutOfRangeException>(
            () => _context.Model.ConvertToOnnx(_context.Transforms.Nmf("Topics", "Features", rank: 3).Fit(_data), _data, 11, new MemoryStream())).Message);

    private string Refused(NmfEstimator.Options options)
    {
        (options.OutputColumnName, options.InputColumnName, options.Seed) = ("Topics", "Features", 1);
        ITransformer model = _context.Transforms.Nmf(options).Fit(_data);
        using var stream = new MemoryStream();
        string message = Assert.Throws<InvalidOperationException>(() => _context.Model.ConvertToOnnx(model, _data, stream)).Message;
        Assert.Contains("The transformer that makes 'Topics' cannot be saved as ONNX", message);
        Assert.Equal(0, stream.Length);
        return message;
    }
}
