using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Engine;

/// <summary>The primitives over observed entries equal plain loops over them, with weights and without, on both engines.</summary>
public class ObservedPrimitiveTests
{
    // A row with more entries than are processed at a time, and one without any.
    private const int Rows = 21;
    private const int Columns = 150;
    private const int Full = 4;
    private const int Empty = 9;

    private readonly double[,] _x = Naive.Random(Rows, Columns, 1, 0.9);
    private readonly float[] _rows = [.. Enumerable.Range(0, Rows).Select(i => 0.5f + i % 4)];
    private readonly float[] _columns = [.. Enumerable.Range(0, Columns).Select(j => 0.25f + j % 3)];

    public static TheoryData<double, int, bool, bool> Cases()
    {
        var data = new TheoryData<double, int, bool, bool>();
        foreach (bool isWeighted in new[] { false, true })
        {
            foreach (bool isTransposed in new[] { false, true })
            {
                foreach (double beta in new[] { -1, 0, 0.5, 0.9, 1, 1.5, 2, 3 })
                    data.Add(beta, beta == 1 ? 21 : 5, isTransposed, isWeighted);
            }
        }

        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Terms_are_sums_over_observed_entries(double beta, int rank, bool isTransposed, bool isWeighted)
    {
        using ComputeEngine engine = ComputeEngine.OnProcessor(2);
        CheckTerms(engine, beta, rank, isTransposed, isWeighted);
    }

    [TorchTheory, MemberData(nameof(Cases))]
    public void Terms_are_sums_over_observed_entries_on_the_Torch_engine(double beta, int rank, bool isTransposed, bool isWeighted)
    {
        using ComputeEngine engine = TorchEngines.Create();
        CheckTerms(engine, beta, rank, isTransposed, isWeighted);
    }

    [Theory]
    [InlineData(5, false, false)]
    [InlineData(21, true, false)]
    [InlineData(5, true, true)]
    [InlineData(21, false, true)]
    public void Descent_minimises_over_one_coordinate_after_the_other(int rank, bool isWeighted, bool areEven)
    {
        using ComputeEngine engine = ComputeEngine.OnProcessor(2);
        CheckDescent(engine, rank, isWeighted, areEven);
    }

    [TorchTheory]
    [InlineData(5, false)]
    [InlineData(21, true)]
    public void Descent_minimises_over_one_coordinate_after_the_other_on_the_Torch_engine(int rank, bool isWeighted)
    {
        using ComputeEngine engine = TorchEngines.Create();
        CheckDescent(engine, rank, isWeighted);
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        double[,] x = Naive.Random(700, 60, 5);
        ObservedExamples examples = Build.Observed(x, (i, j) => (i * 31 + j * 17) % 5 < 2);
        float[][] results = [.. new[] { 1, 2, 3 }.Select(threads =>
        {
            using ComputeEngine engine = ComputeEngine.OnProcessor(threads);
            using DataMatrix data = engine.Load(examples);
            using Factor f = Build.Factor(engine, Naive.Random(700, 7, 6)), o = Build.Factor(engine, Naive.Random(60, 7, 7));
            using MultiplicativeTerms terms = engine.AllocateTerms(60, 7, 0.7, hasHoles: true);
            double divergence = engine.ComputeTerms(data.Transposed, o, f, 0.7, terms, evaluate: true);
            double after = engine.ObservedDescent(data, f, o, default, 2);
            return (float[])[(float)divergence, (float)after, .. f.ToMatrix().Values, .. terms.Numerator.ToMatrix().Values];
        })];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    private static bool IsObserved(int i, int j) => i == Full || (i != Empty && (7 * i + 3 * j) % 5 < 2);

    // Rows of 54 to 60 entries, of which sixteen are solved together.
    private static bool IsObservedEvenly(int i, int j) => (7 * i + 3 * j) % 5 < 2 && j < Columns - i % 4 * 5;

    private ObservedExamples Examples(bool isWeighted, bool areEven = false)
        => Build.Observed(_x, areEven ? IsObservedEvenly : IsObserved, isWeighted ? new ExampleWeights(_rows, _columns) : null);

    private void CheckTerms(ComputeEngine engine, double beta, int rank, bool isTransposed, bool isWeighted)
    {
        ObservedExamples examples = Examples(isWeighted);
        using DataMatrix data = engine.Load(examples);
        double[,] h = Naive.Random(Rows, rank, 2), w = Naive.Random(Columns, rank, 3), f = isTransposed ? w : h, o = isTransposed ? h : w;
        using Factor factor = Build.Factor(engine, f), other = Build.Factor(engine, o);
        using MultiplicativeTerms terms = engine.AllocateTerms(f.GetLength(0), rank, beta, hasHoles: true);
        double actual = engine.ComputeTerms(isTransposed ? data.Transposed : data, factor, other, beta, terms, evaluate: true);
        double[,] numerator = new double[f.GetLength(0), rank], denominator = new double[f.GetLength(0), rank];
        double divergence = 0, floor = examples.FloorOf(beta);
        for (int i = 0; i < Rows; i++)
        {
            for (int j = 0; j < Columns; j++)
            {
                if (!IsObserved(i, j))
                    continue;
                (int row, int column) = isTransposed ? (j, i) : (i, j);
                double y = 0, x = (float)_x[i, j], v = !isWeighted ? 1 : isTransposed ? _rows[i] : _columns[j];
                for (int k = 0; k < rank; k++)
                    y += f[row, k] * o[column, k];
                x = beta <= 0 ? Math.Max(x, floor) : x;
                divergence += (isWeighted ? _rows[i] * (double)_columns[j] : 1) * BetaDivergence.Of(x, y, beta);
                for (int k = 0; k < rank; k++)
                {
                    numerator[row, k] += v * x * Math.Pow(y, beta - 2) * o[column, k];
                    denominator[row, k] += v * Math.Pow(y, beta - 1) * o[column, k];
                }
            }
        }

        Near.Equal(numerator, Build.Read(terms.Numerator), 1e-4);
        Near.Equal(denominator, Build.Read(terms.Denominator), 1e-4);
        Near.Equal(divergence, actual, 1e-3);
        Near.Equal(divergence, ExactDivergence.Of(examples, Build.Matrix(h), Build.Matrix(w), beta, 2), 1e-5);
    }

    private void CheckDescent(ComputeEngine engine, int rank, bool isWeighted, bool areEven = false)
    {
        foreach (Penalty penalty in new[] { default, new Penalty(0.3f, 0.4f, 0.2f) })
        {
            using DataMatrix data = engine.Load(Examples(isWeighted, areEven));
            double[,] f = Naive.Random(Rows, rank, 2), o = Naive.Random(Columns, rank, 3);
            using Factor factor = Build.Factor(engine, f), other = Build.Factor(engine, o);
            double actual = engine.ObservedDescent(data, factor, other, penalty, 2), divergence = 0;
            for (int i = 0; i < Rows; i++)
            {
                int[] observed = [.. Enumerable.Range(0, Columns).Where(j => areEven ? IsObservedEvenly(i, j) : IsObserved(i, j))];
                double Residual(int j) => (float)_x[i, j] - Enumerable.Range(0, rank).Sum(k => f[i, k] * o[j, k]);
                double Weight(int j) => isWeighted ? _columns[j] : 1;
                for (int step = 0; step < 2 * rank; step++)
                {
                    int k = step % rank;
                    double gradient = observed.Sum(j => Weight(j) * Residual(j) * o[j, k]) - penalty.L1 - penalty.L2 * f[i, k]
                        - penalty.Orthogonality * (Enumerable.Range(0, rank).Sum(l => f[i, l]) - f[i, k]);
                    double curvature = observed.Sum(j => Weight(j) * o[j, k] * o[j, k]) + penalty.L2;
                    f[i, k] = observed.Length == 0 ? 0 : Math.Max(f[i, k] + gradient / curvature, 0);
                }

                divergence += 0.5 * (isWeighted ? _rows[i] : 1) * observed.Sum(j => Weight(j) * Residual(j) * Residual(j));
            }

            Near.Equal(f, Build.Read(factor), 1e-3);
            Near.Equal(divergence, actual, 1e-3);
        }
    }
}
