using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Reading;

/// <summary>
/// Reads the features of one row after the other, as float32 and without the zeros, so that sparse and dense buffers of the same values give the same result;
/// where a row has holes, its zeros are among the values that it has. Allocates nothing once its buffers have grown.
/// </summary>
internal sealed class FeatureRowReader
{
    private readonly DataViewRow _row;
    private readonly FeatureColumn _column;
    private readonly ReadingSettings _settings;
    private readonly bool _keepsZeros;
    private readonly ValueGetter<VBuffer<float>>? _single;
    private readonly ValueGetter<VBuffer<double>>? _double;
    private VBuffer<float> _singles;
    private VBuffer<double> _doubles;
    private int[] _features = [];
    private float[] _values = [];
    private int _count;

    /// <summary>A reader of one column of a row or cursor.</summary>
    /// <param name="row">The row or cursor.</param>
    /// <param name="column">The column.</param>
    /// <param name="settings">How values are read.</param>
    /// <param name="keepsZeros">Whether zeros are among the values of rows without holes too, where values may be holes.</param>
    public FeatureRowReader(DataViewRow row, FeatureColumn column, ReadingSettings settings, bool keepsZeros = false)
    {
        _row = row;
        _column = column;
        _settings = settings;
        _keepsZeros = keepsZeros && settings.AreMissing;
        if (column.IsDouble)
            _double = row.GetGetter<VBuffer<double>>(column.Column);
        else
            _single = row.GetGetter<VBuffer<float>>(column.Column);
    }

    /// <summary>Whether the row read last has holes: features that it says nothing about.</summary>
    public bool HasHoles { get; private set; }

    /// <summary>The indices of the features that are not zero in the row read last, or not missing where it has holes, ascending.</summary>
    public ReadOnlySpan<int> Features => _features.AsSpan(0, _count);

    /// <summary>Their values, positive and finite; or zero where there are holes.</summary>
    public ReadOnlySpan<float> Values => _values.AsSpan(0, _count);

    /// <summary>Reads the current row.</summary>
    /// <exception cref="InvalidOperationException">
    /// A value is negative, not a number or infinite as float32, or the vector does not have the size of the column.
    /// </exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Read()
    {
        _count = 0;
        if (_settings.AreMissing)
        {
            ReadObserved();
            return;
        }

        if (_single is not null)
        {
            _single(ref _singles);
            CheckSize(_singles.Length);
            ReadOnlySpan<float> values = _singles.GetValues();
            Reserve(values.Length);
            if (_singles.IsDense)
            {
                for (int j = 0; j < values.Length; j++)
                    Add(j, values[j], values[j]);
            }
            else if (ArePositive(values))
            {
                values.CopyTo(_values);
                _singles.GetIndices().CopyTo(_features);
                _count = values.Length;
            }
            else
            {
                ReadOnlySpan<int> indices = _singles.GetIndices();
                for (int p = 0; p < values.Length; p++)
                    Add(indices[p], values[p], values[p]);
            }
        }
        else
        {
            _double!(ref _doubles);
            CheckSize(_doubles.Length);
            ReadOnlySpan<double> values = _doubles.GetValues();
            Reserve(values.Length);
            if (_doubles.IsDense)
            {
                for (int j = 0; j < values.Length; j++)
                    Add(j, (float)values[j], values[j]);
            }
            else
            {
                ReadOnlySpan<int> indices = _doubles.GetIndices();
                for (int p = 0; p < values.Length; p++)
                    Add(indices[p], (float)values[p], values[p]);
            }
        }
    }

