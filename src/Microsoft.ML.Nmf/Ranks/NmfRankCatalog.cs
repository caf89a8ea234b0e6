using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Ranks;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML;

/// <summary>Adds the comparison of ranks to <see cref="MLContext.Transforms"/>.</summary>
public static class NmfRankCatalog
{
    /// <summary>
    /// Factorizes a column with several ranks, to find out how many components it has: how well each rank predicts entries that were held out, how stable its
    /// components are, how coherent, and how much they explain; and recommends one.
    /// </summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="data">The data, which is read once.</param>
    /// <param name="inputColumnName">The column of features: a vector of Single or Double of known size, not negative, sparse or dense.</param>
    /// <param name="ranks">The ranks to compare; null for 2 to 20.</param>
    /// <param name="beta">β of the divergence that is minimised, any finite number; see <see cref="BetaDivergence"/>.</param>
    /// <param name="seed">The seed of everything random; null takes one from the context.</param>
    /// <exception cref="ArgumentNullException"><paramref name="data"/> or the catalog is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="inputColumnName"/> is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of a wrong type, or there is a rank out of its range or above what the data
    /// has.</exception>
    /// <exception cref="InvalidOperationException">There are no rows, or too few to hold any out, or a feature is negative, not a number or
    /// infinite.</exception>
    /// <example>
    /// <code>
    /// var mlContext = new MLContext(seed: 1);
    /// var random = new Random(1);
    /// IDataView data = mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 60).Select(i => new
    /// {
    ///     Text = string.Join(' ', Enumerable.Range(0, 12).Select(_ =>
    ///         new[] { "moon stars night comet sky", "bread oven flour cake yeast", "goal match team ball player" }[i % 3].Split(' ')[random.Next(5)])),
    /// }));
    /// IDataView words = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text").Fit(data).Transform(data);
    /// NmfRankComparison comparison = mlContext.Transforms.CompareNmfRanks(words, "Words", ranks: [2, 3, 4, 5]);
    /// Console.WriteLine(comparison);
    /// Console.WriteLine(comparison.RecommendedRank);
    /// </code>
    /// </example>
    public static NmfRankComparison CompareNmfRanks(this TransformsCatalog catalog, IDataView data, string inputColumnName, IReadOnlyList<int>? ranks = null,
        double beta = NmfEstimator.Defaults.Beta, int? seed = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(inputColumnName);
        var options = new NmfRankComparison.Options { Nmf = new NmfEstimator.Options { InputColumnName = inputColumnName, Beta = beta, Seed = seed } };
        if (ranks is not null)
            options.Ranks = ranks;
        return catalog.CompareNmfRanks(data, options);
    }

    /// <summary>Compares ranks with all options.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="data">The data, which is read once.</param>
    /// <param name="options">The options, which are read when this is called.</param>
    /// <exception cref="ArgumentNullException">The catalog, the data or the options are null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Options exclude each other, the column is missing or of a wrong type, or a rank is above what the data
    /// has.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are no rows, or too few to hold any out, or a feature is negative, not a number or infinite; or the application loaded a version of ML.NET that
    /// this package is not made for.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token of the options or the context's execution was cancelled.</exception>
    /// <example>
    /// <code>
    /// var mlContext = new MLContext(seed: 1);
    /// var random = new Random(1);
    /// IDataView data = mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 60).Select(i => new
    /// {
    ///     Text = string.Join(' ', Enumerable.Range(0, 12).Select(_ =>
    ///         new[] { "moon stars night comet sky", "bread oven flour cake yeast", "goal match team ball player" }[i % 3].Split(' ')[random.Next(5)])),
    /// }));
    /// IDataView words = mlContext.Transforms.Text.ProduceTopicWords("Words", "Text").Fit(data).Transform(data);
    /// NmfRankComparison comparison = mlContext.Transforms.CompareNmfRanks(words, new NmfRankComparison.Options
    /// {
    ///     Nmf = new NmfEstimator.Options { InputColumnName = "Words", Beta = BetaDivergence.KullbackLeibler },
    ///     Ranks = [2, 3, 4],
    ///     NumberOfFolds = 3,
    /// });
    /// foreach (NmfRank rank in comparison.Ranks)
    ///     Console.WriteLine($"{rank.Rank}: {rank.HeldOutError:F3}, {rank.CopheneticCorrelation:F3}");
    /// </code>
    /// </example>
    public static NmfRankComparison CompareNmfRanks(this TransformsCatalog catalog, IDataView data, NmfRankComparison.Options options)
    {
        MLNetVersion.Check();
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        return Compare(catalog, data, options.Copy());
    }

