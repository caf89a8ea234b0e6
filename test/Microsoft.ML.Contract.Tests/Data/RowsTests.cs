using Microsoft.ML.Contract.Data.Support;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.Data;

public sealed class RowsTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void Taking_and_skipping_count_from_the_start()
    {
        var data = _ml.Pixels(10);
        Assert.Equal([0, 1, 2], _ml.Data.TakeRows(data, 3).Ids());
        Assert.Equal([8, 9], _ml.Data.SkipRows(data, 8).Ids());
        Assert.Equal([4, 5], _ml.Data.TakeRows(_ml.Data.SkipRows(data, 4), 2).Ids());
        Assert.Empty(_ml.Data.SkipRows(data, 20).Ids());
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.TakeRows(data, 0));
    }

    [Fact]
    public void A_part_knows_its_row_count()
    {
        var data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 10).Select(_ => new Pixel()).ToList());
        Assert.Equal(3, _ml.Data.TakeRows(data, 3).GetRowCount());
        Assert.Equal(2, _ml.Data.SkipRows(data, 8).GetRowCount());
        Assert.Equal(0, _ml.Data.SkipRows(data, 80).GetRowCount());
    }

    [Fact]
    public void A_filter_takes_its_lower_bound_and_leaves_its_upper_one()
    {
        Assert.Equal([2, 3], _ml.Data.FilterRowsByColumn(_ml.Pixels(10), "Weight", 1, 2).Ids());
        Assert.Equal([8, 9], _ml.Data.FilterRowsByColumn(_ml.Pixels(10), "Weight", lowerBound: 4).Ids());
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.FilterRowsByColumn(_ml.Pixels(), "Name", 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.FilterRowsByColumn(_ml.Pixels(), "Weight", 2, 1));
    }

    [Fact]
    public void A_filter_leaves_out_missing_values()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Pixel { Id = 1, Weight = float.NaN }, new Pixel { Id = 2 } });
        Assert.Equal([2], _ml.Data.FilterRowsByColumn(data, "Weight", -10, 10).Ids());
    }

    [Fact]
    public void A_split_has_every_row_once()
    {
        var split = _ml.Data.TrainTestSplit(_ml.Pixels(1000), testFraction: 0.2);
        int[] test = split.TestSet.Ids();
        Assert.InRange(test.Length, 150, 250);
        Assert.Equal(Enumerable.Range(0, 1000), split.TrainSet.Ids().Concat(test).Order());
        Assert.Equal(_ml.Pixels().Schema.Select(column => column.ToString()), split.TrainSet.Schema.Select(column => column.ToString()));
    }

    [Fact]
    public void A_split_is_the_same_for_one_seed()
    {
        int[] Split(MLContext ml, int? seed = null) => ml.Data.TrainTestSplit(ml.Pixels(200), seed: seed).TestSet.Ids();

        Assert.Equal(Split(new(5)), Split(new(5)));
        Assert.Equal(Split(new(5)), Split(new(6), seed: 5));
        Assert.NotEqual(Split(new(5)), Split(new(6)));
        Assert.Equal(Split(new()), Split(new()));
        var data = _ml.Data.TrainTestSplit(_ml.Pixels(200)).TestSet;
        Assert.Equal(data.Ids(), data.Ids());
    }

    [Fact]
    public void A_split_by_key_keeps_the_rows_of_a_key_together()
    {
        var data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 200).Select(i => new Pixel { Id = i, Name = $"group {i % 20}" }));
        var split = _ml.Data.TrainTestSplit(data, 0.3, "Name");
        Assert.Empty(split.TrainSet.GetColumn<string>("Name").Intersect(split.TestSet.GetColumn<string>("Name")));
        Assert.Equal(200, split.TrainSet.Ids().Length + split.TestSet.Ids().Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.TrainTestSplit(data, 0.3, "Nothing"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_split_into_one_part_throws(double fraction)
        => Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.TrainTestSplit(_ml.Pixels(), fraction));

    [Fact]
    public void Every_row_is_in_the_test_of_one_fold()
    {
        var folds = _ml.Data.CrossValidationSplit(_ml.Pixels(300), numberOfFolds: 3);
        Assert.Equal(Enumerable.Range(0, 300), folds.SelectMany(fold => fold.TestSet.Ids()).Order());
        Assert.All(folds, fold => Assert.Equal(300, fold.TrainSet.Ids().Concat(fold.TestSet.Ids()).Distinct().Count()));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.CrossValidationSplit(_ml.Pixels(), 1));
    }

    [Fact]
    public void Shuffled_rows_are_the_same_rows_in_an_order_of_the_seed()
    {
        var data = _ml.Pixels(50);
        var shuffled = _ml.Data.ShuffleRows(data, seed: 3);
        Assert.NotEqual(data.Ids(), shuffled.Ids());
        Assert.Equal(data.Ids(), shuffled.Ids().Order());
        Assert.Equal(shuffled.Ids(), shuffled.Ids());
        Assert.Equal(shuffled.Ids(), _ml.Data.ShuffleRows(data, seed: 3).Ids());
        Assert.NotEqual(shuffled.Ids(), _ml.Data.ShuffleRows(data, seed: 4).Ids());
    }

    [Fact]
    public void Shuffled_rows_stay_whole()
    {
        var rows = _ml.Data.CreateEnumerable<Pixel>(_ml.Data.ShuffleRows(_ml.Pixels(50), seed: 3, shufflePoolSize: 7), false);
        Assert.All(rows, row => Assert.Equal((row.Id, 2f * row.Id, $"row {row.Id}"), ((int)row.Values[0], row.Values[2], row.Name)));
    }

    [Fact]
    public void A_pool_moves_no_row_far_ahead()
    {
        int[] ids = _ml.Data.ShuffleRows(_ml.Pixels(100), seed: 3, shufflePoolSize: 10).Ids();
        Assert.All(ids.Select((id, position) => id - position), ahead => Assert.True(ahead < 10));
    }

    [Fact]
    public void A_cache_reads_each_column_once()
    {
        int runs = 0;
        IEnumerable<Pixel> Rows()
        {
            runs++;
            for (int i = 0; i < 3; i++)
                yield return new Pixel { Id = i, Values = [i, 0, 0] };
        }

        var cache = _ml.Data.Cache(_ml.Data.LoadFromEnumerable(Rows()));
        Assert.Equal(0, runs);
        Assert.Equal([0, 1, 2], cache.Ids());
        Assert.Equal([0, 1, 2], cache.Ids());
        Assert.Equal(1, runs);
        Assert.Equal(2, cache.Floats("Values")[2][0]);
        Assert.Equal(2, runs);
        Assert.Equal(3, cache.GetRowCount());
    }

    [Fact]
    public void A_cache_throws_what_its_source_does_when_its_cursor_moves()
    {
        IEnumerable<Pixel> Rows()
        {
            yield return new Pixel { Values = [1, 2, 3] };
            throw new TimeoutException("source");
        }

        Assert.IsType<TimeoutException>(CacheFailure(Rows()));
    }

    [Fact]
    public void A_cache_refuses_a_vector_of_another_size_than_its_columns()
    {
        var failure = Assert.IsType<InvalidOperationException>(CacheFailure([new() { Values = [1, 2, 3] }, new() { Values = [1, 2] }]));
        Assert.Equal("Caching expected vector of size 3, but 2 encountered.", failure.Message);
    }

    [Fact]
    public void A_cache_can_be_shuffled()
    {
        var cache = _ml.Data.Cache(_ml.Pixels(50), "Id");
        Assert.True(cache.CanShuffle);
        using var cursor = cache.GetRowCursor([cache.Schema["Id"]], new Random(1));
        var get = cursor.GetGetter<int>(cache.Schema["Id"]);
        var ids = new List<int>();
        while (cursor.MoveNext())
        {
            int id = 0;
            get(ref id);
            ids.Add(id);
        }

        Assert.NotEqual(ids.Order(), ids);
        Assert.Equal(Enumerable.Range(0, 50), ids.Order());
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.Cache(_ml.Pixels(), "Nothing"));
    }

    [Fact]
    public void Cached_vectors_are_not_the_caches_own()
    {
        var cache = _ml.Data.Cache(_ml.Pixels());
        var first = cache.Read<VBuffer<float>>("Values")[1];
        VBufferEditor.CreateFromBuffer(ref first).Values.Clear();
        Assert.Equal([1, 1, 2], cache.Floats("Values")[1]);
    }

    [Fact]
    public void A_column_is_read_as_values_strings_or_arrays()
    {
        var data = _ml.Pixels(2);
        Assert.Equal([0, 1], data.GetColumn<int>("Id"));
        Assert.Equal(["row 0", "row 1"], data.GetColumn<string>("Name"));
        Assert.Equal([1, 1, 2], data.GetColumn<float[]>(data.Schema["Values"]).Last());
        Assert.Throws<ArgumentOutOfRangeException>(() => data.GetColumn<float>("Id"));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.GetColumn<float[]>("Weight"));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.GetColumn<int>("Nothing"));
    }

    [Fact]
    public void A_preview_shows_the_first_rows()
    {
        var preview = _ml.Pixels(10).Preview(maxRows: 2);
        Assert.Equal("4 columns, 2 rows", preview.ToString());
        Assert.Equal(new KeyValuePair<string, object>("Id", 1), preview.RowView[1].Values[0]);
        Assert.Equal([0, 1], preview.ColumnView[0].Values);
        Assert.Equal("Id: Int32", preview.ColumnView[0].ToString());
        Assert.Equal(5, _ml.Transforms.CopyColumns("Copy", "Id").Preview(_ml.Pixels()).Schema.Count);
    }

    private Exception? CacheFailure(IEnumerable<Pixel> rows)
    {
        var cache = _ml.Data.Cache(_ml.Data.LoadFromEnumerable(rows));
        using var cursor = cache.GetRowCursor(cache.Schema);
        return Assert.Throws<InvalidOperationException>(() =>
        {
            while (cursor.MoveNext())
                continue;
        }).InnerException;
    }
}