    // A row in which values may be holes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadObserved()
    {
        int size;
        if (_single is not null)
        {
            _single(ref _singles);
            CheckSize(size = _singles.Length);
            ReadOnlySpan<float> values = _singles.GetValues();
            ReadOnlySpan<int> indices = _singles.IsDense ? default : _singles.GetIndices();
            Reserve(values.Length);
            for (int p = 0; p < values.Length; p++)
                AddObserved(indices.IsEmpty ? p : indices[p], values[p], values[p]);
        }
        else
        {
            _double!(ref _doubles);
            CheckSize(size = _doubles.Length);
            ReadOnlySpan<double> values = _doubles.GetValues();
            ReadOnlySpan<int> indices = _doubles.IsDense ? default : _doubles.GetIndices();
            Reserve(values.Length);
            for (int p = 0; p < values.Length; p++)
                AddObserved(indices.IsEmpty ? p : indices[p], (float)values[p], values[p]);
        }

        HasHoles = _count < size;
        if (HasHoles || _keepsZeros)
            return;
        int kept = 0;
        for (int p = 0; p < _count; p++)
        {
            if (_values[p] == 0)
                continue;
            (_features[kept], _values[kept]) = (_features[p], _values[p]);
            kept++;
        }

        _count = kept;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddObserved(int feature, float value, double given)
    {
        if (double.IsNaN(given))
            return;
        int before = _count;
        Add(feature, value, given);
        if (_count > before)
            return;
        _features[_count] = feature;
        _values[_count++] = 0;
    }

    // Whether there is nothing to leave out or to refuse: all values are above zero and finite.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool ArePositive(ReadOnlySpan<float> values)
    {
        bool arePositive = true;
        int p = 0;
        for (; p + Vector256<float>.Count <= values.Length; p += Vector256<float>.Count)
        {
            Vector256<float> value = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)p);
            arePositive &= Vector256.GreaterThanAll(value, Vector256<float>.Zero) & Vector256.LessThanOrEqualAll(value, Vector256.Create(float.MaxValue));
        }

        for (; p < values.Length; p++)
            arePositive &= values[p] > 0 & values[p] <= float.MaxValue;
        return arePositive;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(int feature, float value, double given)
    {
        if (value == 0)
        {
            // A negative double that rounds to zero in float32 is still an error.
            if (given < 0 && _settings.Negative == NegativeValues.Refuse)
                throw BadValue(feature, given);
            return;
        }

        if (value < 0 && _settings.Negative == NegativeValues.Clip)
            return;
        // NaN compares false, so it fails too.
        float least = _settings.Negative == NegativeValues.Keep ? float.MinValue : 0;
        if (!(value >= least && value <= float.MaxValue))
            throw BadValue(feature, given);
        _features[_count] = feature;
        _values[_count] = value;
        _count++;
    }

    private void Reserve(int count)
    {
        if (_values.Length >= count)
            return;
        _features = new int[count];
        _values = new float[count];
    }

    private void CheckSize(int size)
    {
        if (size != _column.Size)
        {
            string but = _column.IsVariable
                ? $"there must be {_column.Size}, as in the first row that the model was fitted to. Make all vectors of one size, and fill what a row lacks."
                : $"its type promises {_column.Size}.";
            throw new InvalidOperationException($"Column '{_column.Name}', {Describe(_row)}: the vector has {size} values, but {but}");
        }
    }

    private InvalidOperationException BadValue(int feature, double value)
    {
        (string problem, string remedy) = value switch
        {
            double.NaN => ("is not a number", _settings.Missing is null
                ? "Replace missing values first, with ReplaceMissingValues."
                : "Replace missing values first, with ReplaceMissingValues, or train with the option MissingValues = MissingValues.AreMissing, which leaves "
                    + "them out of account and predicts them."),
            double.PositiveInfinity or double.NegativeInfinity when _settings.Negative == NegativeValues.Keep || value > 0
                => ("is infinite", $"Bound the values first, for instance with Expression(\"{_column.Name}\", \"x => min(x, 1000)\", \"{_column.Name}\")."),
            < 0 when _settings.Negative != NegativeValues.Keep => ("is negative", "A non-negative factorization needs values of at least 0. Train with the "
                + "option NegativeValues = NegativeValues.Clip, which counts negative ones as 0, or, with Nmf, TemplatesMayBeNegative = true, which keeps them, or "
                + "set them to 0 first, with "
                + $"Expression(\"{_column.Name}\", \"x => max(x, 0)\", \"{_column.Name}\"), or shift them with NormalizeMinMax and fixZero: false; values "
                + "below those that it was fitted to stay negative."),
            _ => ("is too large for float32", "Rescale the column first, for instance with NormalizeMinMax."),
        };
        return new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"Column '{_column.Name}', {Describe(_row)}, slot {feature}{NameOf(feature)}: the value {value:R} {problem}. {remedy}"));
    }

    /// <summary>Which row the current one is, for exceptions.</summary>
    public static string Describe(DataViewRow row)
    {
        // The id is shown where it differs from the position: one of several cursors that share the rows counts only its own rows.
        DataViewRowId id = default;
        row.GetIdGetter()(ref id);
        return id.High == 0 && id.Low != (ulong)row.Position
            ? $"row {row.Position} (the first is 0; its id is {id.Low})"
            : $"row {row.Position} (the first is 0)";
    }

    private string NameOf(int feature) => _column.ReadNames() is { } names ? $" ('{names[feature]}')" : "";
}
