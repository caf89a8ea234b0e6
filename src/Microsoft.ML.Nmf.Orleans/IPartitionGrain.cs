using System.Globalization;

namespace Microsoft.ML.Nmf.Orleans;

/// <summary>
/// A node of the tree: one partition of the rows, and what is below it. No call lasts longer than seconds: the work is begun by one and asked after by others,
/// so an answer that is lost on the way is noticed and asked for again, and no timeout depends on how long the work takes.
/// </summary>
internal interface IPartitionGrain : IGrainWithStringKey
{
    /// <summary>The longest that a call may take, with a large answer on a slow network.</summary>
    static readonly TimeSpan LongestCall = TimeSpan.Parse(LongestCallText, CultureInfo.InvariantCulture);

    private const string LongestCallText = "00:05:00";

    /// <summary>Begins with what is asked for, here and below, unless it has begun already.</summary>
    [ResponseTimeout(LongestCallText)]
    Task BeginAsync(PartitionRequest request);

    /// <summary>The answer to what was begun; null where it is not there after a while.</summary>
    /// <param name="step">The step that is asked after.</param>
    [ResponseTimeout(LongestCallText)]
    Task<PartitionAnswer?> AnswerAsync(int step);

    /// <summary>Ends what is being done and gives the memory back, here and below.</summary>
    Task ReleaseAsync();
}
