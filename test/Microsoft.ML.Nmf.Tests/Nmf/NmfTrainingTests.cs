using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Nmf.Tests.Nmf;

public class NmfTrainingTests
{
    private readonly MLContext _context = new(1);

    [Fact]
    public void The_log_tells_sizes_memory_iterations_and_the_end()
    {
        var lines = new List<(ChannelMessageKind Kind, string Text)>();
        _context.Log += (_, e) => lines.Add((e.Kind, e.RawMessage));
        Fit(new() { MaximumNumberOfIterations = 25, Tolerance = 0 });
        Assert.Contains(lines, l => l.Kind == ChannelMessageKind.Info && Regex.IsMatch(l.Text, @"NMF of rank 3, beta 2, CoordinateDescent from Nndsvd of column 'Features': 90 examples × 12 features, .*about \d+ MB"));
        Assert.Contains(lines, l => l.Text.StartsWith("NMF starts at objective"));
        Assert.Contains(lines, l => l.Text.StartsWith("NMF iteration 10: objective"));
        Assert.Contains(lines, l => l.Text.StartsWith("NMF iteration 20: objective"));
        Assert.Contains(lines, l => l.Text.StartsWith("NMF ended after 25 iterations") && l.Text.EndsWith(": all iterations are made."));
        Assert.DoesNotContain(lines, l => l.Kind == ChannelMessageKind.Warning);
    }

