using System.Diagnostics;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Benchmarks.Comparisons;

/// <summary>Does what another engine does, and measures how long each primitive takes.</summary>
internal sealed class MeasuredEngine(ComputeEngine engine) : ComputeEngine
{
    private readonly Dictionary<string, (int Calls, TimeSpan Time)> _measured = [];

    /// <summary>The primitives since the last <see cref="Reset"/>, slowest first.</summary>
    public IEnumerable<(string Primitive, int Calls, TimeSpan Time)> Measured
        => _measured.Select(m => (m.Key, m.Value.Calls, m.Value.Time)).OrderByDescending(m => m.Time);

    public override string Description => engine.Description;

    public override int Threads => engine.Threads;

    public override double ReliableShare(DataMatrix data, double beta) => engine.ReliableShare(data, beta);

    public override string DescribeMemory(ExampleMatrix examples, long working, int rank) => engine.DescribeMemory(examples, working, rank);

    public override long BytesOf(int rows, int rank) => engine.BytesOf(rows, rank);

    public override long BytesOfScratch(int rows, int rank) => engine.BytesOfScratch(rows, rank);

    /// <summary>Forgets what was measured.</summary>
    public void Reset() => _measured.Clear();

    public override DataMatrix Load(ExampleMatrix examples) => engine.Load(examples);

    public override Factor Allocate(int rows, int rank) => engine.Allocate(rows, rank);

    public override Gram AllocateGram(int rank) => engine.AllocateGram(rank);

    public override void Gram(Factor factor, Gram result) => Measure("Gram: FᵀF", () => engine.Gram(factor, result));

    public override void DataProduct(DataMatrix data, Factor other, Factor result)
        => Measure(data.Rows == data.Examples.Rows ? "DataProduct: X·A" : "DataProduct: Xᵀ·S", () => engine.DataProduct(data, other, result));

    public override void GramProduct(Factor factor, Gram gram, Factor result) => Measure("GramProduct: F·G", () => engine.GramProduct(factor, gram, result));

    public override void LeftGramProduct(Gram gram, Factor factor, Factor result)
        => Measure("LeftGramProduct: G·F", () => engine.LeftGramProduct(gram, factor, result));

    public override void SmallProduct(Factor factor, Factor small, Factor result)
        => Measure("SmallProduct: S·A", () => engine.SmallProduct(factor, small, result));

    public override void SmallProductTransposed(Factor factor, Factor small, Factor result)
        => Measure("SmallProductTransposed: Z·Aᵀ", () => engine.SmallProductTransposed(factor, small, result));

    public override void CrossProduct(Factor first, Factor second, Factor result) => Measure("CrossProduct: SᵀZ", () => engine.CrossProduct(first, second, result));

    public override void SymmetricCrossProduct(Factor first, Factor second, Gram result)
        => Measure("SymmetricCrossProduct: SᵀZ + ZᵀS", () => engine.SymmetricCrossProduct(first, second, result));

    public override void Combine(double a, Factor first, double b, Factor second, Factor result)
        => Measure("Combine", () => engine.Combine(a, first, b, second, result));

    public override void ScaleRows(Factor factor, float[] scales) => Measure("ScaleRows", () => engine.ScaleRows(factor, scales));

    public override double ObservedDescent(DataMatrix data, Factor factor, Factor other, Penalty penalty, int sweeps)
        => Measure("ObservedDescent", () => engine.ObservedDescent(data, factor, other, penalty, sweeps));

    public override void AtLeast(Factor factor, float least) => Measure("AtLeast", () => engine.AtLeast(factor, least));

    public override void KeepWhere(Factor factor, Factor pattern, Factor result) => Measure("KeepWhere", () => engine.KeepWhere(factor, pattern, result));

    public override void RemoveAlong(Factor factor, Factor direction) => Measure("RemoveAlong", () => engine.RemoveAlong(factor, direction));

    public override void TakeColumnNorms(Factor factor, Factor pattern) => Measure("TakeColumnNorms", () => engine.TakeColumnNorms(factor, pattern));

    public override void AdamUpdate(Factor factor, Factor gradient, (Factor First, Factor Second) moments, AdamRule rule)
        => Measure("AdamUpdate", () => engine.AdamUpdate(factor, gradient, moments, rule));

