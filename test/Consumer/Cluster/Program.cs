using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf;
using Orleans;
using Orleans.Hosting;

// Cluster: is a silo, trains on itself, and prints what came out.
HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
builder.UseOrleans(silo => silo.UseLocalhostClustering(FreePort(), FreePort()).AddNmfTraining());
using IHost host = builder.Build();
await host.StartAsync();
IGrainFactory grains = host.Services.GetRequiredService<IGrainFactory>();
NmfTransformer trained = await grains.TrainAsync(new MLContext(seed: 1), new RowsJob(), new ClusterTrainingOptions { Partitions = 2, Argument = "30" });
Console.WriteLine($"{trained.Model.Rank} topics of {trained.Model.NumberOfExamples} rows in 2 partitions");
await host.StopAsync();

static int FreePort()
{
    using var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    return ((IPEndPoint)listener.LocalEndpoint).Port;
}

public sealed class RowsJob : IClusterJob<NmfTransformer>
{
    public IPartitionedEstimator<NmfTransformer> CreateEstimator(MLContext context, string argument)
        => context.Transforms.Nmf("Topics", "Features", rank: 3);

    public IDataView OpenPartition(MLContext context, int partition, int partitions, string argument)
    {
        var random = new Random(partition);
        return context.Data.LoadFromEnumerable(Enumerable.Range(0, int.Parse(argument) / partitions).Select(i => new Row
        {
            Features = [.. Enumerable.Range(0, 12).Select(j => j / 4 == i % 3 ? 1 + random.NextSingle() : 0)],
        }).ToArray());
    }

    private sealed class Row
    {
        [VectorType(12)]
        public float[] Features { get; set; } = [];
    }
}
