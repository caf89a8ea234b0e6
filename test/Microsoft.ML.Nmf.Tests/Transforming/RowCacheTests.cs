using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Transforming;

namespace Microsoft.ML.Nmf.Tests.Transforming;

public class RowCacheTests
{
    [Fact]
    public void All_columns_of_a_cursors_row_come_from_one_computation()
    {
        IDataView view = Rows.View(new MLContext(1), Rows.Values(10));
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        var counter = new Counter();
        var cache = new RowCache(cursor, FeatureColumn.Find(view, "Features"), new ReadingSettings(), counter);
        for (int rows = 1; cursor.MoveNext(); rows++)
        {
            Assert.Equal(cache.Activations(0).ToArray(), cache.Activations(1).ToArray());
            cache.Key();
            Assert.Equal(rows, counter.Computations);
        }
    }

    [Fact]
    public void All_columns_of_a_row_that_is_no_cursor_come_from_one_computation_until_its_values_change()
    {
        DataViewSchema schema = Rows.View(new MLContext(1), Rows.Values(1)).Schema;
        var row = new StandingRow(schema) { Values = [1, 0, 3] };
        var counter = new Counter();
        var cache = new RowCache(row, FeatureColumn.Find(schema, "Features", 0), new ReadingSettings(), counter);
        float[][] rows = [[1, 0, 3], [1, 0, 4], [1, 4, 0], [0, 0, 0], [1, 0, 3]];
        for (int i = 0; i < rows.Length; i++)
        {
            row.Values = rows[i];
            Assert.Equal(rows[i].Sum(), cache.Activations(0)[0]);
            Assert.Equal(rows[i].Sum(), cache.Activations(1)[0]);
            Assert.Equal((uint)rows[i].Count(value => value != 0), cache.Key());
            Assert.Equal(i + 1, counter.Computations);
        }
    }

    [Fact]
    public void A_row_that_could_not_be_computed_is_computed_when_asked_for_again()
    {
        DataViewSchema schema = Rows.View(new MLContext(1), Rows.Values(1)).Schema;
        var row = new StandingRow(schema) { Values = [1, 0, 3] };
        var counter = new Counter();
        var cache = new RowCache(row, FeatureColumn.Find(schema, "Features", 0), new ReadingSettings(), counter);
        Assert.Equal(4, cache.Activations(0)[0]);
        row.Values = [1, 0, 5];
        counter.Fails = true;
        Assert.Throws<InvalidOperationException>(() => cache.Activations(0)[0]);
        counter.Fails = false;
        Assert.Equal(6, cache.Activations(0)[0]);
        row.Values = [1, 0, 3];
        Assert.Equal(4, cache.Activations(0)[0]);
    }

    [Fact]
    public void A_row_costs_no_memory()
    {
        DataViewSchema schema = Rows.View(new MLContext(1), Rows.Values(1)).Schema;
        float[][] rows = [[1, 0, 3], [1, 2, 4]];
        var row = new StandingRow(schema) { Values = rows[1] };
        var cache = new RowCache(row, FeatureColumn.Find(schema, "Features", 0), new ReadingSettings(), new Counter());
        long Allocated()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 200; i++)
            {
                row.Values = rows[i % 2];
                cache.Activations(0);
                cache.Activations(1);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated();
        Assert.Equal(0, Allocated());
    }

    private sealed class Counter : IRowActivations
    {
        private readonly float[] _sum = new float[1];

        public int Computations { get; private set; }

        public bool Fails { get; set; }

        public uint Key { get; private set; }

        public void Compute(ReadOnlySpan<int> features, ReadOnlySpan<float> values, bool hasHoles)
        {
            Computations++;
            _sum[0] = -1;
            if (Fails)
                throw new InvalidOperationException();
            _sum[0] = 0;
            foreach (float value in values)
                _sum[0] += value;
            Key = (uint)features.Length;
        }

        public ReadOnlySpan<float> Deepest => _sum;

        public ReadOnlySpan<float> Output(int output) => _sum;
    }

    // A row as a prediction engine has it: it stays where it is, and gets other values.
    private sealed class StandingRow(DataViewSchema schema) : DataViewRow
    {
        public float[] Values { get; set; } = [];

        public override long Position => 0;

        public override long Batch => 0;

        public override DataViewSchema Schema => schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = default;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            ValueGetter<VBuffer<float>> getter = (ref VBuffer<float> value) =>
            {
                VBufferEditor<float> editor = VBufferEditor.Create(ref value, ((VectorDataViewType)column.Type).Size);
                editor.Values.Clear();
                Values.CopyTo(editor.Values);
                value = editor.Commit();
            };
            return (ValueGetter<TValue>)(Delegate)getter;
        }
    }
}
