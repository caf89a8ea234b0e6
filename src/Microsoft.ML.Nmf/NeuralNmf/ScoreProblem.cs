using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>
/// What class scores are linear in, for all training rows: φ = (x/‖x‖, √(s_0/Σs_0), …, √(s_L/Σs_L), 1), with x the features and s_i the activations of layer i.
/// Each part has norm 1, so that one penalty suits all, and data of any unit. Roots of shares are what makes topics tell more of a text that is about several.
/// Values on the host are float32, row after row, one column a class; Φ has a row φ for each training row.
/// </summary>
internal sealed class ScoreProblem : IDisposable
{
    private readonly ComputeEngine _engine;
    private readonly ScoreRows[] _rows;
    private readonly int _features;
    private readonly int _topics;
    private readonly int _classes;
    private readonly Factor _featurePart;
    private readonly Factor _featureSum;
    private readonly Factor _topicPart;
    private readonly Factor _topicSum;

    /// <summary>Prepares it.</summary>
    /// <param name="engine">The engine, which has the data.</param>
    /// <param name="passes">The rows, with their activations.</param>
    /// <param name="classes">The number of classes.</param>
    public ScoreProblem(ComputeEngine engine, IReadOnlyList<LayerPass> passes, int classes)
    {
        _engine = engine;
        _classes = classes;
        _features = passes[0].Data.Columns;
        _topics = passes[0].Activations.Sum(layer => layer.Rank);
        _rows = [.. passes.Select(pass => new ScoreRows(engine, pass, classes))];
        _featurePart = engine.Allocate(_features, classes);
        _featureSum = engine.Allocate(_features, classes);
        _topicPart = engine.Allocate(_topics, classes);
        _topicSum = engine.Allocate(_topics, classes);
    }

    /// <summary>The length of φ.</summary>
    public int Width => _features + _topics + 1;

    /// <summary>The number of rows of each pass.</summary>
    public IEnumerable<int> Rows => _rows.Select(rows => rows.Count);

    /// <summary>Φ V for weights V, Width × classes.</summary>
    public float[][] Predict(ReadOnlySpan<float> weights)
    {
        int afterFeatures = _features * _classes, afterTopics = afterFeatures + _topics * _classes;
        _featurePart.CopyFrom(weights[..afterFeatures]);
        _topicPart.CopyFrom(weights[afterFeatures..afterTopics]);
        float[] bias = weights[afterTopics..].ToArray();
        return [.. _rows.Select(rows => rows.Predict(_engine, _featurePart, _topicPart, bias))];
    }

    /// <summary>Φᵀ Q, Width × classes.</summary>
    /// <param name="values">Q, for each pass.</param>
    public float[] Sum(float[][] values)
    {
        int afterFeatures = _features * _classes, afterTopics = afterFeatures + _topics * _classes;
        var result = new float[ArraySize.Of(Width, _classes)];
        var part = new float[result.Length];
        for (int p = 0; p < _rows.Length; p++)
        {
            _rows[p].Sum(_engine, values[p], _featureSum, _topicSum, part.AsSpan(afterTopics));
            _featureSum.CopyTo(part.AsSpan(0, afterFeatures));
            _topicSum.CopyTo(part.AsSpan(afterFeatures, afterTopics - afterFeatures));
            for (int i = 0; i < result.Length; i++)
                result[i] += part[i];
        }

        return result;
    }

    /// <summary>Σ w φ² for every entry of φ: the diagonal of ΦᵀWΦ.</summary>
    /// <param name="weights">The weight w of each row, for each pass.</param>
    public double[] Diagonal(float[][] weights)
    {
        var diagonal = new double[Width];
        for (int p = 0; p < _rows.Length; p++)
            _rows[p].AddSquares(weights[p], diagonal.AsSpan(0, _features), diagonal.AsSpan(_features, _topics), ref diagonal[^1]);
        return diagonal;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (ScoreRows rows in _rows)
            rows.Dispose();
        foreach (Factor factor in new[] { _featurePart, _featureSum, _topicPart, _topicSum })
            factor.Dispose();
    }
}

/// <summary>The rows of a pass, as scores see them.</summary>
internal sealed class ScoreRows : IDisposable
{
    private readonly DataMatrix _data;
    private readonly int _classes;
    private readonly float[] _lengths;
    private readonly float[] _shares;
    private readonly Factor _topics;
    private readonly Factor _product;

