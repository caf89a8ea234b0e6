using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>Makes the library's matrices from plain ones, and back.</summary>
internal static class Build
{
    public static SparseExamples Sparse(double[,] x)
    {
        int n = x.GetLength(0), m = x.GetLength(1);
        var blocks = new CompressedBlock[RowBlocks.Count(n)];
        for (int b = 0; b < blocks.Length; b++)
        {
            (int first, int count) = RowBlocks.Range(b, n);
            var starts = new List<int> { 0 };
            var columns = new List<int>();
            var values = new List<float>();
            for (int i = first; i < first + count; i++)
            {
                for (int j = 0; j < m; j++)
                {
                    if (x[i, j] == 0)
                        continue;
                    columns.Add(j);
                    values.Add((float)x[i, j]);
                }

                starts.Add(values.Count);
            }

            blocks[b] = new CompressedBlock([.. starts], [.. columns], [.. values]);
        }

        return new SparseExamples(new CompressedRows(blocks, n, m), x.Cast<double>().Sum(), x.Cast<double>().Sum(v => v * v));
    }

    public static DenseExamples Dense(double[,] x)
    {
        int n = x.GetLength(0), m = x.GetLength(1);
        var blocks = new AlignedFloats[RowBlocks.Count(n)];
        for (int b = 0; b < blocks.Length; b++)
        {
            (int first, int count) = RowBlocks.Range(b, n);
            blocks[b] = DenseExamples.AllocateBlock(count, m);
            for (int i = 0; i < count; i++)
            {
                for (int j = 0; j < m; j++)
                    blocks[b].Span[i * DenseExamples.StrideOf(m) + j] = (float)x[first + i, j];
            }
        }

        return new DenseExamples(blocks, n, m, x.Cast<double>().Count(v => v != 0), x.Cast<double>().Sum(), x.Cast<double>().Sum(v => v * v));
    }

    public static ExampleMatrix Examples(double[,] x, bool sparse) => sparse ? Sparse(x) : Dense(x);

    /// <summary>The entries that are observed, zeros among them too, with direct weights.</summary>
    public static ObservedExamples Observed(double[,] x, Func<int, int, bool> isObserved, ExampleWeights? weights = null)
    {
        var builder = new ExampleMatrixBuilder(x.GetLength(1));
        for (int i = 0; i < x.GetLength(0); i++)
        {
            int[] columns = [.. Enumerable.Range(0, x.GetLength(1)).Where(j => isObserved(i, j))];
            builder.Add(columns, [.. columns.Select(j => (float)x[i, j])]);
        }

        return new ObservedExamples(builder.Collect(), weights);
    }

    /// <summary>Sums of 1, and one mean square for all components.</summary>
    public static ActivationMoments Moments(int rank, double meanSquare = 1) => new([.. Enumerable.Repeat(1.0, rank)], [.. Enumerable.Repeat(meanSquare, rank)]);

    public static Factor Factor(ComputeEngine engine, double[,] values)
    {
        Factor factor = engine.Allocate(values.GetLength(0), values.GetLength(1));
        factor.CopyFrom([.. values.Cast<double>().Select(v => (float)v)]);
        return factor;
    }

    public static FactorMatrix Matrix(double[,] values) => FactorMatrix.TakeOver([.. values.Cast<double>().Select(v => (float)v)], values.GetLength(0), values.GetLength(1));

    public static FactorMatrix Ones(int rows, int columns) => new([.. Enumerable.Repeat(1f, rows * columns)], rows, columns);

    public static double[,] Read(Factor factor)
    {
        float[] flat = Floats(factor);
        var values = new double[factor.Rows, factor.Rank];
        for (int i = 0; i < flat.Length; i++)
            values[i / factor.Rank, i % factor.Rank] = flat[i];
        return values;
    }

    public static float[] Floats(Factor factor)
    {
        var flat = new float[factor.Rows * factor.Rank];
        factor.CopyTo(flat);
        return flat;
    }

    public static double[,] Read(Gram gram)
    {
        var flat = new double[gram.Rank * gram.Rank];
        gram.CopyTo(flat);
        var values = new double[gram.Rank, gram.Rank];
        Buffer.BlockCopy(flat, 0, values, 0, flat.Length * sizeof(double));
        return values;
    }

    public static Gram Gram(ComputeEngine engine, double[,] values)
    {
        Gram gram = engine.AllocateGram(values.GetLength(0));
        gram.CopyFrom([.. values.Cast<double>()]);
        return gram;
    }
}