    // Apart, so that nothing of ML.NET's internals is loaded before its version is checked.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static NmfRankComparison Compare(TransformsCatalog catalog, IDataView data, NmfRankComparison.Options options)
    {
        ComponentHost host = ComponentHost.Register(catalog, nameof(NmfRankComparison));
        var nmf = (NmfEstimator.Options)options.Nmf.Copy();
        nmf.Seed ??= host.DrawSeed();
        options.Nmf = nmf;
        // Refuses now what would be refused in the first training.
        var resolved = (NmfEstimator.Options)nmf.Copy();
        resolved.Resolve();
        CheckCounting(nmf);
        FeatureColumn column = FeatureColumn.Find(data, nmf.InputColumnName ?? nmf.OutputColumnName);
        using LogChannel log = host.OpenLog("Comparing ranks");
        ExampleMatrix examples = ExampleReader.Read(data, column, null, resolved.Reading, CheckAlive).Examples;
        CheckSize(examples, column.Name, options);
        NmfRankComparison comparison = new RankSearch(options, examples, CreateEngine, CheckAlive).Run();
        log.Info(comparison.Reason);
        return comparison;

        void CheckAlive()
        {
            nmf.CancellationToken.ThrowIfCancellationRequested();
            host.CheckAlive();
        }

        ComputeEngine CreateEngine(int threads)
        {
            var ofThreads = (NmfEstimator.Options)nmf.Copy();
            ofThreads.NumberOfThreads = threads;
            return EngineChoice.Create(host, ofThreads, log);
        }
    }

    // A block is held out of entries that are all there and count alike.
    private static void CheckCounting(NmfEstimator.Options nmf)
    {
        string? option = nmf.MissingValues == MissingValues.AreMissing ? nameof(nmf.MissingValues)
            : nmf.ExampleWeightColumnName is not null ? nameof(nmf.ExampleWeightColumnName)
            : nmf.FeatureWeights is not null ? nameof(nmf.FeatureWeights)
            : nmf.TemplatesMayBeNegative ? nameof(nmf.TemplatesMayBeNegative) : null;
        if (option is not null)
        {
            throw new ArgumentOutOfRangeException(nameof(NmfRankComparison.Options.Nmf), option,
                $"Nmf has {option}, but ranks are compared on data of which all values are there and count alike. Leave {option} out, or compare ranks in a "
                + "loop of your own, by the objective of rows that were held out.");
        }
    }

    private static void CheckSize(ExampleMatrix examples, string column, NmfRankComparison.Options options)
    {
        int folds = options.NumberOfFolds, least = Math.Min(examples.Rows, examples.Columns);
        string size = string.Create(CultureInfo.InvariantCulture, $"column '{column}' has {examples.Rows} examples × {examples.Columns} features");
        if (least < folds)
        {
            throw new InvalidOperationException($"NumberOfFolds is {folds}, but {size}: each fold holds at least one of both out. "
                + "Compare ranks on more data, or set NumberOfFolds lower.");
        }

        if (examples.NonZeros == 0)
            throw new InvalidOperationException($"Column '{column}' is zero in every row: there are no components to count.");
        int left = least - (least + folds - 1) / folds;
        if (options.Ranks.Max() > left)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Ranks.Max(), $"Ranks has {options.Ranks.Max()}, but {size}, "
                + $"of which a training without one of {folds} folds has {left}: as many components reproduce anything. Compare ranks of at most {left}.");
        }
    }
}
