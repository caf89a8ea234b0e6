using Microsoft.ML.Nmf.Orleans;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Microsoft.ML.Nmf.Tests.Orleans;

/// <summary>The tree of partitions, and where its nodes are placed.</summary>
public class PartitionTreeTests
{
    private static readonly Guid _training = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");

    [Fact]
    public void Every_partition_is_in_the_tree_once_and_not_deeper_than_halving_makes_it()
    {
        for (int partitions = 1; partitions <= 200; partitions++)
        {
            (PartitionRange Node, int Depth)[] nodes = [.. Under(PartitionRange.All(partitions), 0)];
            Assert.Equal(Enumerable.Range(0, partitions), nodes.Select(node => node.Node.First));
            Assert.True(nodes.Max(node => node.Depth) <= Math.Floor(Math.Log2(partitions)), $"{partitions}");
        }
    }

    [Fact]
    public void A_key_names_its_node()
        => Assert.All(Under(PartitionRange.All(37), 0), node => Assert.Equal(node.Node, PartitionRange.OfKey(node.Node.KeyIn(_training))));

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(7)]
    public async Task Silos_have_as_many_partitions_as_each_other_and_those_beside_each_other(int silos)
    {
        int[] places = new int[20];
        for (int i = 0; i < places.Length; i++)
            places[i] = await Place(i, places.Length, silos, isRepeated: false);
        Assert.Equal(places.Order(), places);
        Assert.InRange(places.CountBy(silo => silo).Max(silo => silo.Value) - places.CountBy(silo => silo).Min(silo => silo.Value), 0, 1);
        Assert.Equal(silos, places.Distinct().Count());
    }

    [Theory, InlineData(4, 9), InlineData(17, 20)]
    public async Task Partitions_of_a_lost_silo_are_dealt_out_to_all_that_are_left(int from, int to)
    {
        int[] places = new int[to - from];
        for (int i = from; i < to; i++)
            places[i - from] = await Place(i, 20, 3, isRepeated: true);
        Assert.InRange(places.CountBy(silo => silo).Max(silo => silo.Value), 1, (places.Length + 2) / 3);
    }

    private static IEnumerable<(PartitionRange Node, int Depth)> Under(PartitionRange node, int depth)
        => [(node, depth), .. node.Below.SelectMany(below => Under(below, depth + 1))];

    private static async Task<int> Place(int partition, int partitions, int silos, bool isRepeated)
    {
        var node = new PartitionRange(partition, partitions, partitions);
        var requestContext = new Dictionary<string, object> { [PartitionCall.IsRepeatedKey] = isRepeated };
        var target = new PlacementTarget(GrainId.Create("partition", node.KeyIn(_training)), requestContext, default, 1);
        var among = new Silos(silos);
        return Array.IndexOf(among.Addresses, await new ContiguousPlacementDirector().OnAddActivation(new ContiguousPlacement(), target, among));
    }

    private sealed class Silos(int count) : IPlacementContext
    {
        public SiloAddress[] Addresses { get; } = [.. Enumerable.Range(1, count).Select(i => SiloAddress.FromParsableString($"10.0.0.{i}:11111@1")).Order()];

        public SiloAddress LocalSilo => Addresses[0];

        public SiloStatus LocalSiloStatus => SiloStatus.Active;

        // In no order.
        public SiloAddress[] GetCompatibleSilos(PlacementTarget target) => [.. Addresses.Reverse()];

        public IReadOnlyDictionary<ushort, SiloAddress[]> GetCompatibleSilosWithVersions(PlacementTarget target) => throw new NotSupportedException();
    }
}
