namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>A Gram matrix in host memory, in double, row after row without padding.</summary>
internal sealed class ManagedGram(int rank) : Gram
{
    /// <inheritdoc />
    public override int Rank { get; } = rank;

    /// <summary>The values, row after row.</summary>
    public double[] Values { get; } = new double[rank * rank];

    /// <inheritdoc />
    public override void CopyFrom(ReadOnlySpan<double> values) => values.CopyTo(Values);

    /// <inheritdoc />
    public override void CopyTo(Span<double> values) => Values.CopyTo(values);

    /// <summary>The values in float32, each row padded to <see cref="ManagedFactor.Padded"/>, as the matrix kernels want them.</summary>
    public AlignedFloats ToPaddedRows()
    {
        int stride = ManagedFactor.Padded(Rank);
        var padded = new AlignedFloats(Rank * stride);
        Span<float> target = padded.Span;
        for (int k = 0; k < Rank; k++)
        {
            for (int l = 0; l < Rank; l++)
                target[k * stride + l] = (float)Values[k * Rank + l];
        }

        return padded;
    }
}
