using Microsoft.ML.Internal.Utilities.Offline;

namespace Microsoft.ML.Data.Offline;

/// <summary>Collects the distinct values of a column.</summary>
internal abstract class KeyDictionaryBuilder
{
    public static KeyDictionaryBuilder Create(DataViewRow row, DataViewSchema.Column column, bool sorts, int maximum)
        => Generic.Call(CreateCore<int>, column.Type.GetItemType().RawType, row, column, sorts, maximum);

    public abstract int Count { get; }

    /// <summary>Takes the values of the current row; false if there is room for no more.</summary>
    public abstract bool TakeRow();

    public abstract KeyDictionary Finish();

    private static KeyDictionaryBuilder CreateCore<T>(DataViewRow row, DataViewSchema.Column column, bool sorts, int maximum)
        => new Builder<T>(row, column, sorts, maximum);

    private sealed class Builder<T> : KeyDictionaryBuilder
    {
        private readonly PrimitiveDataViewType _itemType;
        private readonly bool _sorts;
        private readonly int _maximum;
        private readonly Func<bool> _takeRow;
        private readonly HashSet<T> _known;
        private readonly List<T> _values = [];

        public Builder(DataViewRow row, DataViewSchema.Column column, bool sorts, int maximum)
        {
            _itemType = (PrimitiveDataViewType)column.Type.GetItemType();
            (_sorts, _maximum) = (sorts, maximum);
            _known = new HashSet<T>(typeof(T) == typeof(ReadOnlyMemory<char>) ? (IEqualityComparer<T>)(object)new TextComparer() : null);
            _takeRow = column.Type is VectorDataViewType ? TakeVectors(row.GetGetter<VBuffer<T>>(column)) : TakeScalars(row.GetGetter<T>(column));
        }

        public override int Count => _values.Count;

        public override bool TakeRow() => _takeRow();

        public override KeyDictionary Finish()
        {
            T[] values = [.. _values];
            if (_sorts)
                Array.Sort(values, typeof(T) == typeof(ReadOnlyMemory<char>) ? (IComparer<T>)(object)new TextComparer() : Comparer<T>.Default);
            return new KeyDictionary<T>(_itemType, values);
        }

        private Func<bool> TakeScalars(ValueGetter<T> get)
        {
            T value = default;
            return () =>
            {
                get(ref value);
                return Take(value);
            };
        }

        // What the empty slots of a sparse vector hold comes where the first of them is.
        private Func<bool> TakeVectors(ValueGetter<VBuffer<T>> get)
        {
            VBuffer<T> vector = default;
            bool tookDefault = false;
            return () =>
            {
                get(ref vector);
                var values = vector.GetValues();
                var indices = vector.GetIndices();
                for (int i = 0; i <= values.Length; i++)
                {
                    if (!tookDefault && !vector.IsDense && (i == values.Length || indices[i] != i))
                    {
                        tookDefault = true;
                        if (!Take(default))
                            return false;
                    }

                    if (i < values.Length && !Take(values[i]))
                        return false;
                }

                return true;
            };
        }

        private bool Take(T value)
        {
            if (!IsMissing(value) && _known.Add(value))
                _values.Add(value);
            return _values.Count < _maximum;
        }

        private bool IsMissing(T value) => value switch
        {
            ReadOnlyMemory<char> text => text.IsEmpty,
            float number => float.IsNaN(number),
            double number => double.IsNaN(number),
            _ => _itemType is KeyDataViewType && EqualityComparer<T>.Default.Equals(value, default),
        };
    }

    private sealed class TextComparer : IEqualityComparer<ReadOnlyMemory<char>>, IComparer<ReadOnlyMemory<char>>
    {
        public bool Equals(ReadOnlyMemory<char> x, ReadOnlyMemory<char> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<char> text) => string.GetHashCode(text.Span);

        public int Compare(ReadOnlyMemory<char> x, ReadOnlyMemory<char> y) => x.Span.SequenceCompareTo(y.Span);
    }
}
