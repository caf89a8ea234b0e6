using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Nmf.Tests.Training;

/// <summary>What the log of a context says of a training.</summary>
public class LogTests
{
    private readonly MLContext _context = new(1);
    private readonly List<(ChannelMessageKind Kind, string Text)> _lines = [];

    public LogTests() => _context.Log += (_, e) => _lines.Add((e.Kind, e.RawMessage));

    private string[] Warnings => [.. _lines.Where(line => line.Kind == ChannelMessageKind.Warning).Select(line => line.Text)];

    [Fact]
    public void A_change_is_seen_however_small_it_is()
    {
        NmfModel model = _context.Transforms.Nmf(new NmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            Rank = 3,
            Beta = 1,
            MaximumNumberOfIterations = 3000,
            Tolerance = 0,
        }).Fit(Rows.View(_context, Rows.Values())).Model;
        (int Number, double Percent)[] told =
        [
            .. _lines.Select(line => Regex.Match(line.Text, @"^NMF iteration (\d+): objective [\d.]+, (lowered|raised) by (\S+) %, [\d.]+ s\.$"))
                .Where(m => m.Success)
                .Select(m => (int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture),
                    (m.Groups[2].Value == "raised" ? -1 : 1) * double.Parse(m.Groups[3].Value, CultureInfo.InvariantCulture))),
        ];
        Assert.Equal([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 2000, 3000], told.Select(line => line.Number));
        foreach ((int number, double percent) in told)
        {
            double before = model.History[number - 1].Objective, expected = 100 * (before - model.History[number].Objective) / before;
            Assert.Equal(expected, percent, Math.Abs(expected) * 0.006);
        }

        // What three decimals would have hidden.
        Assert.Contains(told, line => line.Percent is > 0 and < 0.0005);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(10, 1)]
    [InlineData(100, 10)]
    [InlineData(1000, 19)]
    [InlineData(100000, 37)]
    public void A_training_ten_times_as_long_has_nine_lines_more(int iterations, int lines)
        => Assert.Equal(lines, Enumerable.Range(1, iterations).Count(HostMonitor.IsTold));

    [Fact]
    public void The_last_possible_iteration_does_not_overflow() => Assert.False(HostMonitor.IsTold(int.MaxValue));

    [Theory]
    [InlineData(-0.00123, "raised by 0.123 %")]
    [InlineData(0.00000123456, "lowered by 0.000123 %")]
    [InlineData(0.4567, "lowered by 45.7 %")]
    [InlineData(0, "lowered by 0 %")]
    public void A_rise_is_called_one_and_three_digits_are_told(double decrease, string expected)
    {
        ComponentHost host = ComponentHost.Register(_context.Transforms, "Test");
        using LogChannel log = host.OpenLog("Training");
        new HostMonitor(host, log, new NmfEstimator.Options()).Report(new TrainingProgress
        {
            Phase = "NMF",
            MaximumNumberOfIterations = 20,
            Iteration = new TrainingIteration { Number = 10, Objective = 5, Divergence = 5, Seconds = 1 },
            RelativeDecrease = decrease,
        });
        Assert.Single(_lines, line => line.Text == $"NMF iteration 10: objective 5, {expected}, 1.0 s.");
    }

    [Fact]
    public void Only_back_propagation_counts_in_epochs()
    {
        NeuralNmfEstimator.Options options = NeuralRows.Options(new() { MaximumNumberOfIterations = 10, Tolerance = 0 }, label: null);
        _context.Transforms.NeuralNmf(options).Fit(Rows.View(_context, Rows.Values()));
        Assert.Single(_lines, line => line.Text.StartsWith("Neural NMF, all layers epoch 10: objective"));
        Assert.Contains(_lines, line => line.Text.StartsWith("Neural NMF, layer 1 of 2 iteration 10: objective"));
        Assert.DoesNotContain(_lines, line => line.Text.StartsWith("Neural NMF, all layers iteration"));
    }

    [Fact]
    public void A_penalty_that_one_factor_escapes_warns_and_the_advice_ends_it()
    {
        IDataView data = Rows.View(_context, Rows.Values());
        var options = new NmfEstimator.Options { OutputColumnName = "Topics", InputColumnName = "Features", Rank = 3, ActivationsL1Regularization = 1 };
        _context.Transforms.Nmf(options).Fit(data);
        Assert.Single(Warnings, line => line.Contains("Only activations or templates have a penalty") && line.Contains("TemplatesL2Regularization"));
        _lines.Clear();
        options.TemplatesL2Regularization = 0.1f;
        _context.Transforms.Nmf(options).Fit(data);
        Assert.DoesNotContain(Warnings, line => line.Contains("have a penalty"));

        var deep = new DeepNmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            Ranks = [4, 2],
            Layers = [new() { TemplatesL1Regularization = 1 }, new()],
        };
        _context.Transforms.DeepNmf(deep).Fit(data);
        Assert.Single(Warnings, line => line.Contains("Only activations or some layers have a penalty"));
    }

    [Fact]
    public void Multiplicative_updates_from_zeros_warn_and_the_advice_ends_it()
    {
        IDataView data = Rows.View(_context, Rows.Values());
        var options = new NmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            Rank = 3,
            Solver = NmfSolver.MultiplicativeUpdates,
            Initialization = NmfInitialization.Nndsvd,
        };
        double fromZeros = _context.Transforms.Nmf(options).Fit(data).Model.ReconstructionError;
        Assert.Single(Warnings, line => line.Contains("Initialization is Nndsvd, whose zeros") && line.Contains("NndsvdA"));
        _lines.Clear();
        options.Initialization = NmfInitialization.NndsvdA;
        Assert.True(_context.Transforms.Nmf(options).Fit(data).Model.ReconstructionError < fromZeros);
        Assert.DoesNotContain(Warnings, line => line.Contains("zeros"));

        float[] templates = [.. Enumerable.Range(0, 36).Select(i => i % 4 == 0 ? 0 : 0.5f)];
        options.InitialTemplates = new FactorMatrix(templates, 12, 3);
        _context.Transforms.Nmf(options).Fit(data);
        Assert.Single(Warnings, line => line.StartsWith("InitialTemplates is 0 in 9 of its 36 entries", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(90, 13, 12)]
    [InlineData(7, 8, 7)]
    public void A_rank_above_the_features_or_examples_warns_and_the_advice_ends_it(int rows, int rank, int most)
    {
        IDataView data = Rows.View(_context, Rows.Values(rows));
        _context.Transforms.Nmf("Topics", "Features", rank: rank).Fit(data);
        string expected = $"Rank is {rank}, but column 'Features' has {rows} examples × 12 features, which {most} components can reproduce exactly: "
            + $"others stay empty or repeat them. Set no rank above {most}.";
        Assert.Single(Warnings, expected);
        _lines.Clear();
        _context.Transforms.Nmf("Topics", "Features", rank: most).Fit(data);
        Assert.DoesNotContain(Warnings, line => line.Contains("rank above"));
    }

    [Theory]
    [InlineData(90, new[] { 14, 13 }, "Ranks[0] is 14, but column 'Features' has 90 examples × 12 features, which 12 components", new[] { 12, 12 })]
    [InlineData(7, new[] { 9, 8, 2 }, "Ranks[0] is 9 and Ranks[1] is 8, but column 'Features' has 7 examples × 12 features, which 7 components",
        new[] { 7, 7, 2 })]
    public void The_ranks_of_layers_above_the_features_or_examples_warn_and_the_advice_ends_it(int rows, int[] ranks, string start, int[] advised)
    {
        IDataView data = Rows.View(_context, Rows.Values(rows));
        foreach (Action<int[]> fit in new Action<int[]>[]
        {
            r => _context.Transforms.DeepNmf("Topics", "Features", r, maximumNumberOfIterations: 3).Fit(data),
            r => _context.Transforms.NeuralNmf("Topics", "Features", r, maximumNumberOfIterations: 3).Fit(data),
        })
        {
            _lines.Clear();
            fit(ranks);
            string warning = Assert.Single(Warnings, line => line.Contains("rank above"));
            Assert.StartsWith(start, warning);
            Assert.EndsWith($"Set no rank above {advised[0]}.", warning);
            _lines.Clear();
            fit(advised);
            Assert.DoesNotContain(Warnings, line => line.Contains("rank above"));
        }
    }
}
