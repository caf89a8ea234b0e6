namespace Microsoft.ML.Nmf.Topics;

/// <summary>Names that differ from each other and are never blank, as users of slot names need that take them for keys.</summary>
internal static class UniqueNames
{
    /// <summary>The same names, but "topic 7" for a blank one, and "name (topic 7)" for one that is not alone.</summary>
    /// <param name="names">The names.</param>
    /// <param name="kind">What is named, in a word.</param>
    public static string[] Of(IReadOnlyList<string> names, string kind)
    {
        string[] unique = [.. names];
        int[] changed = [.. FindTwins(names).Union(Enumerable.Range(0, names.Count).Where(k => string.IsNullOrWhiteSpace(names[k]))).Order()];
        if (changed.Length == 0)
            return unique;
        var taken = new HashSet<string>(names);
        foreach (int k in changed)
        {
            unique[k] = string.IsNullOrWhiteSpace(names[k]) ? $"{kind} {k}" : $"{names[k]} ({kind} {k})";
            while (!taken.Add(unique[k]))
                unique[k] += $" ({kind} {k})";
        }

        return unique;
    }

    /// <summary>The places of the names that occur more than once.</summary>
    public static int[] FindTwins(IReadOnlyList<string> names)
        => [.. Enumerable.Range(0, names.Count).GroupBy(k => names[k]).Where(group => group.Count() > 1).SelectMany(group => group).Order()];
}
