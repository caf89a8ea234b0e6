using System.Collections.Concurrent;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Topics;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Ranks;

/// <summary>Makes all trainings of a comparison of ranks, as many at the same time as threads and memory allow. The numbers do not depend on how many that
/// are.</summary>
internal sealed class RankSearch
{
    private const int MostRowsOfConsensus = 1000;
    private const int WordsPerTopic = 10;

    private readonly NmfRankComparison.Options _options;
    private readonly NmfEstimator.Options _nmf;
    private readonly ExampleMatrix _examples;
    private readonly Func<int, ComputeEngine> _engineOfThreads;
    private readonly Action _checkAlive;
    private readonly int[] _ranks;
    private readonly int _total;
    private readonly Lock _reporting = new();
    private int _done;

    /// <summary>Prepares the trainings.</summary>
    /// <param name="options">What to compare, with a seed.</param>
    /// <param name="examples">X.</param>
    /// <param name="engineOfThreads">Makes an engine of a number of threads.</param>
    /// <param name="checkAlive">Throws when the comparison has been cancelled.</param>
    public RankSearch(NmfRankComparison.Options options, ExampleMatrix examples, Func<int, ComputeEngine> engineOfThreads, Action checkAlive)
    {
        (_options, _nmf, _examples, _engineOfThreads, _checkAlive) = (options, options.Nmf, examples, engineOfThreads, checkAlive);
        // One component is what all others are compared with.
        _ranks = [.. options.Ranks.Prepend(1).Distinct().OrderDescending()];
        _total = _ranks.Length * (1 + options.NumberOfFolds * options.NumberOfRepetitions) + options.Ranks.Count * options.NumberOfStarts;
    }

    /// <summary>Makes them.</summary>
    public NmfRankComparison Run()
    {
        var errors = _ranks.ToDictionary(rank => rank, _ => new List<double>());
        for (int repetition = 0; repetition < _options.NumberOfRepetitions; repetition++)
        {
            foreach (HeldOutBlock block in HeldOutBlock.Cut(_examples, _options.NumberOfFolds, unchecked(_nmf.Seed!.Value + repetition)))
            {
                var divergences = new ConcurrentDictionary<int, double>();
                RunAll(_ranks, rank => rank, block.Rest, (engine, rank) => divergences[rank] = TrainingOf(rank).HeldOutDivergence(engine, block));
                // A block of zeros says nothing.
                if (divergences[1] > 0)
                {
                    foreach (int rank in _ranks)
                        errors[rank].Add(divergences[rank] / divergences[1]);
                }
            }
        }

        if (errors[1].Count == 0)
            throw new InvalidOperationException("All values of the blocks that were held out are zero: there is nothing to predict. Train on more rows.");
        var wholes = new ConcurrentDictionary<int, (double Divergence, double Coherence)>();
        RunAll(_ranks, rank => rank, _examples, (engine, rank) =>
        {
            (FactorMatrix templates, _, double divergence) = TrainingOf(rank).Factorize(engine, _examples);
            wholes[rank] = (divergence, CoherenceOf(templates));
        });
        IReadOnlyDictionary<int, (double Amari, double Cophenetic)> stabilities = Stabilities();
        Dictionary<int, double[]> compared = _options.Ranks.ToDictionary(rank => rank, rank => errors[rank].ToArray());
        (int recommended, string reason) = RankChoice.Choose(compared);
        double[] best = compared[RankChoice.BestOf(compared)];
        return new NmfRankComparison([.. _options.Ranks.Select(rank => Describe(rank, compared[rank], best, wholes, stabilities[rank]))], recommended, reason);
    }

    private static NmfRank Describe(
        int rank, double[] errors, double[] best, IReadOnlyDictionary<int, (double Divergence, double Coherence)> wholes,
        (double Amari, double Cophenetic) stability)
    {
        (double error, double spread) = RankChoice.MeanOf(errors);
        (double loss, double spreadOfLoss) = RankChoice.LossOf(errors, best);
        return new NmfRank
        {
            Rank = rank,
            HeldOutError = error,
            HeldOutStandardError = spread,
            HeldOutLoss = loss,
            HeldOutLossStandardError = spreadOfLoss,
            ExplainedShare = wholes[1].Divergence > 0 ? Math.Clamp(1 - wholes[rank].Divergence / wholes[1].Divergence, 0, 1) : 1,
            AmariDistance = stability.Amari,
            CopheneticCorrelation = stability.Cophenetic,
            Coherence = wholes[rank].Coherence,
        };
    }

    private RankTraining TrainingOf(int rank, int start = 0) => new((NmfEstimator.Options)OptionsOf(rank).ForStart(start), _checkAlive);

    private NmfEstimator.Options OptionsOf(int rank)
    {
        var options = (NmfEstimator.Options)_nmf.Copy();
        options.Rank = rank;
        options.Resolve();
        return options;
    }

