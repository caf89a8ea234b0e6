namespace Microsoft.ML.Nmf.Transforming;

/// <summary>Finds one transformer of a kind in a fitted pipeline, however deep in chains of chains.</summary>
internal static class TransformerSearch
{
    /// <summary>The one transformer of a kind.</summary>
    /// <param name="model">A transformer of that kind, or a chain that holds it.</param>
    /// <param name="outputColumnName">A column that it adds; null where it is the only one of its kind.</param>
    /// <exception cref="ArgumentNullException">The model is null.</exception>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="InvalidOperationException">There is none, or more than one and no name.</exception>
    public static T Find<T>(ITransformer model, string? outputColumnName)
        where T : HostedTransformer
    {
        ArgumentNullException.ThrowIfNull(model);
        if (outputColumnName is not null)
            ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        List<ITransformer> steps = Flatten(model);
        T[] kind = [.. steps.OfType<T>()];
        if (kind.Length == 0)
            throw new InvalidOperationException($"The model has no {typeof(T).Name}{What(steps)}");

        // Of several columns of one name the last hides the others, so its transformer is what the name stands for.
        T? found = outputColumnName is not null ? Array.FindLast(kind, step => step.OutputColumnNames.Contains(outputColumnName))
            : kind.Length == 1 ? kind[0] : null;
        if (found is not null)
            return found;
        string columns = string.Join("; ", kind.Select(Columns));
        throw new InvalidOperationException(outputColumnName is null
            ? $"The model has {kind.Length} of {typeof(T).Name}, with the output columns {columns}: name one of them as outputColumnName."
            : $"No {typeof(T).Name} of the model adds a column '{outputColumnName}'. The output columns are {columns}: name one of them.");
    }

    // A chain of ML.NET tells its steps as a sequence; a step that stands in it twice counts once.
    private static List<ITransformer> Flatten(ITransformer model)
    {
        var steps = new List<ITransformer>();
        var seen = new HashSet<ITransformer>(ReferenceEqualityComparer.Instance);
        var open = new Stack<ITransformer>([model]);
        while (open.TryPop(out ITransformer? next))
        {
            if (!seen.Add(next))
                continue;
            if (next is not IEnumerable<ITransformer> chain)
            {
                steps.Add(next);
                continue;
            }

            foreach (ITransformer step in chain.Reverse())
                open.Push(step);
        }

        return steps;
    }

    private static string What(List<ITransformer> steps)
    {
        if (steps.Count == 0)
            return ": it is an empty chain. Give it the fitted pipeline.";
        string found = string.Join(", ", steps.Select(step => step is HostedTransformer own ? $"{own.GetType().Name} ({Columns(own)})" : NameOf(step)));
        string[] finders = [.. steps.OfType<HostedTransformer>().Select(Finder).Distinct()];
        return finders.Length == 0
            ? $", but {found}. Give it the whole fitted pipeline, not a part of it."
            : $", but {found}. Call {string.Join(" or ", finders)}.";
    }

    private static string Columns(HostedTransformer transformer) => string.Join(", ", transformer.OutputColumnNames.Select(name => $"'{name}'"));

    // FindNmf for NmfTransformer, and so on.
    private static string Finder(HostedTransformer transformer) => $"Find{transformer.GetType().Name.Replace("Transformer", "", StringComparison.Ordinal)}()";

    // "TextFeaturizingEstimator.Transformer" for a nested type, and a generic one without the number of its parameters.
    private static string NameOf(ITransformer step)
    {
        Type type = step.GetType();
        return $"{(type.DeclaringType is { } outer ? $"{outer.Name}." : "")}{type.Name}".Split('`')[0];
    }
}
