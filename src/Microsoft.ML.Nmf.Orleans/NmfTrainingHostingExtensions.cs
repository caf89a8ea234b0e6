using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.Nmf.Orleans;
using Orleans.Configuration;
using Orleans.Serialization;

namespace Microsoft.ML.Nmf;

/// <summary>What silos and clients of Orleans need to train.</summary>
public static class NmfTrainingHostingExtensions
{
    // Statistics of a million features and 50 topics are 400 MB; Orleans allows 100 MB unless told otherwise.
    private const int LargestMessage = int.MaxValue;

    /// <summary>Lets a silo hold partitions. Call it on every silo, and have every silo's program refer to the assemblies of the jobs.</summary>
    /// <param name="silo">The silo.</param>
    /// <returns>The same silo.</returns>
    public static ISiloBuilder AddNmfTraining(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        AddTypes(silo.Services);
        silo.Services.AddSingleton<ComputeGate>();
        silo.AddPlacementDirector<ContiguousPlacement, ContiguousPlacementDirector>();
        return silo.Configure<SiloMessagingOptions>(options => options.MaxMessageBodySize = LargestMessage);
    }

    /// <summary>Lets a client train on a cluster.</summary>
    /// <param name="client">The client.</param>
    /// <returns>The same client.</returns>
    public static IClientBuilder AddNmfTraining(this IClientBuilder client)
    {
        ArgumentNullException.ThrowIfNull(client);
        AddTypes(client.Services);
        return client.Configure<ClientMessagingOptions>(options => options.MaxMessageBodySize = LargestMessage);
    }

    // Orleans finds by itself only what the program was generated for.
    private static void AddTypes(IServiceCollection services) => services.AddSerializer(types => types.AddAssembly(typeof(PartitionGrain).Assembly));
}
