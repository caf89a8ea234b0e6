using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>
/// D_β(X ‖ H Wᵀ) in double, for factors that fit so well that the float32 sums of an engine would be mostly rounding. X̂ and X count at least as
/// <see cref="ExampleMatrix.FloorOf"/> where the engines' kernels count them so. Cost z·r for β = 1 and 2 on sparse data, otherwise n·m·r; several times that
/// of an engine's own sum.
/// </summary>
internal static class ExactDivergence
{
    /// <summary>Computes it. The result does not depend on the number of threads.</summary>
    /// <param name="examples">X.</param>
    /// <param name="activations">H, n × r.</param>
    /// <param name="templates">W, m × r.</param>
    /// <param name="beta">β.</param>
    /// <param name="threads">The most threads to use.</param>
    public static double Of(ExampleMatrix examples, FactorMatrix activations, FactorMatrix templates, double beta, int threads)
    {
        if (examples is ObservedExamples observed)
            return OfObserved(observed, activations, templates, beta, threads);
        bool storedAlone = examples is SparseExamples && beta is 1 or 2;
        double[] w = storedAlone ? [] : Transpose(templates);
        float floor = beta == BetaDivergence.Euclidean ? float.NegativeInfinity : examples.FloorOf(beta);
        var parts = new double[RowBlocks.Count(examples.Rows)];
        Parallel.For(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, b => parts[b] = storedAlone
            ? StoredEntries(((SparseExamples)examples).Data.Blocks[b], b, activations, templates, beta, floor)
            : AllEntries(examples, b, activations, w, beta, floor));
        double sum = parts.Sum();
        if (storedAlone)
            sum += beta == 1 ? SumOfProduct(activations, templates) : 0.5 * SquaresOfProduct(activations, templates);
        return Math.Max(sum, 0);
    }

    /// <summary>Σ max(x, floor)^β over the entries, those at zero without the floor for β &gt; 0: what a well-fitted D_β is compared with.</summary>
    public static double ScaleOf(ExampleMatrix examples, double beta, int threads)
    {
        if (beta is 1 or 2)
            return beta == 1 ? examples.Sum : 0.5 * examples.SumOfSquares;
        if (examples is ObservedExamples observed)
            return ScaleOfObserved(observed, beta, threads);
        double entries = (double)examples.Rows * examples.Columns, floor = examples.FloorOf(beta);
        if (beta == 0)
            return entries;
        var parts = new double[RowBlocks.Count(examples.Rows)];
        Parallel.For(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (b) =>
        {
            ReadOnlySpan<float> values = examples is SparseExamples sparse ? sparse.Data.Blocks[b].Values : ((DenseExamples)examples).Blocks[b].Span;
            foreach (float value in values)
                parts[b] += value == 0 ? 0 : Math.Pow(Math.Max(value, beta < 0 ? floor : 0), beta);
        });
        return parts.Sum() + (beta < 0 ? (entries - examples.NonZeros) * Math.Pow(floor, beta) : 0);
    }

    private static double OfObserved(ObservedExamples examples, FactorMatrix activations, FactorMatrix templates, double beta, int threads)
    {
        float floor = beta == BetaDivergence.Euclidean ? float.NegativeInfinity : examples.FloorOf(beta);
        return SumObserved(examples, threads, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (row, column, value) =>
        {
            ReadOnlySpan<float> h = activations.Row(row), w = templates.Row(column);
            double approximation = 0;
            for (int k = 0; k < h.Length; k++)
                approximation += (double)h[k] * w[k];
            return BetaDivergence.Of(beta <= 0 ? Math.Max(value, floor) : value, Math.Max(approximation, floor), beta);
        });
    }

    private static double ScaleOfObserved(ObservedExamples examples, double beta, int threads)
    {
        float floor = examples.FloorOf(beta);
        return SumObserved(examples, threads, (_, _, value) => value == 0 && beta > 0 ? 0 : Math.Pow(Math.Max(value, beta < 0 ? floor : 0), beta));
    }

