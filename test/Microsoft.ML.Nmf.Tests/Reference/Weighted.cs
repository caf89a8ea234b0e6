using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>Weighted data, the same with rows and columns repeated as often as they count, and a start for both.</summary>
internal sealed class Weighted
{
    private const int Rank = 3;

    private readonly int[] _rows;
    private readonly int[] _columns;

    public Weighted(bool hasHoles, bool isSparse, int seed = 1)
    {
        const int n = 14, m = 11;
        // Row 2 and column 5 do not count at all.
        float[] rows = [.. Enumerable.Range(0, n).Select(i => i == 2 ? 0f : 1 + i % 3)], columns = [.. Enumerable.Range(0, m).Select(j => j == 5 ? 0f : 1 + j % 2)];
        double[,] x = Naive.Random(n, m, seed, isSparse ? 0.2 : 0.9);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < m; j++)
                x[i, j] += isSparse ? 0 : 0.05;
        }

        bool IsObserved(int i, int j) => !hasHoles || (7 * i + 5 * j) % 4 != 0;
        int[] kept = [.. Enumerable.Range(0, n).Where(i => rows[i] > 0)];
        _rows = [.. kept.SelectMany((i, at) => Enumerable.Repeat(at, (int)rows[i]))];
        _columns = [.. Enumerable.Range(0, m).SelectMany(j => Enumerable.Repeat(j, (int)columns[j]))];
        Make = (beta, penalties) => new ExampleCount(hasHoles, [.. kept.Select(i => rows[i])], columns, beta, penalties)
            .Build(Added(kept, [.. Enumerable.Range(0, m)]), m);
        MakeRepeated = beta => new ExampleCount(hasHoles, null, null, beta, default)
            .Build(Added([.. _rows.Select(at => kept[at])], _columns), _columns.Length);
        MakeRepeatedOneByOne = () => new ObservedExamples(Added([.. _rows.Select(at => kept[at])], _columns, areZerosListed: true).Collect(), null);
        (Templates, Activations) = (Build.Matrix(Positive(m, seed + 1)), Build.Matrix(Positive(kept.Length, seed + 2)));

        ExampleMatrixBuilder Added(int[] ofRows, int[] ofColumns, bool areZerosListed = false)
        {
            var builder = new ExampleMatrixBuilder(ofColumns.Length);
            foreach (int i in ofRows)
            {
                int[] places = [.. Enumerable.Range(0, ofColumns.Length).Where(p => IsObserved(i, ofColumns[p]) && (hasHoles || areZerosListed || x[i, ofColumns[p]] != 0))];
                builder.Add(places, [.. places.Select(p => (float)x[i, ofColumns[p]])]);
            }

            return builder;
        }
    }

    public Func<double, (Penalty Activations, Penalty Templates), ExampleMatrix> Make { get; }

    public Func<double, ExampleMatrix> MakeRepeated { get; }

    /// <summary>The repeated rows and columns with every entry stored, for solvers that go another way then.</summary>
    public Func<ExampleMatrix> MakeRepeatedOneByOne { get; }

    public FactorMatrix Templates { get; }

    public FactorMatrix Activations { get; }

    public FactorMatrix RepeatedTemplates => Templates.TakeRows(_columns);

    public FactorMatrix RepeatedActivations => Activations.TakeRows(_rows);

    private static double[,] Positive(int rows, int seed)
    {
        double[,] values = Naive.Random(rows, Rank, seed);
        for (int i = 0; i < rows; i++)
        {
            for (int k = 0; k < Rank; k++)
                values[i, k] += 0.1;
        }

        return values;
    }
}