    /// <summary>Takes the shares of the activations as they are.</summary>
    public ScoreRows(ComputeEngine engine, LayerPass pass, int classes)
    {
        _data = pass.Data;
        _classes = classes;
        _lengths = InverseNorms(pass.Data.Examples);
        int width = pass.Activations.Sum(layer => layer.Rank), at = 0;
        _shares = new float[ArraySize.Of(Count, width)];
        foreach (Factor layer in pass.Activations)
        {
            TakeShares(layer.ToMatrix(), at, width);
            at += layer.Rank;
        }

        _topics = engine.Allocate(Count, width);
        _topics.CopyFrom(_shares);
        _product = engine.Allocate(Count, classes);
    }

    /// <summary>How many there are.</summary>
    public int Count => _data.Rows;

    /// <summary>Φ V.</summary>
    public float[] Predict(ComputeEngine engine, Factor features, Factor topics, float[] bias)
    {
        float[] result = new float[ArraySize.Of(Count, _classes)], part = new float[result.Length];
        engine.SmallProduct(_topics, topics, _product);
        _product.CopyTo(result);
        engine.DataProduct(_data, features, _product);
        _product.CopyTo(part);
        for (int i = 0; i < Count; i++)
        {
            for (int c = 0; c < _classes; c++)
                result[i * _classes + c] += _lengths[i] * part[i * _classes + c] + bias[c];
        }

        return result;
    }

    /// <summary>Φᵀ Q in its three parts.</summary>
    public void Sum(ComputeEngine engine, float[] values, Factor features, Factor topics, Span<float> bias)
    {
        _product.CopyFrom(values);
        engine.CrossProduct(_topics, _product, topics);
        var sums = new double[_classes];
        var scaled = new float[values.Length];
        for (int i = 0; i < Count; i++)
        {
            for (int c = 0; c < _classes; c++)
            {
                sums[c] += values[i * _classes + c];
                scaled[i * _classes + c] = _lengths[i] * values[i * _classes + c];
            }
        }

        for (int c = 0; c < _classes; c++)
            bias[c] = (float)sums[c];
        _product.CopyFrom(scaled);
        engine.DataProduct(_data.Transposed, _product, features);
    }

    /// <summary>Adds Σ w φ².</summary>
    public void AddSquares(float[] weights, Span<double> features, Span<double> topics, ref double bias)
    {
        for (int i = 0; i < Count; i++)
        {
            bias += weights[i];
            for (int k = 0; k < topics.Length; k++)
                topics[k] += weights[i] * _shares[i * topics.Length + k] * _shares[i * topics.Length + k];
        }

        AddFeatureSquares(_data.Examples, weights, features);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _topics.Dispose();
        _product.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddFeatureSquares(ExampleMatrix examples, float[] weights, Span<double> features)
    {
        for (int b = 0; b < RowBlocks.Count(Count); b++)
        {
            (int first, int count) = RowBlocks.Range(b, Count);
            for (int i = 0; i < count; i++)
            {
                double weight = (double)weights[first + i] * _lengths[first + i] * _lengths[first + i];
                if (examples is SparseExamples sparse)
                {
                    CompressedBlock block = sparse.Data.Blocks[b];
                    for (int p = block.Starts[i]; p < block.Starts[i + 1]; p++)
                        features[block.Columns[p]] += weight * block.Values[p] * block.Values[p];
                }
                else
                {
                    ReadOnlySpan<float> row = ((DenseExamples)examples).Row(b, i);
                    for (int j = 0; j < row.Length; j++)
                        features[j] += weight * row[j] * row[j];
                }
            }
        }
    }

    // 1/‖x‖ of every row, 0 for a row of zeros.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float[] InverseNorms(ExampleMatrix examples)
    {
        var inverse = new float[examples.Rows];
        for (int b = 0; b < RowBlocks.Count(examples.Rows); b++)
        {
            (int first, int count) = RowBlocks.Range(b, examples.Rows);
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<float> values = examples is SparseExamples { Data: var data }
                    ? data.Blocks[b].Values.AsSpan(data.Blocks[b].Starts[i]..data.Blocks[b].Starts[i + 1])
                    : ((DenseExamples)examples).Row(b, i);
                inverse[first + i] = (float)Math.Min(LinearScores.InverseNorm(values), float.MaxValue);
            }
        }

        return inverse;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TakeShares(FactorMatrix activations, int at, int width)
    {
        for (int i = 0; i < activations.Rows; i++)
        {
            ReadOnlySpan<float> row = activations.Row(i);
            double total = LinearScores.Total(row);
            for (int k = 0; k < row.Length; k++)
                _shares[i * width + at + k] = (float)LinearScores.RootOfShare(row[k], total);
        }
    }
}
