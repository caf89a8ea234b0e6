using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reading;

namespace Microsoft.ML.Nmf.Training;

/// <summary>Makes <see cref="TrainingActivations"/> of what a training ends with.</summary>
internal static class KeptActivations
{
    /// <summary>Refuses to keep activations of rows that do not all count alike, since the training has others than those that were read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are to be kept.</exception>
    public static void Check(ActivationKeeping keeping, ReadingPlan plan)
    {
        if (keeping != ActivationKeeping.None && plan.CountsUnevenly)
        {
            throw new ArgumentOutOfRangeException("KeepActivations", keeping,
                $"KeepActivations is {keeping} beside MissingValues, ExampleWeightColumnName or FeatureWeights, with which the rows of the training are not those that "
                + "are read. Leave it out, and transform the data.");
        }
    }

    /// <summary>The activations that an option asks for; null for none.</summary>
    /// <param name="keeping">The option.</param>
    /// <param name="last">Those of the last iteration, in the unit of the data and the order of the model's topics.</param>
    /// <param name="problem">What transforming solves.</param>
    /// <param name="examples">X.</param>
    /// <param name="scale">What the transformer scales activations by.</param>
    /// <param name="engine">The engine, for its threads.</param>
    /// <param name="checkAlive">Throws when the training has been cancelled.</param>
    public static TrainingActivations? Of(ActivationKeeping keeping, Func<FactorMatrix> last, Func<ActivationProblem> problem, ExampleMatrix examples,
        ActivationScale scale, ComputeEngine engine, Action checkAlive)
    {
        if (keeping == ActivationKeeping.None)
            return null;
        FactorMatrix activations = keeping == ActivationKeeping.LastIteration ? last() : Solve(problem(), examples, last().Columns, engine.Threads, checkAlive);
        var scaled = new float[activations.Values.Length];
        for (int i = 0; i < activations.Rows; i++)
            scale.Apply(activations.Row(i), scaled.AsSpan(i * activations.Columns, activations.Columns));
        return new TrainingActivations(FactorMatrix.TakeOver(scaled, activations.Rows, activations.Columns));
    }

    /// <summary>The activations that transforming gives rows. On all threads; a row gives the same bits on any.</summary>
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
        private readonly int[] _features = new int[examples.Columns];
        private readonly float[] _values = new float[examples.Columns];

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Solve(int row, Span<float> activations)
        {
            _rows.Read(row);
            ReadOnlySpan<int> features = _rows.Features;
            ReadOnlySpan<float> values = _rows.Values;
            int count = 0;
            for (int p = 0; p < features.Length; p++)
            {
                if (values[p] == 0)
                    continue;
                _features[count] = features[p];
                _values[count++] = (float)(values[p] * unit);
            }

            _solver.Solve(_features.AsSpan(0, count), _values.AsSpan(0, count), hasHoles: false, activations);
            for (int k = 0; k < activations.Length; k++)
                activations[k] = Math.Min(activations[k], float.MaxValue);
        }
    }
}
