namespace Microsoft.ML.Trainers.Offline;

/// <summary>
/// The mean loss of a softmax over linear scores, and its gradient. Blocks of rows come one after another; within one, threads
/// share the rows for the scores, and the features for the gradient, so that sums do not depend on their number.
/// </summary>
internal sealed class SoftmaxLoss(TrainingRows rows, WeightLayout layout, float l2, ParallelOptions parallel)
{
    private const int ChunkCount = 32;

    private readonly int _classes = layout.ClassCount;
    private readonly float[] _scores = new float[rows.Blocks.Max(block => block.Count) * layout.ClassCount];
    private readonly double[] _losses = new double[ChunkCount];
    private readonly float[][] _biasGradients = Utils.BuildArray(ChunkCount, _ => new float[layout.ClassCount]);

    public int Size => layout.Size;

    public float Evaluate(float[] weights, float[] gradient)
    {
        double loss = 0;
        gradient.AsSpan().Clear();
        foreach (var block in rows.Blocks)
        {
            Parallel.For(0, ChunkCount, parallel, chunk => AddScores(block, chunk, weights));
            Parallel.For(0, ChunkCount, parallel, chunk => AddGradient(block, chunk, gradient));
            for (int chunk = 0; chunk < ChunkCount; chunk++)
            {
                loss += _losses[chunk];
                VectorMath.AddScaled(gradient.AsSpan(0, _classes), _biasGradients[chunk], 1);
            }
        }

        return Finish(loss, weights, gradient);
    }

    // Leaves in the scores what each row adds to the gradient of each class: probability minus truth.
    private void AddScores(RowBlock block, int chunk, float[] weights)
    {
        var biases = weights.AsSpan(0, _classes);
        var biasGradient = _biasGradients[chunk].AsSpan();
        biasGradient.Clear();
        double loss = 0;
        for (int row = Bound(block.Count, chunk); row < Bound(block.Count, chunk + 1); row++)
        {
            var scores = _scores.AsSpan(row * _classes, _classes);
            biases.CopyTo(scores);
            var features = block.Rows.IndicesOf(row);
            var values = block.Rows.ValuesOf(row);
            for (int i = 0; i < features.Length; i++)
                VectorMath.AddScaled(scores, WeightsOf(weights, features[i]), values[i]);

            int label = block.Labels[row];
            float scoreOfLabel = scores[label];
            float logOfSum = VectorMath.Softmax(scores);
            Contracts.Check(float.IsFinite(logOfSum), "Data contain bad values.");
            loss += block.Weights[row] * (double)(logOfSum - scoreOfLabel);
            scores[label] -= 1;
            if (block.Weights[row] != 1)
                VectorMath.Scale(scores, block.Weights[row]);
            VectorMath.AddScaled(biasGradient, scores, 1);
        }

        _losses[chunk] = loss;
    }

    // Each chunk has about as many values, and whole features.
    private void AddGradient(RowBlock block, int chunk, float[] gradient)
    {
        var columns = block.Columns;
        int first = chunk == 0 ? 0 : columns.LineAt(Bound(columns.ValueCount, chunk));
        int end = chunk == ChunkCount - 1 ? columns.Count : columns.LineAt(Bound(columns.ValueCount, chunk + 1));
        for (int column = first; column < end; column++)
        {
            var target = WeightsOf(gradient, block.Features[column]);
            var rowsOfColumn = columns.IndicesOf(column);
            var values = columns.ValuesOf(column);
            for (int i = 0; i < rowsOfColumn.Length; i++)
                VectorMath.AddScaled(target, _scores.AsSpan(rowsOfColumn[i] * _classes, _classes), values[i]);
        }
    }

    // Biases are not regularized.
    private float Finish(double loss, float[] weights, float[] gradient)
    {
        if (l2 > 0)
        {
            loss += 0.5 * l2 * Chunks.Dot(weights.AsMemory(_classes), weights.AsMemory(_classes), parallel);
            Chunks.AddScaled(gradient.AsMemory(_classes), weights.AsMemory(_classes), l2, parallel);
        }

        float share = 1 / (float)rows.TotalWeight;
        VectorMath.Scale(gradient, share);
        return (float)(loss * share);
    }

    private Span<float> WeightsOf(float[] weights, int feature) => weights.AsSpan(_classes + feature * _classes, _classes);

    private static int Bound(int count, int chunk) => (int)((long)count * chunk / ChunkCount);
}
