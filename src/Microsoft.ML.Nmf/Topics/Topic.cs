namespace Microsoft.ML.Nmf;

/// <summary>A word of a topic.</summary>
/// <param name="Word">The name of the feature; "slot 7" where the model has no names.</param>
/// <param name="Feature">The slot of the feature in the input column.</param>
/// <param name="Weight">Its entry in the topic's column of the templates, above 0.</param>
public sealed record TopicWord(string Word, int Feature, float Weight);

/// <summary>A component of a factorization, by the features that weigh most in it.</summary>
/// <param name="Index">The slot of the component in the activations.</param>
/// <param name="Words">Its words, heaviest first.</param>
public sealed record Topic(int Index, IReadOnlyList<TopicWord> Words)
{
    /// <summary>The words alone, for people to read.</summary>
    public override string ToString() => string.Join(", ", Words.Select(w => w.Word));
}
