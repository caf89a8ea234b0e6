using System.Globalization;
using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.ML.Nmf;
using Orleans.Configuration;
using Orleans.Hosting;
using SiloHost;

// SiloHost SILO-PORT GATEWAY-PORT PRIMARY-PORT: one silo of a cluster on this machine. Says "ready" when it has joined, and ends with its input.
// SiloHost times [ROWS [FEATURES [RANK [PARTITIONS [SILOS]]]]]: what an iteration costs on clusters of 1, 2, 3, … such silos.
if (args is ["times", .. string[] rest])
{
    await ClusterTimes.Run(rest);
    return;
}

int[] ports = [.. args.Select(port => int.Parse(port, CultureInfo.InvariantCulture))];
HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders().AddProvider(new ErrorLog());
builder.UseOrleans(silo => silo
    .UseLocalhostClustering(ports[0], ports[1], new IPEndPoint(IPAddress.Loopback, ports[2]))
    // A silo that is gone is noticed in seconds; one that a busy machine lets wait has more of them than that.
    .Configure<ClusterMembershipOptions>(options => options.ProbeTimeout = TimeSpan.FromSeconds(2))
    .AddNmfTraining());
using IHost host = builder.Build();
await host.StartAsync();
Console.WriteLine("ready");
await Console.In.ReadToEndAsync();
await host.StopAsync();
