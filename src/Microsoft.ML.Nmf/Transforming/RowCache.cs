using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reading;

namespace Microsoft.ML.Nmf.Transforming;

/// <summary>
/// Computes the output columns of a row at once, when the first of them is asked for. Allocates nothing per row, once its buffers have grown.
/// </summary>
internal sealed class RowCache
{
    private readonly DataViewRow _row;
    private readonly FeatureRowReader _reader;
    private readonly IRowActivations _activations;
    private readonly bool _isCursor;
    private long _position = -1;
    private int[] _features = [];
    private float[] _values = [];
    private int _count = -1;
    private bool _hasHoles;

    /// <summary>A cache of the rows that a cursor moves to, or of a row whose values change.</summary>
    /// <param name="row">The cursor or row.</param>
    /// <param name="column">The features.</param>
    /// <param name="settings">How values are read.</param>
    /// <param name="activations">What computes the output columns.</param>
    public RowCache(DataViewRow row, FeatureColumn column, ReadingSettings settings, IRowActivations activations)
    {
        _row = row;
        _reader = new FeatureRowReader(row, column, settings);
        _activations = activations;
        _isCursor = row is DataViewRowCursor;
    }

    /// <summary>An output column of the current row.</summary>
    public ReadOnlySpan<float> Activations(int output)
    {
        Update();
        return _activations.Output(output);
    }

    /// <summary>The key of the current row.</summary>
    public uint Key()
    {
        Update();
        return _activations.Key;
    }

    /// <summary>The approximation of the current row.</summary>
    public void Reconstruct(RowResidual topics, Span<float> approximation)
    {
        Update();
        topics.Reconstruct(_activations.Deepest, approximation);
    }

    /// <summary>What no topic explains of the current row.</summary>
    public float Residual(RowResidual topics)
    {
        Update();
        return Float32Range.Limit(topics.Of(_reader.Features, _reader.Values, _reader.HasHoles, _activations.Deepest));
    }

    private void Update()
    {
        if (_isCursor && _row.Position == _position)
            return;
        _reader.Read();
        // A row that is no cursor may change its values without moving, so its values tell whether it is still the same.
        if (!_isCursor && IsComputed())
            return;
        _count = -1;
        _activations.Compute(_reader.Features, _reader.Values, _reader.HasHoles);
        _position = _row.Position;
        if (!_isCursor)
            Remember();
    }

    private bool IsComputed()
        => _count == _reader.Features.Length
            && _hasHoles == _reader.HasHoles
            && _reader.Features.SequenceEqual(_features.AsSpan(0, _count))
            && _reader.Values.SequenceEqual(_values.AsSpan(0, _count));

    private void Remember()
    {
        _count = _reader.Features.Length;
        _hasHoles = _reader.HasHoles;
        if (_features.Length < _count)
            (_features, _values) = (new int[_count], new float[_count]);
        _reader.Features.CopyTo(_features);
        _reader.Values.CopyTo(_values);
    }
}
