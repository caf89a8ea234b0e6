namespace Microsoft.ML.Trainers.Offline;

/// <summary>
/// The order of the weights: a model's are the bias of each class, then the weights of each class; those that are computed with
/// are the bias of each class, then the weights of each feature, so that what one feature does to all classes lies together.
/// </summary>
internal sealed class WeightLayout(int classCount, int featureCount)
{
    public int ClassCount => classCount;

    public int FeatureCount => featureCount;

    public int Size => classCount * (featureCount + 1);

    public float[] ByFeature(in VBuffer<float> weights)
    {
        Contracts.Check(weights.Length == Size, "The initialization predictor has different number of classes or features than the training data.");
        VBuffer<float> dense = default;
        weights.CopyToDense(ref dense);
        var byFeature = new float[Size];
        Transpose(dense.GetValues(), classCount, featureCount, byFeature);
        return byFeature;
    }

    public VBuffer<float> ByClass(ReadOnlySpan<float> weights)
    {
        var byClass = new float[Size];
        Transpose(weights, featureCount, classCount, byClass);
        return new(Size, byClass);
    }

    private void Transpose(ReadOnlySpan<float> source, int rows, int columns, Span<float> target)
    {
        source[..classCount].CopyTo(target);
        for (int row = 0; row < rows; row++)
        {
            var values = source.Slice(classCount + row * columns, columns);
            for (int column = 0; column < columns; column++)
                target[classCount + column * rows + row] = values[column];
        }
    }
}
