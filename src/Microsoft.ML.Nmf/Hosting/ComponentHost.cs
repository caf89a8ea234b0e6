using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Nmf.Hosting;

/// <summary>What a component may ask of the MLContext it belongs to.</summary>
internal sealed class ComponentHost
{
    private readonly Lock _registering = new();

    private ComponentHost(IHost host) => Host = host;

    /// <summary>ML.NET's own host of the component.</summary>
    public IHost Host { get; }

    /// <summary>The number of the GPU to use; null where the user has not chosen one.</summary>
    public int? GpuDeviceId => ((IHostEnvironmentInternal)Host).GpuDeviceId;

    /// <summary>ML.NET's transforms, for a component that is made of them.</summary>
    public TransformsCatalog Transforms => new(Host);

    /// <summary>ML.NET's sources of data.</summary>
    public DataOperationsCatalog Data => new(Host);

    /// <summary>Whether to use the processor where a GPU is missing.</summary>
    public bool FallbackToCpu => ((IHostEnvironmentInternal)Host).FallbackToCpu;

    /// <summary>Registers a component with the context of a catalog.</summary>
    /// <param name="catalog">The catalog that makes the component.</param>
    /// <param name="name">The component's name, which log messages carry.</param>
    public static ComponentHost Register(TransformsCatalog catalog, string name)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return Register(CatalogUtils.GetEnvironment(catalog), name);
    }

    /// <summary>Registers a component with the context of a catalog of texts.</summary>
    /// <param name="catalog">The catalog that makes the component.</param>
    /// <param name="name">The component's name, which log messages carry.</param>
    public static ComponentHost Register(TransformsCatalog.TextTransforms catalog, string name)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return Register(CatalogUtils.GetEnvironment(catalog), name);
    }

    /// <summary>Registers a component with an environment.</summary>
    public static ComponentHost Register(IHostEnvironment environment, string name) => new(environment.Register(name));

    /// <summary>Registers a component that this one makes. Several threads may do so: ML.NET draws a seed for each from a generator that only one may
    /// use.</summary>
    public ComponentHost Register(string name)
    {
        lock (_registering)
            return Register(Host, name);
    }

    /// <summary>Writes a model file, which is complete or not there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="transformer">The model.</param>
    /// <param name="inputSchema">The schema of the data that it transforms.</param>
    public void Save(string path, ITransformer transformer, DataViewSchema inputSchema)
        => WholeFile.Write(path, stream => new ModelOperationsCatalog(Host).Save(transformer, inputSchema, stream));

    /// <summary>A seed from the context's own: the same for the same context seed and the same components made before.</summary>
    public int DrawSeed() => Host.Rand.Next();

    /// <summary>Throws when the context's execution has been cancelled.</summary>
    /// <exception cref="OperationCanceledException">It has been.</exception>
    public void CheckAlive() => Host.CheckAlive();

    /// <summary>Opens a channel to the context's log.</summary>
    /// <param name="name">What is being done, in a word or two.</param>
    public LogChannel OpenLog(string name) => new(Host.Start(name));
}

/// <summary>Writes to the log of an MLContext until it is disposed. Messages may name columns, but never quote data.</summary>
internal sealed class LogChannel(IChannel channel) : IDisposable
{
    /// <summary>Something worth knowing.</summary>
    public void Info(string message) => channel.Info(MessageSensitivity.Schema, message);

    /// <summary>Something that is probably not as wanted.</summary>
    public void Warning(string message) => channel.Warning(MessageSensitivity.Schema, message);

    /// <inheritdoc />
    public void Dispose() => channel.Dispose();
}
