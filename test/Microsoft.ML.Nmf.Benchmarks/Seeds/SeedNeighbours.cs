using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Benchmarks.Seeds;

/// <summary>The words that go most with each set of seed words: those with the highest NPMI of being in one text with any of them.</summary>
internal sealed class SeedNeighbours
{
    private const int Nearest = 50;
    private const int LeastTogether = 10;

    private readonly HashSet<string>[] _neighbours;
    private readonly HashSet<string>[] _seeds;

    public SeedNeighbours(IDataView view, IEnumerable<string[]> seeds)
    {
        VBuffer<ReadOnlyMemory<char>> slots = default;
        view.Schema[WordFeatures.Words].GetSlotNames(ref slots);
        string[] names = [.. slots.DenseValues().Select(name => name.ToString())];
        _seeds = [.. seeds.Select(set => set.ToHashSet())];
        bool[][] isSeed = [.. _seeds.Select(set => names.Select(set.Contains).ToArray())];
        int[] texts = new int[names.Length], withSeeds = new int[_seeds.Length];
        int[][] together = [.. _seeds.Select(_ => new int[names.Length])];
        int count = 0;
        foreach (VBuffer<float> row in view.GetColumn<VBuffer<float>>(WordFeatures.Words))
        {
            int[] features = [.. row.Items().Where(item => item.Value > 0).Select(item => item.Key)];
            count++;
            foreach (int feature in features)
                texts[feature]++;
            for (int k = 0; k < _seeds.Length; k++)
            {
                if (!Array.Exists(features, feature => isSeed[k][feature]))
                    continue;
                withSeeds[k]++;
                foreach (int feature in features)
                    together[k][feature]++;
            }
        }

        _neighbours =
        [
            .. _seeds.Select((_, k) => Enumerable.Range(0, names.Length)
                .Where(feature => !isSeed[k][feature] && together[k][feature] >= LeastTogether)
                .OrderByDescending(feature => Npmi(together[k][feature], texts[feature], withSeeds[k], count))
                .Take(Nearest).Select(feature => names[feature]).ToHashSet()),
        ];
    }

    /// <summary>How many of a topic's words are neighbours of a set.</summary>
    public int In(int set, Topic topic) => topic.Words.Count(word => _neighbours[set].Contains(word.Word));

    /// <summary>A word with a mark: of the seeds, or of their neighbours.</summary>
    public string Mark(int set, TopicWord word) => _seeds[set].Contains(word.Word) ? $"[{word.Word}]" : _neighbours[set].Contains(word.Word) ? $"{word.Word}*" : word.Word;

    private static double Npmi(double together, double first, double second, double all)
        => Math.Log(together * all / (first * second)) / -Math.Log(together / all);
}
