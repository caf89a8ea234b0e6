namespace TopicModel;

/// <summary>Ctrl-C while the topics are learned: the first stops the training, whose topics are kept; the second ends the program.</summary>
internal sealed class StopKey : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public StopKey() => Console.CancelKeyPress += OnPress;

    /// <summary>Signalled by the first Ctrl-C.</summary>
    public CancellationToken Pressed => _source.Token;

    public void Dispose()
    {
        Console.CancelKeyPress -= OnPress;
        _source.Dispose();
    }

    private void OnPress(object? sender, ConsoleCancelEventArgs press)
    {
        // What is not held back ends the program.
        if (press.SpecialKey != ConsoleSpecialKey.ControlC || _source.IsCancellationRequested)
            return;
        press.Cancel = true;
        Report.Say($"Stopping after this iteration; the model so far is kept. Ctrl-C again ends the program.");
        _source.Cancel();
    }
}