    [Fact]
    public void Stopping_unconverged_is_warned_of_and_converging_is_not()
    {
        var warnings = new List<string>();
        _context.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning)
                warnings.Add(e.RawMessage);
        };
        Assert.False(Fit(new() { MaximumNumberOfIterations = 2, Tolerance = 1e-9 }).Model.History.Converged);
        Assert.Contains("NMF stopped after 2 iterations without having converged", Assert.Single(warnings));
        Assert.Contains("Raise MaximumNumberOfIterations or Tolerance", warnings[0]);
        warnings.Clear();
        Assert.True(Fit(new() { MaximumNumberOfIterations = 500, Tolerance = 1e-3 }).Model.History.Converged);
        Assert.Empty(warnings);
    }

    [Fact]
    public void Progress_is_told_of_every_iteration()
    {
        var progress = new Told();
        NmfTransformer transformer = Fit(new() { MaximumNumberOfIterations = 7, Tolerance = 0, Progress = progress });
        Assert.Equal(transformer.Model.History, progress.Steps.Select(s => s.Iteration));
        Assert.All(progress.Steps, s => Assert.Equal(("NMF", 7), (s.Phase, s.MaximumNumberOfIterations)));
    }

    [Fact]
    public void Cancelling_the_context_stops_a_fit_within_one_iteration()
    {
        var progress = new Told();
        progress.Then = step =>
        {
            if (step.Iteration.Number == 3)
                Cancel(_context);
        };
        Assert.Throws<OperationCanceledException>(() => Fit(new() { MaximumNumberOfIterations = 1000, Tolerance = 0, Progress = progress }));
        Assert.Equal(3, progress.Steps[^1].Iteration.Number);
    }

    [Fact]
    public void Cancelling_the_context_stops_the_reading_of_data()
    {
        int read = 0;
        IEnumerable<Rows.Single> Endless()
        {
            while (true)
            {
                if (++read == 3000)
                    Cancel(_context);
                yield return new Rows.Single { Features = new float[Rows.Size] };
            }
        }

        IDataView data = _context.Data.LoadFromEnumerable(Endless());
        Assert.Throws<OperationCanceledException>(() => _context.Transforms.Nmf("Topics", "Features").Fit(data));
        Assert.InRange(read, 3000, 6000);
    }

    [Fact]
    public void A_cancelled_token_stops_a_fit_within_one_iteration()
    {
        using var source = new CancellationTokenSource();
        var progress = new Told
        {
            Then = step =>
            {
                if (step.Iteration.Number == 3)
                    source.Cancel();
            },
        };
        Assert.Throws<OperationCanceledException>(() => Fit(new() { MaximumNumberOfIterations = 1000, Tolerance = 0, Progress = progress, CancellationToken = source.Token }));
        Assert.Equal(3, progress.Steps[^1].Iteration.Number);
        Assert.Throws<OperationCanceledException>(() => Fit(new() { CancellationToken = source.Token }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-0.5)]
    public void Beta_of_zero_or_less_on_data_with_zeros_is_finite_and_falls(double beta)
    {
        NmfTransformer transformer = Fit(new() { Beta = beta, MaximumNumberOfIterations = 60, Tolerance = 0 });
        Near.NeverRises(transformer.Model.History.Select(i => i.Objective), 3e-6);
        Assert.All(transformer.Model.Templates.Values.ToArray(), v => Assert.True(float.IsFinite(v) && v >= 0));
        Assert.All(Rows.Topics(transformer.Transform(Rows.View(_context, Rows.Values()))), row => Assert.All(row, v => Assert.True(float.IsFinite(v))));
    }

    [Fact]
    public void Values_below_the_documented_floor_count_as_the_floor()
    {
        float[][] zeros = Rows.Values(), floored = Rows.Values();
        float floor = (float)(BetaDivergence.Floor * zeros.Average(r => r.Average()));
        foreach (float[] row in floored)
        {
            for (int j = 0; j < row.Length; j++)
                row[j] = Math.Max(row[j], 0.5f * floor);
        }

        NmfEstimator estimator = _context.Transforms.Nmf(Options(new() { Beta = 0, MaximumNumberOfIterations = 20, Tolerance = 0, Solver = NmfSolver.MultiplicativeUpdates, Initialization = NmfInitialization.Random, Seed = 4 }));
        double withZeros = estimator.Fit(Rows.View(_context, zeros)).Model.ReconstructionError, withFloor = estimator.Fit(Rows.View(_context, floored)).Model.ReconstructionError;
        Near.Equal(withZeros, withFloor, 1e-3);
    }

    [Fact]
    public void All_solvers_reach_about_the_same_error()
    {
        double Error(NmfSolver solver) => Fit(new() { Solver = solver, MaximumNumberOfIterations = 400, Tolerance = 1e-7 }).Model.ReconstructionError;
        double exact = Error(NmfSolver.AlternatingLeastSquares);
        Near.Equal(exact, Error(NmfSolver.CoordinateDescent), 0.01);
        Near.Equal(exact, Error(NmfSolver.MultiplicativeUpdates), 0.03);
    }

    [Theory]
    [InlineData(2, NmfInitialization.Automatic)]
    [InlineData(2, NmfInitialization.Random)]
    [InlineData(1, NmfInitialization.Automatic)]
    public void Data_of_exactly_the_rank_converges_to_it_and_says_so(double beta, NmfInitialization start)
    {
        var random = new Random(3);
        double[][] h = Factor(120), w = Factor(Rows.Size);
        IDataView data = Rows.View(_context, h.Select(a => w.Select(b => (float)a.Zip(b, (x, y) => x * y).Sum()).ToArray()));
        TrainingHistory history = _context.Transforms.Nmf(new NmfEstimator.Options
        {
            InputColumnName = "Features",
            Rank = 3,
            Beta = beta,
            Initialization = start,
            Seed = 1,
        }).Fit(data).Model.History;
        Assert.Equal(TrainingEnd.Converged, history.End);
        Assert.InRange(history.Last.Objective, 0, 1e-3 * history[0].Objective);

        double[][] Factor(int rows)
            => [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, 3).Select(_ => random.Next(2) * random.NextDouble()).ToArray())];
    }

    [Fact]
    public void Penalties_do_what_they_say()
    {
        double Zeros(NmfEstimator.Options options) => Fit(options).Model.Templates.Values.ToArray().Count(v => v == 0);
        Assert.True(Zeros(new() { TemplatesL1Regularization = 5 }) > Zeros(new()));
        double Sum(NmfEstimator.Options options) => Rows.Topics(Fit(options).Transform(Rows.View(_context, Rows.Values()))).Sum(r => r.Sum());
        const ActivationNormalization unscaled = ActivationNormalization.None;
        Assert.True(Sum(new() { ActivationsL2Regularization = 50, Normalization = unscaled }) < Sum(new() { Normalization = unscaled }));
        double Overlap(NmfEstimator.Options options)
        {
            FactorMatrix w = Fit(options).Model.Templates;
            double within = 0, across = 0;
            for (int j = 0; j < w.Rows; j++)
            {
                for (int k = 0; k < w.Columns; k++)
                {
                    for (int l = 0; l < w.Columns; l++)
                    {
                        if (k == l)
                            within += w[j, k] * w[j, l];
                        else
                            across += w[j, k] * w[j, l];
                    }
                }
            }

            return across / within;
        }

        Assert.True(Overlap(new() { TemplatesOrthogonality = 5 }) < 0.5 * Overlap(new()) + 1e-9);
    }

    [Fact]
    public void Templates_alone_are_a_start_too()
    {
        float[][] rows = Rows.Values();
        NmfTransformer first = Fit(new() { MaximumNumberOfIterations = 100 });
        foreach (double beta in new[] { 2, 1 })
        {
            NmfTransformer warm = Fit(new() { Beta = beta, InitialTemplates = first.Model.Templates, MaximumNumberOfIterations = 1, Tolerance = 0 });
            NmfTransformer cold = Fit(new() { Beta = beta, Initialization = NmfInitialization.Random, MaximumNumberOfIterations = 1, Tolerance = 0 });
            Assert.True(warm.Model.History[0].Objective < 0.5 * cold.Model.History[0].Objective);
        }
    }

    [Fact]
    public void Transforming_a_training_row_fits_it_at_least_as_well_as_the_training_did()
    {
        float[][] rows = Rows.Values();
        NmfTransformer transformer = Fit(new() { MaximumNumberOfIterations = 50 });
        float[][] activations = Rows.Topics(transformer.Transform(Rows.View(_context, rows)));
        double error = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            float[] approximation = transformer.Model.Reconstruct(activations[i]);
            error += approximation.Zip(rows[i], (y, x) => 0.5 * (x - y) * (x - y)).Sum();
        }

        Assert.True(error <= transformer.Model.ReconstructionError * (1 + 1e-4), $"{error} {transformer.Model.ReconstructionError}");
        Assert.Throws<ArgumentException>(() => transformer.Model.Reconstruct(new float[2]));
    }

    [Fact]
    public void A_column_of_zeros_gives_zeros_and_a_warning()
    {
        string? warning = null;
        _context.Log += (_, e) => warning = e.Kind == ChannelMessageKind.Warning ? e.RawMessage : warning;
        IDataView zeros = Rows.View(_context, Enumerable.Range(0, 5).Select(_ => new float[Rows.Size]));
        foreach (double beta in new[] { 2, 1, 0 })
        {
            NmfTransformer transformer = _context.Transforms.Nmf("Topics", "Features", rank: 2, beta: beta).Fit(zeros);
            Assert.All(Rows.Topics(transformer.Transform(zeros)), row => Assert.All(row, v => Assert.Equal(0, v)));
        }

        Assert.Contains("'Features' is zero in every row", warning);
    }

    [Fact]
    public void Transforming_allocates_nothing_per_row()
    {
        IDataView data = _context.Data.Cache(Rows.SparseView(_context, Rows.Values(4000)));
        NmfTransformer transformer = _context.Transforms.Nmf("Topics", "Features", rank: 3).Fit(data);
        IDataView output = transformer.Transform(data);
        // A set of one: ML.NET's own cursor would hand rows over from other threads, which allocates.
        using DataViewRowCursor cursor = output.GetRowCursorSet([output.Schema["Topics"]], 1)[0];
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(output.Schema["Topics"]);
        VBuffer<float> value = default;
        long Read(int rows)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < rows && cursor.MoveNext(); i++)
                getter(ref value);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // The least of three: the runtime may allocate on the thread while it compiles anew what runs often.
        Read(1000);
        Assert.InRange(Enumerable.Range(0, 3).Min(_ => Read(1000)), 0, 1000);
    }

    // ML.NET keeps the method to its own assemblies, such as AutoML.
    private static void Cancel(MLContext context)
        => typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(context, null);

    private NmfTransformer Fit(NmfEstimator.Options options) => _context.Transforms.Nmf(Options(options)).Fit(Rows.View(_context, Rows.Values()));

    private static NmfEstimator.Options Options(NmfEstimator.Options options)
    {
        options.OutputColumnName = "Topics";
        options.InputColumnName = "Features";
        options.Rank = 3;
        options.Seed ??= 2;
        return options;
    }

    private sealed class Told : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> Steps { get; } = [];

        public Action<TrainingProgress> Then { get; set; } = _ => { };

        public void Report(TrainingProgress value)
        {
            Steps.Add(value);
            Then(value);
        }
    }
}
