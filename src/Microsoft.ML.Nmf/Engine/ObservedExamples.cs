using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// Training data of which only the observed entries count, with weights or without. They are stored as compressed rows, zeros among them too; every other entry
/// is a hole. All totals are over the observed entries, each as often as its row and its column count.
/// </summary>
internal sealed class ObservedExamples : ExampleMatrix
{
    private readonly double _weight;

    /// <summary>Takes over the rows, without a copy.</summary>
    /// <param name="data">The observed entries.</param>
    /// <param name="weights">Direct weights, or null.</param>
    /// <param name="unit">By what the entries were divided.</param>
    public ObservedExamples(CompressedRows data, ExampleWeights? weights, double unit = 1)
        : this(data, weights, Totals.Of(data, weights), unit)
    {
    }

    private ObservedExamples(CompressedRows data, ExampleWeights? weights, Totals totals, double unit)
        : base(data.Rows, data.Columns, totals.NonZeros, totals.Sum, totals.SumOfSquares, unit)
    {
        Data = data;
        Weights = weights;
        _weight = totals.Weight;
    }

    /// <summary>The observed entries; their values may be zero.</summary>
    public CompressedRows Data { get; }

    /// <summary>The number of observed entries.</summary>
    public long Observed => Data.NonZeros;

    /// <summary>Whether an entry is missing that would count.</summary>
    public bool HasHoles => Observed < (long)Rows * (Weights?.Columns?.Count(weight => weight > 0) ?? Columns);

    /// <inheritdoc />
    public override double Mean => _weight > 0 ? Sum / _weight : 0;

    /// <inheritdoc />
    public override double SumWithHoles => Mean * Rows * Columns;

    /// <inheritdoc />
    public override long Bytes => Data.Bytes;

    /// <inheritdoc />
    public override float Largest() => Data.Blocks.Max(block => block.Values.Length == 0 ? 0 : block.Values.Max());

    /// <summary>The mean of entries that are not stored in a matrix yet.</summary>
    public static double MeanOf(CompressedRows data, ExampleWeights? weights)
    {
        Totals totals = Totals.Of(data, weights);
        return totals.Weight > 0 ? totals.Sum / totals.Weight : 0;
    }

    // Over the entries, with their weights; the number of those that are not zero without.
    private readonly record struct Totals(long NonZeros, double Weight, double Sum, double SumOfSquares)
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static Totals Of(CompressedRows data, ExampleWeights? weights)
        {
            long nonZeros = 0;
            double weight = 0, sum = 0, sumOfSquares = 0;
            for (int b = 0; b < data.Blocks.Length; b++)
            {
                CompressedBlock block = data.Blocks[b];
                for (int i = 0; i < block.Rows; i++)
                {
                    double ofRow = weights?.Rows?[b * BlockRows + i] ?? 1;
                    for (int p = block.Starts[i]; p < block.Starts[i + 1]; p++)
                    {
                        double value = block.Values[p], w = weights?.Columns is { } columns ? ofRow * columns[block.Columns[p]] : ofRow;
                        nonZeros += value > 0 ? 1 : 0;
                        weight += w;
                        sum += w * value;
                        sumOfSquares += w * value * value;
                    }
                }
            }

            return new Totals(nonZeros, weight, sum, sumOfSquares);
        }
    }
}
