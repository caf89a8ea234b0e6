using Microsoft.ML.Contract.Transforms.Support;

namespace Microsoft.ML.Contract.Transforms;

/// <summary>Transforms compute a row when it is asked for, and nothing before.</summary>
public sealed class StreamingTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Transforming_reads_no_row_until_a_cursor_moves()
    {
        var lines = new Counted(100);
        var data = _ml.Data.LoadFromEnumerable(lines);
        var transformer = Pipeline().Fit(data);
        int read = lines.Read;

        var view = transformer.Transform(data);
        _ = view.Schema["Out"].Type;
        _ = view.SlotNames("Out");
        Assert.Equal(read, lines.Read);

        Assert.Equal(100, view.Floats("Out").Count);
        Assert.Equal(read + 100, lines.Read);
    }

    [Fact]
    public void A_view_can_be_read_again_with_the_same_values()
    {
        var view = _ml.Data.LoadFromEnumerable(new Counted(20)).Apply(Pipeline());

        Assert.Equal(view.Floats("Out"), view.Floats("Out"));
    }

    [Fact]
    public void Cursors_that_run_side_by_side_do_not_disturb_each_other()
    {
        var view = _ml.Data.LoadFromEnumerable(new Counted(200)).Apply(Pipeline());
        var expected = view.Floats("Out");

        Parallel.For(0, 4, _ => Assert.Equal(expected, view.Floats("Out")));
    }

    [Fact]
    public void One_row_alone_gives_what_it_gives_among_others()
    {
        var data = _ml.Data.LoadFromEnumerable(new Counted(20));
        var transformer = Pipeline().Fit(data);
        var expected = transformer.Transform(data).Floats("Out");
        using var engine = _ml.Model.CreatePredictionEngine<Line, Vector>(transformer);

        Assert.Equal(expected, new Counted(20).Select(line => engine.Predict(line).Out!));
    }

    [Fact]
    public void Word_counts_stay_out_when_only_the_text_is_read()
    {
        var data = _ml.Data.LoadFromEnumerable(new Counted(5)).Apply(Pipeline());
        using var cursor = data.GetRowCursor([data.Schema["Text"]]);

        Assert.True(cursor.MoveNext());
        Assert.False(cursor.IsColumnActive(data.Schema["Out"]));
        Assert.True(cursor.IsColumnActive(data.Schema["Text"]));
    }

    private IEstimator<ITransformer> Pipeline()
        => _ml.Transforms.Text.NormalizeText("Normal", "Text")
            .Append(_ml.Transforms.Text.TokenizeIntoWords("Words", "Normal"))
            .Append(_ml.Transforms.Text.RemoveDefaultStopWords("Content", "Words"))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Keys", "Content"))
            .Append(_ml.Transforms.Text.ProduceNgrams("Counts", "Keys"))
            .Append(_ml.Transforms.FeatureSelection.SelectFeaturesBasedOnCount("Frequent", "Counts", count: 2))
            .Append(_ml.Transforms.NormalizeMinMax("Scaled", "Frequent"))
            .Append(_ml.Transforms.NormalizeLpNorm("Out", "Scaled"));

    private sealed class Counted(int count) : IEnumerable<Line>
    {
        public int Read { get; private set; }

        public IEnumerator<Line> GetEnumerator()
        {
            for (int i = 0; i < count; i++)
            {
                Read++;
                yield return new Line { Text = $"Word{i % 7} the other{i % 3} word{i % 5} word{i % 5} of" };
            }
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class Line
    {
        public string? Text { get; set; }
    }

    private sealed class Vector
    {
        public float[]? Out { get; set; }
    }
}