    public override double SquaredError(Factor target, Factor factor, Factor small)
        => Measure("SquaredError: ‖S − S'Aᵀ‖²", () => engine.SquaredError(target, factor, small));

    public override void ProjectTerms(Factor factor, MultiplicativeTerms terms, MultiplicativeTerms result)
        => Measure("ProjectTerms", () => engine.ProjectTerms(factor, terms, result));

    public override double Inner(Factor first, Factor second) => Measure("Inner", () => engine.Inner(first, second));

    public override double Inner(Gram first, Gram second) => Measure("Inner of Grams", () => engine.Inner(first, second));

    public override double PenaltyOf(Factor factor, Penalty penalty) => Measure("PenaltyOf", () => engine.PenaltyOf(factor, penalty));

    public override double[] ColumnSums(Factor factor) => Measure("ColumnSums", () => engine.ColumnSums(factor));

    public override void CoordinateDescent(Factor factor, Gram gram, Factor product, Penalty penalty, int sweeps)
        => Measure("CoordinateDescent", () => engine.CoordinateDescent(factor, gram, product, penalty, sweeps));

    public override double ExtrapolatedDescent(Factor factor, Factor plain, Factor next, DescentProblem problem, int sweeps, double extrapolation)
        => Measure("ExtrapolatedDescent", () => engine.ExtrapolatedDescent(factor, plain, next, problem, sweeps, extrapolation));

    public override double StepByDescent(
        DataMatrix data, Factor other, (Factor Factor, Factor Plain, Factor Next) places, DescentStep step, Gram gramOfNext, Func<Factor> room)
    {
        string seen = data.Rows == data.Examples.Rows ? "StepByDescent: H" : "StepByDescent: W";
        return Measure(step.IsRough ? seen + ", rough" : seen, () => engine.StepByDescent(data, other, places, step, gramOfNext, room));
    }

    public override void RoughDataProduct(DataMatrix data, Factor other, Factor result)
        => Measure(data.Rows == data.Examples.Rows ? "RoughDataProduct: X·A" : "RoughDataProduct: Xᵀ·S", () => engine.RoughDataProduct(data, other, result));

    public override long NonnegativeLeastSquares(Factor factor, Gram gram, Factor product, Penalty penalty)
        => Measure("NonnegativeLeastSquares", () => engine.NonnegativeLeastSquares(factor, gram, product, penalty));

    public override void LeastSquaresBackward(Factor solution, Gram gram, Factor gradient, Factor result)
        => Measure("LeastSquaresBackward", () => engine.LeastSquaresBackward(solution, gram, gradient, result));

    public override void LeastSquaresBackward(Factor solution, Gram gram, Factor gradient, (double Before, double After) shares, Factor result)
        => Measure("LeastSquaresBackward", () => engine.LeastSquaresBackward(solution, gram, gradient, shares, result));

    public override double OptimalityResidual(Factor factor, Gram gram, Factor product)
        => Measure("OptimalityResidual", () => engine.OptimalityResidual(factor, gram, product));

    public override double ComputeTerms(DataMatrix data, Factor factor, Factor other, double beta, MultiplicativeTerms? terms, bool evaluate)
        => Measure("ComputeTerms", () => engine.ComputeTerms(data, factor, other, beta, terms, evaluate));

    public override void MultiplicativeUpdate(Factor factor, MultiplicativeTerms terms, Penalty penalty, double beta, double relaxation = 1)
        => Measure("MultiplicativeUpdate", () => engine.MultiplicativeUpdate(factor, terms, penalty, beta, relaxation));

    public override void Dispose() => engine.Dispose();

    private void Measure(string primitive, Action run) => Measure(primitive, () =>
    {
        run();
        return 0;
    });

    private T Measure<T>(string primitive, Func<T> run)
    {
        long start = Stopwatch.GetTimestamp();
        T result = run();
        (int calls, TimeSpan time) = _measured.GetValueOrDefault(primitive);
        _measured[primitive] = (calls + 1, time + Stopwatch.GetElapsedTime(start));
        return result;
    }
}
