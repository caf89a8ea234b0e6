namespace Microsoft.ML.Trainers.Offline;

/// <summary>Gathers rows into a block.</summary>
internal sealed class RowBlockBuilder
{
    private readonly List<int> _labels = [];
    private readonly List<float> _weights = [];
    private readonly List<int> _starts = [0];
    private readonly List<int> _indices = [];
    private readonly List<float> _values = [];

    public int Count => _labels.Count;

    public void Add(int label, float weight, in VBuffer<float> features)
    {
        _labels.Add(label);
        _weights.Add(weight);
        var values = features.GetValues();
        var indices = features.GetIndices();
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] == 0)
                continue;
            _indices.Add(features.IsDense ? i : indices[i]);
            _values.Add(values[i]);
        }

        _starts.Add(_values.Count);
    }

    /// <summary>Makes a block of the rows, and starts anew.</summary>
    public RowBlock Build()
    {
        var block = new RowBlock([.. _labels], [.. _weights], new([.. _starts], [.. _indices], [.. _values]));
        _labels.Clear();
        _weights.Clear();
        _starts.Clear();
        _starts.Add(0);
        _indices.Clear();
        _values.Clear();
        return block;
    }
}
