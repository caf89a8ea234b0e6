using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Reading;

/// <summary>Rows in batches: each once a pass, in another order each time, and never many at once.</summary>
public class BatchReaderTests
{
    private const int Batches = 16;

    private readonly MLContext _context = new(1);

    public static TheoryData<int, int, bool> Sizes()
    {
        var data = new TheoryData<int, int, bool>();
        foreach (bool canShuffle in new[] { false, true })
        {
            foreach ((int rows, int size) in new[] { (1, 1), (100, 7), (100, 100), (100, 1000), (1000, 5), (333, 32) })
                data.Add(rows, size, canShuffle);
        }

        return data;
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Every_pass_has_each_row_once_in_an_order_of_its_own(int rows, int size, bool canShuffle)
    {
        WatchedView view = Numbered(rows, canShuffle);
        BatchReader reader = Reader(view, size);
        var orders = new List<int[]>();
        for (int pass = 0; pass < 3; pass++)
        {
            ExampleBatch[] batches = [.. reader.Read(pass)];
            Assert.All(batches, batch => Assert.InRange(batch.Examples.Rows, 1, size));
            int[] order = [.. batches.SelectMany(NumbersOf)];
            Assert.Equal(Enumerable.Range(1, rows), order.Order());
            orders.Add(order);
        }

        Assert.Equal([rows, rows, rows], view.Given);
        Assert.Equal(0, view.Open);
        Assert.Equal(canShuffle, view.Passes.TrueForAll(random => random is not null));
        Assert.Equal(!canShuffle, view.Passes.TrueForAll(random => random is null));
        if (rows > 20)
            Assert.Equal(3, orders.DistinctBy(order => string.Join(' ', order)).Count());
        Assert.Equal(orders[1], Reader(Numbered(rows, canShuffle), size).Read(1).SelectMany(NumbersOf));
    }

    [Theory]
    [InlineData(false, Batches)]
    [InlineData(true, 1)]
    public void No_more_rows_are_read_ahead_than_a_buffer_has(bool canShuffle, int batches)
    {
        const int size = 10;
        WatchedView view = Numbered(1000, canShuffle);
        int yielded = 0;
        foreach (ExampleBatch batch in Reader(view, size).Read(0))
        {
            Assert.InRange(view.Given[0] - yielded, 1, batches * size);
            // Rows move within their buffer alone.
            if (!canShuffle)
                Assert.All(NumbersOf(batch), number => Assert.Equal(yielded / (Batches * size), (number - 1) / (Batches * size)));
            yielded += batch.Examples.Rows;
        }

        Assert.Equal(1000, yielded);
    }

    [Fact]
    public void Long_rows_fill_a_buffer_of_fewer()
    {
        const int features = 1 << 20, size = 2;
        float[] ones = [.. Enumerable.Repeat(1f, features)];
        var view = new WatchedView(PlantedRows.View(_context, [.. Enumerable.Repeat(ones, 20)]));
        int yielded = 0, most = 0;
        foreach (ExampleBatch batch in Reader(view, size).Read(0))
        {
            most = Math.Max(most, view.Given[0] - yielded);
            yielded += batch.Examples.Rows;
        }

        Assert.Equal((20, 8), (yielded, most));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rows_keep_their_labels_and_weights_and_those_of_weight_0_are_left_out(bool canShuffle)
    {
        static float WeightOf(int i) => i % 4;
        float[][] rows = [.. Enumerable.Range(0, 200).Select(i => new float[] { i + 1, 0, 1 })];
        IDataView view = canShuffle ? PlantedRows.ShuffledView(_context, rows, weight: WeightOf) : PlantedRows.View(_context, rows, weight: WeightOf);
        LabelColumn label = LabelReader.ReadClasses(view, LabelColumn.Find(view.Schema, "Label"), () => { });
        var reader = new BatchReader(view, FeatureColumn.Find(view, "Features"), Weighted(0.5, (new Penalty(0.1f, 0), default)), 16, seed: 5, () => { })
        {
            Unit = 1,
            Label = label,
        };
        for (int pass = 0; pass < 2; pass++)
        {
            var seen = new List<int>();
            foreach (ExampleBatch batch in reader.Read(pass))
            {
                int[] numbers = NumbersOf(batch);
                seen.AddRange(numbers);
                Assert.Equal(numbers.Select(number => WeightOf(number - 1)), batch.Examples.Weights!.Rows!);
                Assert.Equal(numbers.Select(number => (uint)((number - 1) % 3 + 1)), batch.Labels);
            }

            Assert.Equal(Enumerable.Range(0, 200).Where(i => i % 4 > 0).Select(i => i + 1), seen.Order());
        }
    }

    [Fact]
    public void The_unit_is_that_of_the_first_rows_that_are_not_zero()
    {
        float[][] rows = [.. Enumerable.Range(0, 100).Select(i => new float[] { i < 40 ? 0 : 1e20f, 0, i < 60 ? 0 : 2e20f })];
        using var streamed = new StreamedRows(Reader(PlantedRows.View(_context, rows), 2));
        Assert.InRange(streamed.Sample.Examples.Mean, 0.25, 4);
        Assert.Equal(100, streamed.Sample.Examples.Rows);
        Assert.Equal(rows.Sum(row => row.Sum(v => (double)v)), streamed.Sample.Examples.Sum * streamed.Sample.Examples.Unit, 1e16);
        // Those that are zero for longer than a sample is.
        float[][] late = [.. Enumerable.Range(0, 9000).Select(i => new float[] { i < 8900 ? 0 : 1e20f, 0, 0 })];
        var reader = Reader(PlantedRows.View(_context, late), 50);
        using var rest = new StreamedRows(reader);
        Assert.InRange(reader.Unit!.Value, 1e18, 1e20);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0.5)]
    public void Weights_that_differ_from_1_only_later_count(double beta)
    {
        static float WeightOf(int i) => i < 70 ? 1 : 3;
        float[][] rows = PlantedRows.Of(100);
        IDataView view = PlantedRows.ShuffledView(_context, rows, weight: WeightOf);
        var column = FeatureColumn.Find(view, "Features");
        ReadingPlan plan = Weighted(beta, default);
        using var streamed = new StreamedRows(new BatchReader(PlantedRows.View(_context, rows, weight: WeightOf), column, plan, 2, 5, () => { }));
        ExampleMatrix all = ExampleReader.Read(view, column, null, plan, () => { }).Examples;
        ExampleWeights joined = streamed.Sample.Examples.Weights!;
        Assert.Equal((all.GetType(), all.Rows, all.Unit), (streamed.Sample.Examples.GetType(), streamed.Sample.Examples.Rows, streamed.Sample.Examples.Unit));
        Assert.Equal(all.Weights!.Rows!.Order(), joined.Rows!.Order());
        Assert.Equal((all.Weights.Beta, 30), (joined.Beta, joined.Rows!.Count(weight => weight == 3)));
        Near.Equal(all.Sum, streamed.Sample.Examples.Sum, 1e-6);
    }

    [Theory]
    [InlineData(8191)]
    [InlineData(8192)]
    [InlineData(9000)]
    public void One_batch_of_all_rows_is_known_for_one_and_two_are_not(int rows)
    {
        foreach (bool canShuffle in new[] { false, true })
        {
            using var one = new StreamedRows(Reader(Numbered(rows, canShuffle), rows));
            Assert.True(one.AreOneBatch);
            Assert.Equal(rows, one.Sample.Examples.Rows);
            using var two = new StreamedRows(Reader(Numbered(rows, canShuffle), rows - 1));
            Assert.False(two.AreOneBatch);
            Assert.Equal(Enumerable.Range(1, rows), two.Read(0).SelectMany(NumbersOf).Order());
        }
    }

    private static ReadingPlan Weighted(double beta, (Penalty Activations, Penalty Templates) penalties) => new(new ReadingSettings(), "Weight", beta, penalties);

    private static BatchReader Reader(IDataView view, int size)
        => new(view, FeatureColumn.Find(view, "Features"), ReadingPlan.Plain, size, seed: 5, () => { });

    // Row i has i + 1 as its first value.
    private WatchedView Numbered(int rows, bool canShuffle)
    {
        float[][] values = [.. Enumerable.Range(0, rows).Select(i => new float[] { i + 1, 0, 1 })];
        return new WatchedView(canShuffle ? PlantedRows.ShuffledView(_context, values) : PlantedRows.View(_context, values));
    }

    private static int[] NumbersOf(ExampleBatch batch)
    {
        var rows = new ExampleRows(batch.Examples);
        return [.. Enumerable.Range(0, batch.Examples.Rows).Select(i =>
        {
            rows.Read(i);
            return (int)Math.Round(rows.Values[0] * batch.Examples.Unit);
        })];
    }
}
