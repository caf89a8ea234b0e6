using System.Runtime.InteropServices;
using Microsoft.Data.Analysis;
using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Analysis;

/// <summary>A data frame with one more column, a vector of some of its columns.</summary>
internal sealed class FeatureView : IDataView
{
    private readonly IDataView _frame;
    private readonly FeatureSlots[] _parts;
    private readonly int _size;

    /// <summary>Adds the column.</summary>
    public FeatureView(DataFrame frame, string name, FeatureSlots[] parts)
    {
        _frame = frame;
        _parts = parts;
        ReadOnlyMemory<char>[] names = [.. parts.SelectMany(part => part.Names).Select(slot => slot.AsMemory())];
        _size = names.Length;
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add("SlotNames", new VectorDataViewType(TextDataViewType.Instance, _size),
            (ref VBuffer<ReadOnlyMemory<char>> value) => value = new VBuffer<ReadOnlyMemory<char>>(names.Length, [.. names]));
        var schema = new DataViewSchema.Builder();
        schema.AddColumns(_frame.Schema);
        schema.AddColumn(name, new VectorDataViewType(NumberDataViewType.Single, _size), annotations.ToAnnotations());
        Schema = schema.ToSchema();
    }

    /// <inheritdoc />
    public bool CanShuffle => false;

    /// <inheritdoc />
    public DataViewSchema Schema { get; }

    /// <inheritdoc />
    public long? GetRowCount() => _frame.GetRowCount();

    /// <inheritdoc />
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        DataViewRowCursor inner = _frame.GetRowCursor(needed.Where(column => column.Index < _frame.Schema.Count).Select(column => _frame.Schema[column.Index]));
        return new Cursor(this, inner, needed.Any(column => column.Index == _frame.Schema.Count));
    }

    /// <inheritdoc />
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(FeatureView view, DataViewRowCursor inner, bool hasFeatures) : DataViewRowCursor
    {
        public override DataViewSchema Schema => view.Schema;

        public override long Position => inner.Position;

        public override long Batch => inner.Batch;

        public override bool MoveNext() => inner.MoveNext();

        public override ValueGetter<DataViewRowId> GetIdGetter() => inner.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column)
            => column.Index == inner.Schema.Count ? hasFeatures : inner.IsColumnActive(inner.Schema[column.Index]);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (column.Index < inner.Schema.Count)
                return inner.GetGetter<TValue>(inner.Schema[column.Index]);
            if (!hasFeatures)
                throw new InvalidOperationException($"Column '{column.Name}' was not asked for when the cursor was made.");
            return ReadFeatures() as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"Column '{column.Name}' holds {typeof(VBuffer<float>)}, not {typeof(TValue)}.");
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }

        private ValueGetter<VBuffer<float>> ReadFeatures()
        {
            var indices = new List<int>();
            var values = new List<float>();
            void Add(int slot, float number)
            {
                indices.Add(slot);
                values.Add(number);
            }

            Action<int, float> add = Add;
            return (ref VBuffer<float> value) =>
            {
                indices.Clear();
                values.Clear();
                int first = 0;
                foreach (FeatureSlots part in view._parts)
                {
                    part.Read(inner.Position, first, add);
                    first += part.Names.Length;
                }

                VBufferEditor<float> editor = VBufferEditor.Create(ref value, view._size, values.Count);
                CollectionsMarshal.AsSpan(values).CopyTo(editor.Values);
                if (values.Count < view._size)
                    CollectionsMarshal.AsSpan(indices).CopyTo(editor.Indices);
                value = editor.Commit();
            };
        }
    }
}
