using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Nmf.Topics;

namespace Microsoft.ML.Nmf;

/// <summary>A word of a topic.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed record TopicWord
{
    /// <summary>The name of the feature; "slot 7" where the model has no names.</summary>
    public required string Word { get; init; }

    /// <summary>The slot of the feature in the input column.</summary>
    public required int Feature { get; init; }

    /// <summary>Its entry in the topic's column of the templates, above 0.</summary>
    public required float Weight { get; init; }

    /// <summary>Its relevance to the topic at the λ that was asked for (<see cref="TopicSet.GetTopics"/>).</summary>
    public required double Relevance { get; init; }

    /// <summary>The word and its weight, for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Word} ({Weight:G3})");
}

/// <summary>A component of a factorization, by the features that weigh most in it.</summary>
[DebuggerDisplay("{Index}: {ToString(),nq}")]
public sealed record Topic
{
    /// <summary>The slot of the component in the activations.</summary>
    public required int Index { get; init; }

    /// <summary>
    /// The name of its slot: what <see cref="TopicSet.RenameTopic"/> called it, otherwise its first words, or "topic 7" where features have no names. Never
    /// blank, and different from those of the other topics beside it.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>Whether the name was given by <see cref="TopicSet.RenameTopic"/>.</summary>
    public bool IsRenamed { get; init; }

    /// <summary>Its share of what is said about the training data, from 0 to 1 (<see cref="TopicSet.GetPrevalence"/>); NaN where it is not known.</summary>
    public required double Prevalence { get; init; }

    /// <summary>Its words, heaviest or most relevant first.</summary>
    public required IReadOnlyList<TopicWord> Words { get; init; }

    /// <summary>The words alone, for people to read, after the name that it was given, if any.</summary>
    public override string ToString() => IsRenamed ? $"{Name} ({TopicWords.Join(Words)})" : TopicWords.Join(Words);
}
