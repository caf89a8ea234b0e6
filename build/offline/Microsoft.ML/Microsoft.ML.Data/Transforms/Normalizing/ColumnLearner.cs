using System.Numerics;
using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Offline;

/// <summary>Reads the rows of one column to learn its range.</summary>
internal abstract class ColumnLearner
{
    public static ColumnLearner Create(DataViewRow input, DataViewSchema.Column source, NormalizingEstimator.MinMaxColumnOptions options)
    {
        if (!NormalizedColumn.IsValid(source.Type))
            throw Contracts.ExceptUserArg("srcType", "Wrong column type for input column. Expected: Single, Double, Vector of Single or Vector of Double. Got: {0}.", source.Type);
        return source.Type.GetItemType() == NumberDataViewType.Single ? new ColumnLearner<float>(input, source, options) : new ColumnLearner<double>(input, source, options);
    }

    /// <summary>Reads the current row; false once there are enough.</summary>
    public abstract bool Read();

    public abstract NormalizedColumn Learn();
}

internal sealed class ColumnLearner<T> : ColumnLearner
    where T : struct, IFloatingPointIeee754<T>
{
    private readonly NormalizingEstimator.MinMaxColumnOptions _options;
    private readonly DataViewType _type;
    private readonly MinMaxLearner<T> _learner;
    private readonly ValueGetter<VBuffer<T>> _getter;
    private VBuffer<T> _row;
    private long _left;

    public ColumnLearner(DataViewRow input, DataViewSchema.Column source, NormalizingEstimator.MinMaxColumnOptions options)
    {
        (_options, _type, _left) = (options, source.Type, options.MaximumExampleCount);
        _learner = new(_type.GetValueCount());
        _getter = _type is VectorDataViewType ? input.GetGetter<VBuffer<T>>(source) : OfScalar(input.GetGetter<T>(source));
    }

    public override bool Read()
    {
        if (_left-- <= 0)
            return false;
        _getter(ref _row);
        _learner.Add(in _row);
        return true;
    }

    public override NormalizedColumn Learn() => new NormalizedColumn<T>(_type, _learner.Learn(_options.EnsureZeroUntouched));

    private static ValueGetter<VBuffer<T>> OfScalar(ValueGetter<T> getter) => (ref VBuffer<T> vector) =>
    {
        var editor = VBufferEditor.Create(ref vector, 1);
        getter(ref editor.Values[0]);
        vector = editor.Commit();
    };
}
