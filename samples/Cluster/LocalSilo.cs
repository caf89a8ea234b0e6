using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.ML.Nmf;
using Orleans.Hosting;

namespace Cluster;

/// <summary>One silo of a cluster on this machine; the others find it through the first.</summary>
internal static class LocalSilo
{
    public const int FirstPort = 11_111;

    /// <summary>The port of a silo's gateway, for clients, above those by which silos talk to each other.</summary>
    public static int GatewayPort(int index, int port) => port + 100 + index;

    /// <summary>Runs until the input ends, as it does with the process that started this one.</summary>
    public static async Task<int> Run(int index, int port)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(port + index, GatewayPort(index, port), new IPEndPoint(IPAddress.Loopback, port))
            .AddNmfTraining());
        using IHost host = builder.Build();
        await host.StartAsync();
        Console.WriteLine($"Silo {index} has joined the cluster, as process {Environment.ProcessId}.");
        await Console.In.ReadToEndAsync();
        await host.StopAsync();
        return 0;
    }
}
