using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Microsoft.ML.Nmf.Orleans;

/// <summary>
/// As many partitions on one silo as on another, and those beside each other in the tree on the same one, so that few of the tree's edges cross the network.
/// </summary>
[GenerateSerializer, Immutable]
internal sealed class ContiguousPlacement : PlacementStrategy;

/// <summary>Marks grains that are placed so.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ContiguousPlacementAttribute() : PlacementAttribute(new ContiguousPlacement());

/// <summary>Chooses the silo of a partition.</summary>
internal sealed class ContiguousPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        SiloAddress[] silos = [.. context.GetCompatibleSilos(target).Order()];
        var node = PartitionRange.OfKey(target.GrainIdentity.Key.ToString());
        // The partitions of a lost silo lie beside each other, and are dealt out to all that are left.
        bool isRepeated = target.RequestContextData?.GetValueOrDefault(PartitionCall.IsRepeatedKey) is true;
        int silo = isRepeated ? node.First % silos.Length : (int)((long)node.First * silos.Length / node.Partitions);
        return Task.FromResult(silos[silo]);
    }
}
