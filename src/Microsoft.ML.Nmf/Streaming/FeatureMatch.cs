using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Streaming;

/// <summary>Which features of the data are which of a model that a training goes on from.</summary>
internal sealed class FeatureMatch
{
    private const int NamesShown = 5;

    // For each feature of the data that of the model, −1 for a new one; null where they are the same.
    private readonly int[]? _places;

    private FeatureMatch(int[]? places) => _places = places;

    /// <summary>Matches features by their names.</summary>
    /// <param name="names">The names of the data's features, or null.</param>
    /// <param name="count">How many features the data has.</param>
    /// <param name="known">The names of the model's features, or null.</param>
    /// <param name="knownCount">How many features the model has.</param>
    /// <param name="column">The name of the column, for messages.</param>
    /// <param name="warn">Is told what is new and what is gone.</param>
    /// <exception cref="ArgumentException">Without names the features are not the same, or a name is there twice.</exception>
    public static FeatureMatch Of(string[]? names, int count, IReadOnlyList<string>? known, int knownCount, string column, Action<string> warn)
    {
        if (names is null || known is null || names.AsSpan().SequenceEqual(known.ToArray()))
        {
            if (count == knownCount)
                return new FeatureMatch(null);
            throw new ArgumentException(
                $"Column '{column}' has {count} features and the previous model {knownCount}, but {(names is null ? "the column" : "the model")} has no slot names "
                + "by which they could be matched. Go on with data that has the features of the model, or give both slot names.", "previous");
        }

        var places = new Dictionary<string, int>();
        for (int j = 0; j < known.Count; j++)
        {
            if (!places.TryAdd(known[j], j))
                throw Twice(known[j], "The previous model");
        }

        var match = new int[count];
        var seen = new HashSet<string>();
        for (int j = 0; j < count; j++)
        {
            if (!seen.Add(names[j]))
                throw Twice(names[j], $"Column '{column}'");
            match[j] = places.GetValueOrDefault(names[j], -1);
        }

        string[] added = [.. names.Where((_, j) => match[j] < 0)], gone = [.. known.Where(name => !seen.Contains(name))];
        if (added.Length == count)
        {
            throw new ArgumentException($"None of the {count} features of column '{column}' is one of the {knownCount} of the previous model "
                + $"({Quote(added)} here, {Quote(gone)} there): there is nothing to go on from. Train without it.", "previous");
        }

        if (added.Length + gone.Length > 0)
            warn($"Column '{column}': {added.Length} features are new ({Quote(added)}), and {gone.Length} of the model are gone ({Quote(gone)}).");
        return new FeatureMatch(match);
    }

    /// <summary>Templates for the features of the data; new ones have no part in any.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public FactorMatrix Match(FactorMatrix templates)
    {
        if (_places is null)
            return templates;
        var values = new float[ArraySize.Of(_places.Length, templates.Columns)];
        for (int j = 0; j < _places.Length; j++)
        {
            if (_places[j] >= 0)
                templates.Row(_places[j]).CopyTo(values.AsSpan(j * templates.Columns));
        }

        return FactorMatrix.TakeOver(values, _places.Length, templates.Columns);
    }

    /// <summary>Statistics for the features of the data: no row had those that are new.</summary>
    public TrainingStatistics Match(TrainingStatistics statistics)
        => _places is null ? statistics : statistics.With([statistics.Layers[0].TakeRows(_places), .. statistics.Layers.Skip(1)]);

    private static ArgumentException Twice(string name, string where)
        => new($"{where} has two features of the name '{name}', so that features cannot be matched by name. Give every slot a name of its own.", "previous");

    private static string Quote(string[] names) => names.Length == 0 ? "none"
        : string.Join(", ", names.Take(NamesShown).Select(name => $"'{name}'")) + (names.Length > NamesShown ? ", …" : "");
}
