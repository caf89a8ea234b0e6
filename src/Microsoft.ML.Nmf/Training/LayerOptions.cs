namespace Microsoft.ML.Nmf.Training;

/// <summary>Checks of the options that factorizations in several layers have in common.</summary>
internal static class LayerOptions
{
    /// <summary>Ranks from the widest layer to the deepest.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none, or one is below 1 or above the one before.</exception>
    public static int[] Ranks(IReadOnlyList<int> ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        if (ranks.Count == 0)
            throw new ArgumentOutOfRangeException(nameof(Ranks), "none", "Ranks has no rank, but a factorization in layers needs at least one.");
        for (int i = 0; i < ranks.Count; i++)
        {
            OptionRange.AtLeastOne(ranks[i], $"{nameof(Ranks)}[{i}]");
            if (i > 0 && ranks[i] > ranks[i - 1])
                throw new ArgumentOutOfRangeException($"{nameof(Ranks)}[{i}]", ranks[i], $"Ranks[{i}] is {ranks[i]}, but must not be above Ranks[{i - 1}], which is {ranks[i - 1]}: ranks go from the widest layer to the deepest.");
        }

        return [.. ranks];
    }

    /// <summary>Names for columns of layers, null where none is wanted.</summary>
    /// <exception cref="ArgumentException">A name is empty.</exception>
    public static string?[]? ColumnNames(IReadOnlyList<string?>? names)
    {
        foreach (string? name in names ?? [])
        {
            if (name is not null)
                ArgumentException.ThrowIfNullOrEmpty(name, "LayerOutputColumnNames");
        }

        return names is null ? null : [.. names];
    }

    /// <summary>The output columns and their layers: the deepest first, then the others that were asked for, from the features on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is not one name for each layer but the deepest.</exception>
    public static (string Name, int Layer)[] Outputs(string deepest, IReadOnlyList<string?>? others, int depth)
    {
        others ??= [];
        if (others.Count != 0 && others.Count != depth - 1)
            throw new ArgumentOutOfRangeException("LayerOutputColumnNames", others.Count, $"LayerOutputColumnNames has {others.Count} names, but must have {depth - 1}: one for each layer but the deepest, or null where no column is wanted.");
        return [(deepest, depth - 1), .. others.Select((name, layer) => (Name: name!, layer)).Where(o => o.Name is not null)];
    }

    /// <summary>Refuses two output columns of one name.</summary>
    /// <exception cref="ArgumentException">There are.</exception>
    public static void CheckDistinct(IEnumerable<string> names, string options)
    {
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"{options} name the column '{twice.Key}' twice.", nameof(options));
    }
}
