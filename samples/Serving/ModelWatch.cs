using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Serving;

/// <summary>Looks at the model file again and again: unlike a notification of the file system, that works on network drives and in containers too.</summary>
internal sealed class ModelWatch(ModelSource source, IOptions<ServiceOptions> options) : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.ReloadSeconds));
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                source.Refresh();
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
    }
}

/// <summary>Whether the model answers. Degraded, which still counts as healthy, where the file has changed and cannot be loaded.</summary>
internal sealed class ModelHealth(ModelSource source) : IHealthCheck
{
    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        source.Current.Predict("A text.");
        return Task.FromResult(source.Problem is { } problem ? HealthCheckResult.Degraded(problem) : HealthCheckResult.Healthy());
    }
}
