using System.Runtime.CompilerServices;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>The activations that transforming gives the rows of a matrix.</summary>
internal static class ExampleActivations
{
    /// <summary>Solves for all rows, on all threads; a row gives the same bits on any.</summary>
    /// <param name="problem">What transforming solves.</param>
    /// <param name="examples">The rows.</param>
    /// <param name="rank">The columns of the templates.</param>
    /// <param name="threads">The most threads to use.</param>
    /// <param name="checkAlive">Throws when the training has been cancelled.</param>
    /// <param name="areStored">Whether the templates are in the unit of the stored data, rather than in that of the data.</param>
    public static FactorMatrix Solve(
        ActivationProblem problem, ExampleMatrix examples, int rank, int threads, Action checkAlive, bool areStored = false)
    {
        double unit = areStored ? 1 : examples.Unit;
        var values = new float[ArraySize.Of(examples.Rows, rank)];
        Parallel.For(0, RowBlocks.Count(examples.Rows), new ParallelOptions { MaxDegreeOfParallelism = threads },
            () => new RowSolver(problem, examples, unit),
            (block, _, solver) =>
            {
                checkAlive();
                (int first, int count) = RowBlocks.Range(block, examples.Rows);
                for (int i = first; i < first + count; i++)
                    solver.Solve(i, values.AsSpan(i * rank, rank));
                return solver;
            },
            _ => { });
        return FactorMatrix.TakeOver(values, examples.Rows, rank);
    }

    // Brings rows to the unit of the templates.
    private sealed class RowSolver(ActivationProblem problem, ExampleMatrix examples, double unit)
    {
        private readonly ActivationSolver _solver = problem.CreateSolver();
        private readonly ExampleRows _rows = new(examples);
        private readonly bool _mayHaveHoles = examples is ObservedExamples;
        private readonly int[] _features = new int[examples.Columns];
        private readonly float[] _values = new float[examples.Columns];

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Solve(int row, Span<float> activations)
        {
            _rows.Read(row);
            ReadOnlySpan<int> features = _rows.Features;
            ReadOnlySpan<float> values = _rows.Values;
            bool hasHoles = _mayHaveHoles && _rows.Count < examples.Columns;
            int count = 0;
            for (int p = 0; p < features.Length; p++)
            {
                if (values[p] == 0 && !hasHoles)
                    continue;
                _features[count] = features[p];
                _values[count++] = (float)(values[p] * unit);
            }

            _solver.Solve(_features.AsSpan(0, count), _values.AsSpan(0, count), hasHoles, activations);
            for (int k = 0; k < activations.Length; k++)
                activations[k] = Math.Min(activations[k], float.MaxValue);
        }
    }
}
