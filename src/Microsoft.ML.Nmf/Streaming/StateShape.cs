namespace Microsoft.ML.Nmf.Streaming;

/// <summary>Whether a state that was sent, or read from a file, is one of a training of an estimator.</summary>
internal static class StateShape
{
    /// <summary>Refuses a state of other layers.</summary>
    /// <param name="templates">The templates of the state.</param>
    /// <param name="ranks">The ranks of the estimator.</param>
    /// <exception cref="ArgumentException">It has other layers, or they do not fit each other.</exception>
    public static void Check(IReadOnlyList<FactorMatrix> templates, IReadOnlyList<int> ranks)
    {
        bool fits = templates.Select(layer => layer.Columns).SequenceEqual(ranks);
        if (!fits || templates.Zip(templates.Skip(1)).Any(pair => pair.First.Columns != pair.Second.Rows))
        {
            string shapes = string.Join(", ", templates.Select(layer => $"{layer.Rows} × {layer.Columns}"));
            throw new ArgumentException($"The state has templates of {shapes}, but the estimator has {GoingOn.InWords(ranks)}. Open parts and train over them "
                + "by estimators of the same options.", "state");
        }
    }
}
