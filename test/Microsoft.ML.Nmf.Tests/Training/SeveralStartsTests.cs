using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Training;

/// <summary>Of several starts the best is kept, whatever runs at the same time.</summary>
public class SeveralStartsTests
{
    private static readonly float[][] _rows = Rows.Values(90, 4);
    private readonly MLContext _context = new(1);

    private IDataView View => Rows.View(_context, _rows);

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public void Nmf_keeps_the_start_with_the_least_objective(double beta)
    {
        NmfModel[] alone = [.. Enumerable.Range(0, 5).Select(start => Fit(start == 0 ? NmfInitialization.Automatic : NmfInitialization.Random, 7 + start, 1))];
        NmfModel best = alone.MinBy(model => model.History.Last.Objective)!;
        Assert.Equal(best.Templates.Values.ToArray(), Fit(NmfInitialization.Automatic, 7, 5).Templates.Values.ToArray());

        NmfModel Fit(NmfInitialization start, int seed, int starts) => _context.Transforms.Nmf(new NmfEstimator.Options
        {
            InputColumnName = "Features",
            Rank = 5,
            Beta = beta,
            Initialization = start,
            Seed = seed,
            NumberOfStarts = starts,
        }).Fit(View).Model;
    }

    [Fact]
    public void DeepNmf_keeps_the_start_with_the_least_objective()
    {
        DeepNmfModel[] alone = [.. Enumerable.Range(0, 4).Select(start => Fit(start == 0 ? LayerInitialization.LayerWise : LayerInitialization.Random, 3 + start, 1))];
        DeepNmfModel best = alone.MinBy(model => model.Phases[^1].History.Last.Objective)!;
        Assert.Equal(best.Layers[0].Templates.Values.ToArray(), Fit(LayerInitialization.LayerWise, 3, 4).Layers[0].Templates.Values.ToArray());

        DeepNmfModel Fit(LayerInitialization start, int seed, int starts) => _context.Transforms.DeepNmf(new DeepNmfEstimator.Options
        {
            InputColumnName = "Features",
            Ranks = [5, 3],
            Initialization = start,
            Seed = seed,
            NumberOfStarts = starts,
        }).Fit(View).Model;
    }

    [Fact]
    public void NeuralNmf_keeps_the_start_with_the_least_loss()
    {
        NeuralNmfModel[] alone = [.. Enumerable.Range(0, 3).Select(start => Fit(start == 0 ? LayerInitialization.LayerWise : LayerInitialization.Random, 3 + start, 1))];
        NeuralNmfModel best = alone.MinBy(model => model.History.Last.Objective)!;
        Assert.Equal(best.Layers[0].Templates.Values.ToArray(), Fit(LayerInitialization.LayerWise, 3, 3).Layers[0].Templates.Values.ToArray());

        NeuralNmfModel Fit(LayerInitialization start, int seed, int starts) => _context.Transforms.NeuralNmf(new NeuralNmfEstimator.Options
        {
            InputColumnName = "Features",
            Ranks = [4, 2],
            Initialization = start,
            Seed = seed,
            NumberOfStarts = starts,
            MaximumNumberOfIterations = 30,
        }).Fit(View).Model;
    }

    [Fact]
    public void Same_bits_for_any_thread_count()
    {
        float[][] templates = [.. new[] { 1, 2, 5 }.Select(threads => Options(threads)).Select(options => _context.Transforms.Nmf(options).Fit(View).Model.Templates.Values.ToArray())];
        Assert.Equal(templates[0], templates[1]);
        Assert.Equal(templates[0], templates[2]);

        static NmfEstimator.Options Options(int threads)
            => new() { InputColumnName = "Features", Rank = 4, Seed = 2, NumberOfStarts = 3, NumberOfThreads = threads };
    }

    [Fact]
    public void Every_start_tells_its_progress_and_the_log_which_was_kept()
    {
        var told = new List<string>();
        var logged = new List<string>();
        _context.Log += (_, message) => logged.Add(message.Message);
        _context.Transforms.Nmf(new NmfEstimator.Options
        {
            InputColumnName = "Features",
            Rank = 3,
            Seed = 2,
            NumberOfStarts = 3,
            Progress = new Told(progress => told.Add(progress.Phase)),
        }).Fit(View);
        Assert.Equal(["NMF, start 1 of 3", "NMF, start 2 of 3", "NMF, start 3 of 3"], told.Distinct().Order());
        Assert.Contains(logged, message => message.Contains("of 3 is kept"));
    }

    [Fact]
    public void A_cancelled_start_and_a_progress_that_throws_end_all()
    {
        using var cancel = new CancellationTokenSource();
        NmfEstimator.Options options = new() { InputColumnName = "Features", Rank = 3, Seed = 2, NumberOfStarts = 3, CancellationToken = cancel.Token };
        options.Progress = new Told(_ => throw new InvalidTimeZoneException());
        Assert.Throws<InvalidTimeZoneException>(() => _context.Transforms.Nmf(options).Fit(View));
        options.Progress = new Told(_ => cancel.Cancel());
        Assert.ThrowsAny<OperationCanceledException>(() => _context.Transforms.Nmf(options).Fit(View));
    }

    [Fact]
    public void A_stopped_training_gives_the_best_of_the_starts_that_have_begun()
    {
        using var stop = new CancellationTokenSource();
        NmfModel model = _context.Transforms.Nmf(new NmfEstimator.Options
        {
            InputColumnName = "Features",
            Rank = 3,
            Seed = 2,
            NumberOfStarts = 4,
            NumberOfThreads = 1,
            StoppingToken = stop.Token,
            Progress = new Told(progress => stop.Cancel()),
        }).Fit(View).Model;
        Assert.Equal(TrainingEnd.Stopped, model.History.End);
    }

    [Fact]
    public void Several_starts_with_initial_factors_or_a_recorder_are_refused()
    {
        var given = new FactorMatrix([.. Enumerable.Repeat(1f, 3 * Rows.Size)], Rows.Size, 3);
        Assert.Contains("initial factors are given", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.Nmf(
            new NmfEstimator.Options { Rank = 3, InitialTemplates = given, NumberOfStarts = 2 })).Message);
        Assert.Contains("initial factors are given", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.DeepNmf(
            new DeepNmfEstimator.Options { Ranks = [3, 2], InitialTemplates = [given, null], NumberOfStarts = 2 })).Message);
        Assert.Contains("Recorder is set", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.NeuralNmf(
            new NeuralNmfEstimator.Options { Recorder = new TrainingRecorder(), NumberOfStarts = 2 })).Message);
        Assert.Contains("NumberOfStarts is 0", Assert.Throws<ArgumentOutOfRangeException>(() => new NmfEstimator.Options { NumberOfStarts = 0 }).Message);
    }

    private sealed class Told(Action<TrainingProgress> tell) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => tell(value);
    }
}
