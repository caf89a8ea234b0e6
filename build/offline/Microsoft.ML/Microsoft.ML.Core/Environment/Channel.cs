using System.Diagnostics;

namespace Microsoft.ML.Runtime.Offline;

/// <summary>Passes messages on to the environment's listeners.</summary>
/// <typeparam name="TMessage">The type of the messages.</typeparam>
internal class Pipe<TMessage>(EnvironmentNode owner, string name) : IPipe<TMessage>
{
    public string Source { get; } = owner.FullName is null ? name : $"{owner.FullName}; {name}";

    public string ContextDescription => Source;

    public void Send(TMessage msg) => owner.Dispatch(Source, msg);

    public TException Process<TException>(TException ex)
        where TException : Exception
        => owner.ProcessIn(name, ex);

    public virtual void Dispose()
    {
    }
}

internal sealed class Channel : Pipe<ChannelMessage>, IChannel
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private bool _disposed;

    public Channel(EnvironmentNode owner, string name)
        : base(owner, name)
        => Trace(MessageSensitivity.None, "Channel started");

    public void Trace(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Trace, sensitivity, fmt));

    public void Trace(MessageSensitivity sensitivity, string fmt, params object[] args)
        => Send(new(ChannelMessageKind.Trace, sensitivity, fmt, args));

    public void Error(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Error, sensitivity, fmt));

    public void Error(MessageSensitivity sensitivity, string fmt, params object[] args)
        => Send(new(ChannelMessageKind.Error, sensitivity, fmt, args));

    public void Warning(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Warning, sensitivity, fmt));

    public void Warning(MessageSensitivity sensitivity, string fmt, params object[] args)
        => Send(new(ChannelMessageKind.Warning, sensitivity, fmt, args));

    public void Info(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Info, sensitivity, fmt));

    public void Info(MessageSensitivity sensitivity, string fmt, params object[] args)
        => Send(new(ChannelMessageKind.Info, sensitivity, fmt, args));

    public override void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Trace(MessageSensitivity.None, "Channel finished. Elapsed {0:c}.", Stopwatch.GetElapsedTime(_started));
        Trace(MessageSensitivity.None, "Channel disposed");
    }
}