    private double CoherenceOf(FactorMatrix templates)
    {
        TopicWord[][] words = TopicWords.Read(templates, null, WordsPerTopic);
        var together = new WordCooccurrence([.. words.Select(topic => topic.Select(word => word.Feature).ToArray())]);
        int[] features = new int[_examples.Columns];
        var rows = new ExampleRows(_examples);
        for (int i = 0; i < _examples.Rows; i++)
        {
            int count = 0;
            rows.Read(i);
            for (int p = 0; p < rows.Count; p++)
            {
                if (rows.Values[p] > 0)
                    features[count++] = rows.Features[p];
            }

            together.Add(features.AsSpan(0, count));
        }

        double[] coherences = [.. together.NormalizedPointwiseMutualInformation().Where(double.IsFinite)];
        return coherences.Length == 0 ? double.NaN : coherences.Average();
    }

    private Dictionary<int, (double Amari, double Cophenetic)> Stabilities()
    {
        int starts = _options.NumberOfStarts;
        if (starts == 0)
            return _options.Ranks.ToDictionary(rank => rank, _ => (double.NaN, double.NaN));
        int[] rows = [.. Enumerable.Range(0, _examples.Rows)];
        new Random(_nmf.Seed!.Value).Shuffle(rows);
        rows = rows[..Math.Min(rows.Length, MostRowsOfConsensus)];
        var ended = new ConcurrentDictionary<(int Rank, int Start), (FactorMatrix Templates, int[] Topics)>();
        (int Rank, int Start)[] trainings = [.. from rank in _options.Ranks.OrderDescending() from start in Enumerable.Range(1, starts) select (rank, start)];
        RunAll(trainings, training => training.Rank, _examples, (engine, training) =>
        {
            (FactorMatrix templates, FactorMatrix activations, _) = TrainingOf(training.Rank, training.Start).Factorize(engine, _examples);
            ended[training] = (templates, LargestTopics(templates, activations, rows));
        });
        return _options.Ranks.ToDictionary(rank => rank, rank =>
        {
            (FactorMatrix Templates, int[] Topics)[] models = [.. Enumerable.Range(1, starts).Select(start => ended[(rank, start)])];
            double distance = (from i in Enumerable.Range(0, starts)
                               from j in Enumerable.Range(0, i)
                               select TemplateDistance.Amari(models[i].Templates, models[j].Templates)).Average();
            return (distance, ConsensusClustering.CopheneticCorrelation([.. models.Select(model => model.Topics)]));
        });
    }

    // The topic that contributes most to each row.
    private static int[] LargestTopics(FactorMatrix templates, FactorMatrix activations, int[] rows)
    {
        double[] sums = templates.ColumnSums();
        return [.. rows.Select(row =>
        {
            ReadOnlySpan<float> values = activations.Row(row);
            int largest = 0;
            for (int k = 1; k < values.Length; k++)
                largest = values[k] * sums[k] > values[largest] * sums[largest] ? k : largest;
            return largest;
        })];
    }

    // Runs trainings on the same data, those of large ranks first.
    private void RunAll<T>(IReadOnlyList<T> trainings, Func<T, int> rankOf, ExampleMatrix data, Action<ComputeEngine, T> run)
    {
        using ComputeEngine whole = _engineOfThreads(_nmf.NumberOfThreads ?? Environment.ProcessorCount);
        int together = whole.IsManaged ? AtOnce(whole, data, trainings.Max(rankOf)) : 1;
        if (together == 1)
        {
            foreach (T training in trainings)
                Run(whole, training);
            return;
        }

        try
        {
            // Taken one by one, so that none waits behind a long one of another thread.
            Parallel.ForEach(Partitioner.Create(trainings, EnumerablePartitionerOptions.NoBuffering), new() { MaxDegreeOfParallelism = together }, training =>
            {
                using ComputeEngine single = _engineOfThreads(1);
                Run(single, training);
            });
        }
        catch (AggregateException several)
        {
            SeveralStarts.Rethrow(several);
        }

        void Run(ComputeEngine engine, T training)
        {
            _checkAlive();
            run(engine, training);
            lock (_reporting)
                _options.Progress?.Report(new NmfRankProgress { Rank = rankOf(training), Done = ++_done, Total = _total });
        }
    }

    // How many trainings of a rank fit the memory at once: the data is there, each has a transpose of its own.
    private int AtOnce(ComputeEngine engine, ExampleMatrix data, int rank)
    {
        long each = data.Bytes + NmfEstimator.WorkingBytes(new WorkingMemory(engine, data.Rows, data.Columns), data, OptionsOf(rank));
        return (int)Math.Clamp((_options.Memory ?? WorkingMemory.Free() / 2) / each, 1, engine.Threads);
    }
}
