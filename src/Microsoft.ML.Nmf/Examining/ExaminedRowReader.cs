using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Transforming;

namespace Microsoft.ML.Nmf.Examining;

/// <summary>Reads one row after the other, and finds what each topic brings to it and what is left. Allocates nothing per row.</summary>
internal sealed class ExaminedRowReader(
    DataViewRow row, FeatureColumn column, ReadingSettings settings, IRowActivations activations, RowResidual residual, double[] componentSums)
{
    private readonly FeatureRowReader _reader = new(row, column, settings);
    private int[] _present = [];
    private int _count;
    private double _total;

    /// <summary>What each topic brings to the row's approximation: its activation times the sum of its templates.</summary>
    public double[] Amounts { get; } = new double[componentSums.Length];

    /// <summary>The features of the row that are not zero.</summary>
    public ReadOnlySpan<int> Features => _reader.HasHoles ? _present.AsSpan(0, _count) : _reader.Features;

    /// <summary>What the topics leave unexplained of the row.</summary>
    public double Residual { get; private set; }

    /// <summary>The topic with the largest share, the first of several; −1 where there is none.</summary>
    public int MainTopic => _total > 0 ? Array.IndexOf(Amounts, Amounts.Max()) : -1;

    /// <summary>The share of a topic in the row's approximation.</summary>
    public double ShareOf(int topic) => _total > 0 ? Amounts[topic] / _total : 0;

    /// <summary>Reads the current row.</summary>
    public void Read()
    {
        _reader.Read();
        if (_reader.HasHoles)
            TakePresent();
        activations.Compute(_reader.Features, _reader.Values, _reader.HasHoles);
        ReadOnlySpan<float> found = activations.Output(0);
        _total = 0;
        for (int k = 0; k < found.Length; k++)
        {
            Amounts[k] = found[k] * componentSums[k];
            _total += Amounts[k];
        }

        Residual = residual.Of(_reader.Features, _reader.Values, _reader.HasHoles, found);
    }

    // Among holes a row's zeros are listed.
    private void TakePresent()
    {
        if (_present.Length < _reader.Features.Length)
            _present = new int[_reader.Features.Length];
        _count = 0;
        for (int p = 0; p < _reader.Features.Length; p++)
        {
            if (_reader.Values[p] > 0)
                _present[_count++] = _reader.Features[p];
        }
    }
}

/// <summary>Tells which row a cursor stands at; its text is read and copied for the rows that are told alone.</summary>
internal sealed class RowQuoter
{
    private readonly DataViewRow _row;
    private readonly ValueGetter<DataViewRowId> _id;
    private readonly ValueGetter<ReadOnlyMemory<char>>? _text;
    private long _quoted = -1;
    private string? _lastText;

    /// <summary>For the rows of a cursor.</summary>
    public RowQuoter(DataViewRow row, DataViewSchema.Column? text)
    {
        _row = row;
        _id = row.GetIdGetter();
        _text = text is { } column ? row.GetGetter<ReadOnlyMemory<char>>(column) : null;
    }

    /// <summary>The current row with what was found in it.</summary>
    public ExaminedRow Quote(int topic, double share, double residual)
    {
        DataViewRowId id = default;
        _id(ref id);
        if (_text is not null && _quoted != _row.Position)
        {
            ReadOnlyMemory<char> text = default;
            _text(ref text);
            _lastText = text.ToString();
            _quoted = _row.Position;
        }

        return new ExaminedRow { Row = _row.Position, Id = id, Text = _lastText, Topic = topic, Share = share, Residual = residual };
    }
}
