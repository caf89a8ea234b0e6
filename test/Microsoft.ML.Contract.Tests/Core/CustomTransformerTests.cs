using Microsoft.ML.Contract.Core.Component;
using Microsoft.ML.Contract.Data.Support;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.Core;

public sealed class CustomTransformerTests
{
    private readonly MLContext _ml = new(1);

    private IDataView Data => _ml.Pixels();

    private ScaleTransformer Scale(string output = "Scaled", string input = "Values") => new ScaleEstimator(_ml, output, input, 3).Fit(Data);

    [Fact]
    public void Nothing_is_computed_before_it_is_asked_for()
    {
        var scale = Scale();
        var view = scale.Transform(Data);
        Assert.Equal(0, scale.MadeGetters);
        using (var cursor = view.GetRowCursor([view.Schema["Values"]]))
        {
            Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<int>(view.Schema["Id"]));
            Assert.Equal(0, scale.MadeGetters);
        }

        using (var cursor = view.GetRowCursor([view.Schema["Scaled"]]))
            Assert.True(scale.MadeGetters > 0);
    }

    [Fact]
    public void A_disposed_cursor_disposes_of_its_getters()
    {
        var scale = Scale();
        Assert.Equal([0, 3, 0], scale.Transform(Data).Floats("Scaled")[0]);
        Assert.True(scale.MadeGetters > 0);
        Assert.Equal(0, scale.OpenGetters);
    }

    [Fact]
    public void A_new_column_goes_to_the_end_and_a_known_one_behind_its_namesake()
    {
        Assert.Equal(["Id", "Values", "Name", "Weight", "Scaled"], Scale().GetOutputSchema(Data.Schema).Select(column => column.Name));
        var schema = Scale("Values").GetOutputSchema(Data.Schema);
        Assert.Equal(["Id", "Values", "Values", "Name", "Weight"], schema.Select(column => column.Name));
        Assert.True(schema[1].IsHidden);
        Assert.Equal(["Values*0", "Values*1", "Values*2"], schema["Values"].SlotNames());
    }

    [Fact]
    public void A_hidden_column_keeps_its_values()
    {
        var view = Scale("Values").Transform(Data);
        using var cursor = view.GetRowCursor(view.Schema);
        var hidden = cursor.GetGetter<VBuffer<float>>(view.Schema[1]);
        var shown = cursor.GetGetter<VBuffer<float>>(view.Schema["Values"]);
        VBuffer<float> vector = default;
        cursor.MoveNext();
        cursor.MoveNext();
        hidden(ref vector);
        Assert.Equal([1, 1, 2], vector.DenseValues());
        shown(ref vector);
        Assert.Equal([3, 3, 6], vector.DenseValues());
    }

    [Fact]
    public void Promised_and_delivered_schemas_agree()
    {
        var estimator = new ScaleEstimator(_ml, "Scaled", "Values", 3);
        var promised = estimator.GetOutputSchema(SchemaShape.Create(Data.Schema));
        var delivered = SchemaShape.Create(estimator.Fit(Data).Transform(Data).Schema);
        Assert.All(promised.Zip(delivered), pair => Assert.True(pair.First.IsCompatibleWith(pair.Second) && pair.Second.IsCompatibleWith(pair.First)));
        Assert.Equal(5, delivered.Count);
        Assert.Equal(Scale().GetOutputSchema(Data.Schema).Select(column => column.ToString()), Scale().Transform(Data).Schema.Select(column => column.ToString()));
    }

    [Fact]
    public void An_inactive_column_has_no_getter()
    {
        var view = Scale().Transform(Data);
        using var cursor = view.GetRowCursor([view.Schema["Scaled"]]);
        Assert.True(cursor.IsColumnActive(view.Schema["Scaled"]));
        Assert.False(cursor.IsColumnActive(view.Schema["Values"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cursor.GetGetter<VBuffer<float>>(view.Schema["Values"]));
    }

    [Fact]
    public void Getter_of_the_wrong_type_throws()
    {
        var view = Scale().Transform(Data);
        using var cursor = view.GetRowCursor([view.Schema["Scaled"]]);
        var thrown = Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<float>(view.Schema["Scaled"]));
        Assert.StartsWith("Invalid TValue: 'System.Single', expected type: ", thrown.Message);
    }

    [Fact]
    public void What_a_getter_throws_comes_up_when_the_cursor_moves()
    {
        var broken = new ScaleTransformer(_ml, "Scaled", "Values", 3) { BeforeValue = () => throw new TimeoutException("broken") };
        var view = broken.Transform(Data);
        using var cursor = view.GetRowCursor([view.Schema["Scaled"]]);
        cursor.GetGetter<VBuffer<float>>(view.Schema["Scaled"]);
        var thrown = Assert.Throws<InvalidOperationException>(() => cursor.MoveNext());
        Assert.Equal("broken", Assert.IsType<TimeoutException>(thrown.InnerException).Message);
    }

    [Fact]
    public void A_lone_row_throws_what_its_getter_does()
    {
        ITransformer broken = new ScaleTransformer(_ml, "Scaled", "Values", 3) { BeforeValue = () => throw new TimeoutException("broken") };
        var engine = _ml.Model.CreatePredictionEngine<Pixel, Scaled>(broken);
        Assert.Throws<TimeoutException>(() => engine.Predict(new Pixel { Values = [1, 2, 3] }));
    }

    [Fact]
    public void Every_row_is_computed_once_and_ahead_of_its_reading()
    {
        int values = 0;
        var scale = new ScaleTransformer(_ml, "Scaled", "Values", 3) { BeforeValue = () => Interlocked.Increment(ref values) };
        var view = scale.Transform(_ml.Pixels(1000));
        using (var cursor = view.GetRowCursor([view.Schema["Scaled"]]))
        {
            var get = cursor.GetGetter<VBuffer<float>>(view.Schema["Scaled"]);
            VBuffer<float> value = default;
            while (cursor.MoveNext())
            {
                get(ref value);
                get(ref value);
                Assert.Equal(3 * cursor.Position, value.GetItemOrDefault(0));
            }
        }

        Assert.Equal(1000, values);
        using (var cursor = view.GetRowCursor([view.Schema["Scaled"]]))
            Assert.True(cursor.MoveNext());
        Assert.True(values > 1001);
        Assert.Equal(0, scale.OpenGetters);
    }

    [Fact]
    public void Getters_of_one_cursor_run_in_several_threads()
    {
        var threads = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
        var scale = new ScaleTransformer(_ml, "Scaled", "Values", 3)
        {
            BeforeValue = () =>
            {
                threads[Environment.CurrentManagedThreadId] = 1;
                Thread.Sleep(1);
            },
        };
        Assert.Equal(2000, scale.Transform(_ml.Pixels(2000)).Floats("Scaled").Length);
        Assert.True(threads.Count > 1);
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads.Keys);
    }

    [Fact]
    public void A_row_mapper_knows_its_schemas_and_what_it_needs()
    {
        ITransformer scale = Scale();
        Assert.True(scale.IsRowToRowMapper);
        var mapper = scale.GetRowToRowMapper(Data.Schema);
        Assert.Equal("Values", Assert.Single(mapper.GetDependencies([mapper.OutputSchema["Scaled"]])).Name);
        Assert.Equal("Id", Assert.Single(mapper.GetDependencies([mapper.OutputSchema["Id"]])).Name);
        Assert.Equal(4, mapper.InputSchema.Count);
        Assert.Equal(5, mapper.OutputSchema.Count);
    }

    [Fact]
    public void A_model_file_holds_a_third_partys_component()
    {
        var data = Data;
        var chain = Scale().Append(_ml.Transforms.CopyColumns("Copy", "Scaled").Fit(Scale().Transform(data)));
        var loaded = _ml.Reload(chain, data.Schema, out var schema);
        Assert.Equal(data.Schema.Select(column => column.ToString()), schema.Select(column => column.ToString()));
        Assert.Equal(chain.Transform(data).Floats("Copy"), loaded.Transform(data).Floats("Copy"));
        Assert.Equal(chain.GetOutputSchema(data.Schema).Select(column => column.ToString()), loaded.GetOutputSchema(schema).Select(column => column.ToString()));
        Assert.IsType<ScaleTransformer>(((IEnumerable<ITransformer>)loaded).First());
    }

    [Fact]
    public void A_lone_component_is_saved_as_it_is() => Assert.IsType<ScaleTransformer>(_ml.Reload(Scale(), Data));

    [Fact]
    public void A_column_that_is_missing_is_named()
    {
        foreach (var fails in new Action[]
        {
            () => Scale(input: "Nothing").Transform(Data),
            () => Scale(input: "Nothing").GetOutputSchema(Data.Schema),
            () => new ScaleEstimator(_ml, "Scaled", "Nothing", 3).GetOutputSchema(SchemaShape.Create(Data.Schema)),
        })
        {
            Assert.Contains("Nothing", Assert.ThrowsAny<ArgumentOutOfRangeException>(fails).Message);
        }
    }

    private sealed class Scaled
    {
        [ColumnName("Scaled")]
        public float[] Values { get; set; } = [];
    }
}
