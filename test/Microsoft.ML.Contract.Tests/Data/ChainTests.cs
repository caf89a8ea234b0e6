using Microsoft.ML.Contract.Data.Support;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.Data;

public sealed class ChainTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void Each_estimator_is_fit_on_what_the_ones_before_make()
    {
        var chain = _ml.Transforms.CopyColumns("A", "Id").Append(_ml.Transforms.CopyColumns("B", "A")).Append(_ml.Transforms.DropColumns("A"));
        var model = chain.Fit(_ml.Pixels());
        Assert.Equal(["Id", "Values", "Name", "Weight", "B"], model.Transform(_ml.Pixels()).Schema.Select(column => column.Name));
        Assert.Equal(3, model.Count());
        Assert.Same(model.Last(), model.LastTransformer);
    }

    [Fact]
    public void A_chain_that_does_not_fit_fails_before_it_reads()
    {
        IEnumerable<Pixel> Rows()
        {
            yield return new Pixel();
            throw new InvalidOperationException("read");
        }

        var chain = _ml.Transforms.Conversion.MapValueToKey("Key", "Name").Append(_ml.Transforms.CopyColumns("A", "Nothing"));
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => chain.Fit(_ml.Data.LoadFromEnumerable(Rows())));
        Assert.Contains("Nothing", thrown.Message);
    }

    [Fact]
    public void Appending_leaves_the_chain_as_it_was()
    {
        var first = _ml.Transforms.CopyColumns("A", "Id").Append(_ml.Transforms.CopyColumns("B", "Id"));
        first.Append(_ml.Transforms.CopyColumns("C", "Id"));
        Assert.Equal(2, first.Fit(_ml.Pixels()).Count());
    }

    [Fact]
    public void A_checkpoint_keeps_later_estimators_from_reading_again()
    {
        int runs = 0;
        IEnumerable<Pixel> Rows()
        {
            runs++;
            yield return new Pixel { Name = "a" };
        }

        var copies = _ml.Transforms.CopyColumns("A", "Name");
        var keys = _ml.Transforms.Conversion.MapValueToKey("B", "A").Append(_ml.Transforms.Conversion.MapValueToKey("C", "A"));
        copies.Append(keys).Fit(_ml.Data.LoadFromEnumerable(Rows()));
        Assert.Equal(2, runs);
        runs = 0;
        copies.AppendCacheCheckpoint(_ml).Append(_ml.Transforms.Conversion.MapValueToKey("B", "A")).Append(_ml.Transforms.Conversion.MapValueToKey("C", "A"))
            .Fit(_ml.Data.LoadFromEnumerable(Rows()));
        Assert.Equal(1, runs);
        Assert.Throws<InvalidOperationException>(() => new EstimatorChain<ITransformer>().AppendCacheCheckpoint(_ml));
    }

    [Fact]
    public void A_scope_leaves_transformers_out_of_scoring()
    {
        var chain = _ml.Transforms.CopyColumns("A", "Id").Append(_ml.Transforms.CopyColumns("B", "Id"), TransformerScope.Training);
        var model = chain.Fit(_ml.Pixels());
        Assert.Null(model.Transform(_ml.Pixels()).Schema.GetColumnOrNull("B"));
        Assert.NotNull(model.Transform(_ml.Pixels(), TransformerScope.Training).Schema.GetColumnOrNull("B"));
        Assert.Single(model.GetModelFor(TransformerScope.Scoring));
        var loaded = (TransformerChain<ITransformer>)_ml.Reload(model, _ml.Pixels());
        Assert.Null(loaded.Transform(_ml.Pixels()).Schema.GetColumnOrNull("B"));
        Assert.Equal(2, loaded.Count());
    }

    [Fact]
    public void An_empty_chain_changes_nothing()
    {
        var model = new EstimatorChain<ITransformer>().Fit(_ml.Pixels());
        Assert.Null(model.LastTransformer);
        var data = _ml.Pixels();
        Assert.Same(data, model.Transform(data));
    }

    [Fact]
    public void A_fit_shows_its_transformer_to_who_wants_it()
    {
        ITransformer? seen = null;
        var model = _ml.Transforms.CopyColumns("A", "Id").WithOnFitDelegate(transformer => seen = transformer)
            .Append(_ml.Transforms.CopyColumns("B", "Id")).Fit(_ml.Pixels());
        Assert.Same(model.First(), seen);
    }

    [Fact]
    public void Two_transformers_make_a_chain()
    {
        ITransformer first = _ml.Transforms.CopyColumns("A", "Id").Fit(_ml.Pixels());
        var second = _ml.Transforms.CopyColumns("B", "A").Fit(first.Transform(_ml.Pixels()));
        Assert.Equal([0, 1, 2, 3], first.Append(second).Transform(_ml.Pixels()).Read<int>("B"));
    }
}
