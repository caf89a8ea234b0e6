using Microsoft.ML.Runtime;

namespace Microsoft.ML.Nmf.Internals;

/// <summary>Writes to the log of an MLContext until it is disposed.</summary>
internal sealed class LogChannel(IChannel channel) : IDisposable
{
    /// <summary>Something worth knowing.</summary>
    public void Info(string message) => channel.Info(MessageSensitivity.None, message);

    /// <summary>Something that is probably not as wanted.</summary>
    public void Warning(string message) => channel.Warning(MessageSensitivity.None, message);

    /// <inheritdoc />
    public void Dispose() => channel.Dispose();
}
