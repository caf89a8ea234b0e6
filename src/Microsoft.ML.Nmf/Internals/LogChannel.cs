using Microsoft.ML.Runtime;

namespace Microsoft.ML.Nmf.Internals;

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
