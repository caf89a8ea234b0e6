using System.Globalization;

namespace Microsoft.ML.Nmf.Orleans;

/// <summary>
/// A node of the tree by which templates go down and statistics come up: it holds its first partition itself, and two nodes below it hold a half each of the
/// others. The tree depends on the number of partitions alone, so sums are added in the same order on any number of silos.
/// </summary>
/// <param name="First">The partition that the node holds.</param>
/// <param name="End">The partition after the last below it.</param>
/// <param name="Partitions">How many there are in all.</param>
internal readonly record struct PartitionRange(int First, int End, int Partitions)
{
    /// <summary>The root of the tree.</summary>
    public static PartitionRange All(int partitions) => new(0, partitions, partitions);

    /// <summary>The nodes below, none to two.</summary>
    public IEnumerable<PartitionRange> Below
    {
        get
        {
            int start = First + 1, middle = start + (End - start + 1) / 2;
            if (start < middle)
                yield return this with { First = start, End = middle };
            if (middle < End)
                yield return this with { First = middle };
        }
    }

    /// <summary>The partition that the node holds, for messages.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Partition {First} of 0 to {Partitions - 1}");

    /// <summary>The key of the node's grain in a training.</summary>
    public string KeyIn(Guid training) => string.Create(CultureInfo.InvariantCulture, $"{training:N}/{First}/{End}/{Partitions}");

    /// <summary>The node that a key names.</summary>
    public static PartitionRange OfKey(ReadOnlySpan<char> key)
    {
        Span<int> numbers = stackalloc int[3];
        int count = -1;
        foreach (Range part in key.Split('/'))
        {
            if (count >= 0)
                numbers[count] = int.Parse(key[part], NumberStyles.None, CultureInfo.InvariantCulture);
            count++;
        }

        return new PartitionRange(numbers[0], numbers[1], numbers[2]);
    }
}