    // Σ of a function of the observed entries, each as often as its row and column count.
    private static double SumObserved(ObservedExamples examples, int threads, Func<int, int, float, double> of)
    {
        var parts = new double[RowBlocks.Count(examples.Rows)];
        Parallel.For(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (b) =>
        {
            CompressedBlock rows = examples.Data.Blocks[b];
            for (int i = 0; i < rows.Rows; i++)
            {
                int row = b * ExampleMatrix.BlockRows + i;
                double sum = 0;
                for (int p = rows.Starts[i]; p < rows.Starts[i + 1]; p++)
                    sum += (examples.Weights?.Columns?[rows.Columns[p]] ?? 1) * of(row, rows.Columns[p], rows.Values[p]);
                parts[b] += (examples.Weights?.Rows?[row] ?? 1) * sum;
            }
        });
        return parts.Sum();
    }

    // Σ over the stored entries of d_β(x ‖ x̂) less what x̂ would add at a zero.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double StoredEntries(CompressedBlock rows, int block, FactorMatrix activations, FactorMatrix templates, double beta, float floor)
    {
        double sum = 0;
        for (int i = 0; i < rows.Rows; i++)
        {
            ReadOnlySpan<float> h = activations.Row(block * ExampleMatrix.BlockRows + i);
            for (int p = rows.Starts[i]; p < rows.Starts[i + 1]; p++)
            {
                ReadOnlySpan<float> w = templates.Row(rows.Columns[p]);
                double approximation = 0;
                for (int k = 0; k < h.Length; k++)
                    approximation += (double)h[k] * w[k];
                sum += BetaDivergence.Of(rows.Values[p], Math.Max(approximation, floor), beta);
                sum -= beta == 1 ? approximation : 0.5 * approximation * approximation;
            }
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double AllEntries(ExampleMatrix examples, int block, FactorMatrix activations, double[] w, double beta, float floor)
    {
        (int first, int count) = RowBlocks.Range(block, examples.Rows);
        int columns = examples.Columns;
        var approximation = new double[columns];
        var x = new float[columns];
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            Array.Clear(approximation);
            ReadOnlySpan<float> h = activations.Row(first + i);
            for (int k = 0; k < h.Length; k++)
            {
                if (h[k] != 0)
                    DoubleKernel.AddScaled(approximation, w.AsSpan(k * columns, columns), h[k]);
            }

            ReadOnlySpan<float> row = RowOf(examples, block, i, x);
            for (int j = 0; j < columns; j++)
                sum += BetaDivergence.Of(beta <= 0 ? Math.Max(row[j], floor) : row[j], Math.Max(approximation[j], floor), beta);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ReadOnlySpan<float> RowOf(ExampleMatrix examples, int block, int row, float[] room)
    {
        if (examples is DenseExamples dense)
            return dense.Row(block, row);
        CompressedBlock rows = ((SparseExamples)examples).Data.Blocks[block];
        Array.Clear(room);
        for (int p = rows.Starts[row]; p < rows.Starts[row + 1]; p++)
            room[rows.Columns[p]] = rows.Values[p];
        return room;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] Transpose(FactorMatrix matrix)
    {
        var transposed = new double[(long)matrix.Rows * matrix.Columns];
        for (int i = 0; i < matrix.Rows; i++)
        {
            for (int k = 0; k < matrix.Columns; k++)
                transposed[k * matrix.Rows + i] = matrix[i, k];
        }

        return transposed;
    }

    // Σ over all entries of H Wᵀ.
    private static double SumOfProduct(FactorMatrix activations, FactorMatrix templates)
        => activations.ColumnSums().Zip(templates.ColumnSums(), (h, w) => h * w).Sum();

    // ‖H Wᵀ‖² = ⟨HᵀH, WᵀW⟩.
    private static double SquaresOfProduct(FactorMatrix activations, FactorMatrix templates)
        => Gram(activations).Zip(Gram(templates), (h, w) => h * w).Sum();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] Gram(FactorMatrix matrix)
    {
        int rank = matrix.Columns;
        var gram = new double[rank * rank];
        for (int i = 0; i < matrix.Rows; i++)
        {
            ReadOnlySpan<float> row = matrix.Row(i);
            for (int k = 0; k < rank; k++)
            {
                double value = row[k];
                for (int l = 0; value != 0 && l < rank; l++)
                    gram[k * rank + l] += value * row[l];
            }
        }

        return gram;
    }
}
