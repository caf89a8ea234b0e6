namespace Microsoft.ML.Data.Offline;

/// <summary>Counts right and wrong answers, row by row.</summary>
internal sealed class MulticlassCounts(int classes)
{
    private const float SmallestScore = 1e-15f;

    private readonly double[] _rowsOfClass = new double[classes];
    private readonly double[] _lossOfClass = new double[classes];
    // The last rank is for labels that are no class.
    private readonly double[] _rowsOfRank = new double[classes + 1];
    private readonly double[][] _confusion = Utils.BuildArray(classes, _ => new double[classes]);
    private double _rows;
    private double _loss;

    /// <summary>The rows whose label is no class.</summary>
    public int UnknownLabels { get; private set; }

    public void Add(int label, ReadOnlySpan<float> scores)
    {
        bool isKnown = label < classes;
        double loss = -Math.Log(isKnown ? Math.Min(1, Math.Max(SmallestScore, scores[label])) : SmallestScore);
        var (rank, answer) = RankAndAnswer(label, isKnown ? scores[label] : 0, scores);
        _rows++;
        _loss += loss;
        _rowsOfRank[rank]++;
        if (!isKnown)
        {
            UnknownLabels++;
            return;
        }

        _rowsOfClass[label]++;
        _lossOfClass[label] += loss;
        _confusion[label][rank == 0 ? label : answer]++;
    }

    public MulticlassClassificationMetrics ToMetrics(IHost host, int topK, List<ReadOnlyMemory<char>> names)
    {
        double logLoss = _rows > 0 ? _loss / _rows : 0;
        double entropy = -_rowsOfClass.Where(rows => rows > 0).Sum(rows => rows * Math.Log(rows / _rows)) / _rows;
        var known = Enumerable.Range(0, classes).Where(i => _rowsOfClass[i] > 0).ToArray();
        return new(
            accuracyMicro: _rows > 0 ? _rowsOfRank[0] / _rows : 0,
            accuracyMacro: known.Length > 0 ? known.Sum(i => _confusion[i][i] / _rowsOfClass[i]) / known.Length : 0,
            logLoss,
            logLossReduction: (entropy - logLoss) / entropy,
            topK,
            topKAccuracies: topK > 0 ? TopAccuracies(topK) : null,
            perClassLogLoss: Utils.BuildArray(classes, i => Ratio(_lossOfClass[i], _rowsOfClass[i])),
            new ConfusionMatrix(host,
                precision: Utils.BuildArray(classes, i => Ratio(_confusion[i][i], _confusion.Sum(row => row[i]))),
                recall: Utils.BuildArray(classes, i => Ratio(_confusion[i][i], _confusion[i].Sum())),
                _confusion, names, isSampled: false, isBinary: false));
    }

    // Of equal scores, the first ones come first.
    private static (int Rank, int Answer) RankAndAnswer(int label, float scoreOfLabel, ReadOnlySpan<float> scores)
    {
        int rank = 0;
        int answer = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            if (scores[i] > scoreOfLabel || scores[i] == scoreOfLabel && i < label)
                rank++;
            if (scores[answer] < scores[i])
                answer = i;
        }

        return (rank, answer);
    }

    private double[] TopAccuracies(int topK)
    {
        Contracts.CheckParam(topK <= _rowsOfRank.Length, nameof(topK), "There are not as many classes.");
        double sum = 0;
        return [.. _rowsOfRank.Take(topK).Select(rows => sum += rows / _rows)];
    }

    private static double Ratio(double part, double whole) => whole > 0 ? part / whole : 0;
}
