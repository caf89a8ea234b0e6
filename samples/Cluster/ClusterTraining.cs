using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.ML;
using Microsoft.ML.Nmf;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Cluster;

/// <summary>A client of the silos: trains on them, and prints the topics and what crossed the network.</summary>
internal static class ClusterTraining
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    public static async Task<int> Run(int partitions, int port)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        DateTime latest = DateTime.UtcNow + _patience;
        builder.UseOrleansClient(client => client
            .UseLocalhostClustering(LocalSilo.GatewayPort(0, port))
            // The silos may be starting yet.
            .UseConnectionRetryFilter(async (_, cancellation) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(0.5), cancellation);
                return DateTime.UtcNow < latest;
            })
            .AddNmfTraining());
        using IHost host = builder.Build();
        try
        {
            await host.StartAsync();
            await Train(host.Services.GetRequiredService<IClusterClient>(), partitions);
        }
        catch (Exception problem) when (problem is InvalidOperationException or ArgumentException or OrleansException or TimeoutException or IOException)
        {
            Console.Error.WriteLine($"{problem.Message} Are the silos running? Start them with: silos 3");
            return 1;
        }

        await host.StopAsync();
        return 0;
    }

    private static async Task Train(IClusterClient client, int partitions)
    {
        var iterations = new List<ClusterTrainingProgress>();
        var options = new ClusterTrainingOptions { Partitions = partitions, Progress = new Progress(iterations.Add) };
        NmfTransformer topics = await client.TrainAsync(new MLContext(seed: 1), new NotesJob(), options);
        foreach (Topic topic in topics.Model.GetTopics(wordsPerTopic: 10))
            Console.WriteLine($"{topic.Index}: {topic}");
        ClusterTrainingProgress last = iterations[^1];
        double milliseconds = iterations.Select(one => one.Duration.TotalMilliseconds).Order().ElementAt(iterations.Count / 2);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{topics.Model.History}; {partitions} partitions on {last.Silos} silos, {last.NetworkBytes:N0} bytes between processes and {milliseconds:N0} ms an iteration"));
    }

    // Told at once, in the order of the iterations.
    private sealed class Progress(Action<ClusterTrainingProgress> report) : IProgress<ClusterTrainingProgress>
    {
        public void Report(ClusterTrainingProgress value) => report(value);
    }
}
