using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.ML.Nmf;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;

namespace SiloHost;

/// <summary>Silos in processes of their own, this program once for each, on free ports of the loopback address, and a client of them.</summary>
public sealed class SiloCluster : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly List<Process> _silos = [];
    private readonly ConcurrentQueue<string> _errors = [];
    private IHost? _host;

    private SiloCluster()
    {
    }

    /// <summary>The client.</summary>
    public IClusterClient Client => _host!.Services.GetRequiredService<IClusterClient>();

    /// <summary>What the silos wrote to their error streams.</summary>
    public string Errors => string.Join(Environment.NewLine, _errors);

    /// <summary>The time that processors have spent on all silos so far.</summary>
    public TimeSpan ProcessorTime => _silos.Aggregate(TimeSpan.Zero, (sum, silo) =>
    {
        silo.Refresh();
        return sum + silo.TotalProcessorTime;
    });

    /// <summary>Starts silos, and returns when all have joined.</summary>
    public static async Task<SiloCluster> Start(int silos)
    {
        var cluster = new SiloCluster();
        try
        {
            await cluster.StartSilos(silos);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }

        return cluster;
    }

    /// <summary>Ends the process of a silo as a crash does. The first must stay, by which the others find each other.</summary>
    public void Kill(int silo) => _silos[silo].Kill();

    public async ValueTask DisposeAsync()
    {
        _host?.Dispose();
        foreach (Process silo in _silos)
        {
            silo.Kill();
            await silo.WaitForExitAsync();
            silo.Dispose();
        }
    }

    private async Task StartSilos(int count)
    {
        int[] ports = FreePorts(2 * count);
        // The others ask the first for the way.
        await Join(ports[0], ports[count], ports[0]);
        await Task.WhenAll(Enumerable.Range(1, count - 1).Select(i => Join(ports[i], ports[count + i], ports[0])));
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client => client
            .UseLocalhostClustering(ports[count..])
            .Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(1))
            .AddNmfTraining());
        _host = builder.Build();
        await _host.StartAsync();
    }

    private async Task Join(params int[] ports)
    {
        var silo = Process.Start(new ProcessStartInfo("dotnet", [typeof(SiloCluster).Assembly.Location, .. ports.Select(port => $"{port}")])
        {
            // A silo ends with its input, and so with the process that started it.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _silos.Add(silo);
        silo.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        silo.BeginErrorReadLine();
        string? said = await silo.StandardOutput.ReadLineAsync().WaitAsync(_patience);
        if (said != "ready")
            throw new InvalidOperationException($"A silo said '{said}' instead of 'ready'. {Errors}");
    }

    private static int[] FreePorts(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener listener in listeners)
            listener.Start();
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (TcpListener listener in listeners)
            listener.Stop();
        return ports;
    }
}
