using BenchmarkDotNet.Attributes;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Engine.Managed;
using Microsoft.ML.Nmf.GpuCheck.Data;

namespace Microsoft.ML.Nmf.Benchmarks.Primitives;

/// <summary>
/// The primitives of the managed engine on all processors, one by one. The factor that a primitive updates is reset before each call, so that every call does
/// the same work; the copy is part of the time, as <see cref="Copy"/> shows it.
/// </summary>
[Config(typeof(ShortInProcess))]
public class ManagedPrimitives
{
    private ManagedEngine _engine = null!;
    private DataMatrix _data = null!;
    private Factor _start = null!;
    private Factor _activations = null!;
    private Factor _templates = null!;
    private Factor _ofColumns = null!;
    private Factor _small = null!;
    private Gram _gram = null!;
    private MultiplicativeTerms _euclidean = null!;
    private MultiplicativeTerms _kullbackLeibler = null!;
    private MultiplicativeTerms _half = null!;

    /// <summary>2000 × 2000 dense, or 20,000 × 6000 sparse with half a million entries.</summary>
    [Params("dense", "sparse")]
    public string Data { get; set; } = "";

    /// <summary>r.</summary>
    [Params(20, 50, 100)]
    public int Rank { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _engine = new ManagedEngine(Environment.ProcessorCount);
        _data = _engine.Load(Data == "dense" ? Dense() : Sparse());
        PrimitiveCost.Register(Data, _data.Examples);
        (_start, _activations) = (_engine.Allocate(_data.Rows, Rank), _engine.Allocate(_data.Rows, Rank));
        (_templates, _ofColumns) = (_engine.Allocate(_data.Columns, Rank), _engine.Allocate(_data.Columns, Rank));
        (_small, _gram) = (_engine.Allocate(Rank, Rank), _engine.AllocateGram(Rank));
        (_kullbackLeibler, _half) = (_engine.AllocateTerms(_data.Rows, Rank, 1), _engine.AllocateTerms(_data.Rows, Rank, 0.5));
        _euclidean = new MultiplicativeTerms(_engine.Allocate(_data.Rows, Rank), _engine.Allocate(_data.Rows, Rank));

        var random = new Random(3);
        float scale = (float)(2 * Math.Sqrt(_data.Examples.Mean / Rank));
        Fill(_templates);
        Fill(_start);
        Fill(_small);
        _engine.Copy(_start, _activations);
        _engine.Gram(_templates, _gram);
        _engine.DataProduct(_data, _templates, _euclidean.Numerator);
        _engine.GramProduct(_start, _gram, _euclidean.Denominator);
        // Least squares begin from the supports of a solution, as they do in all but the first iteration.
        _engine.NonnegativeLeastSquares(_start, _gram, _euclidean.Numerator, default);

        void Fill(Factor factor) => factor.CopyFrom([.. Enumerable.Range(0, factor.Rows * Rank).Select(_ => random.NextSingle() * scale)]);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        IDisposable[] resources = [_half, _kullbackLeibler, _euclidean, _gram, _small, _ofColumns, _templates, _activations, _start, _data, _engine];
        Array.ForEach(resources, resource => resource.Dispose());
    }

    [Benchmark(Description = "H ← H'")]
    public void Copy() => _engine.Copy(_start, _activations);

    [Benchmark(Description = "X·W")]
    public void ProductOfRows() => _engine.DataProduct(_data, _templates, _euclidean.Numerator);

    [Benchmark(Description = "Xᵀ·H")]
    public void ProductOfColumns() => _engine.DataProduct(_data.Transposed, _activations, _ofColumns);

    [Benchmark(Description = "HᵀH")]
    public void Gram() => _engine.Gram(_activations, _gram);

    [Benchmark(Description = "H·G")]
    public void GramProduct() => _engine.GramProduct(_start, _gram, _activations);

    [Benchmark(Description = "H·A")]
    public void SmallProduct() => _engine.SmallProduct(_start, _small, _activations);

    [Benchmark(Description = "HᵀZ")]
    public void CrossProduct() => _engine.CrossProduct(_start, _euclidean.Numerator, _small);

    [Benchmark(Description = "⟨H, Z⟩")]
    public double Inner() => _engine.Inner(_start, _euclidean.Numerator);

    [Benchmark(Description = "column sums")]
    public double[] ColumnSums() => _engine.ColumnSums(_start);

    [Benchmark(Description = "a H + b Z")]
    public void Combine() => _engine.Combine(0.5, _start, 0.5, _euclidean.Denominator, _activations);

    [Benchmark(Description = "optimality residual")]
    public double OptimalityResidual() => _engine.OptimalityResidual(_start, _gram, _euclidean.Numerator);

    [Benchmark(Description = "one sweep of coordinate descent")]
    public void CoordinateDescent()
    {
        Copy();
        _engine.CoordinateDescent(_activations, _gram, _euclidean.Numerator, default, sweeps: 1);
    }

    [Benchmark(Description = "multiplicative update")]
    public void MultiplicativeUpdate()
    {
        Copy();
        _engine.MultiplicativeUpdate(_activations, _euclidean, default, BetaDivergence.Euclidean);
    }

    [Benchmark(Description = "terms of β = 1")]
    public double KullbackLeiblerTerms() => _engine.ComputeTerms(_data, _activations, _templates, 1, _kullbackLeibler, evaluate: false);

    [Benchmark(Description = "terms of β = 0.5")]
    public double HalfTerms() => _engine.ComputeTerms(_data, _activations, _templates, 0.5, _half, evaluate: false);

    [Benchmark(Description = "exact least squares")]
    public void LeastSquares()
    {
        Copy();
        _engine.NonnegativeLeastSquares(_activations, _gram, _euclidean.Numerator, default);
    }

    [Benchmark(Description = "back through least squares")]
    public void LeastSquaresBackward() => _engine.LeastSquaresBackward(_start, _gram, _euclidean.Numerator, _activations);

    private static ExampleMatrix Dense()
    {
        const int Columns = 2000;
        var builder = new ExampleMatrixBuilder(Columns);
        int[] features = [.. Enumerable.Range(0, Columns)];
        foreach (float[] row in RandomRows.Dense(2000, Columns))
            builder.Add(features, row);
        return builder.Build();
    }

    private static ExampleMatrix Sparse()
    {
        const int Columns = 6000;
        var builder = new ExampleMatrixBuilder(Columns);
        foreach ((int[] words, float[] values) in RandomRows.Texts(20_000, Columns, 24.9))
            builder.Add(words, values);
        return builder.Build();
    }
}
