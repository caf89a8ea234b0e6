using Spectre.Console;

namespace Microsoft.ML.Nmf.Tests.Samples;

/// <summary>A console that keeps what is printed: a terminal with colours, or a file.</summary>
internal sealed class PrintedConsole
{
    private readonly StringWriter _text = new();

    public PrintedConsole(bool isTerminal)
    {
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
            Out = new AnsiConsoleOutput(_text),
        });
        Console.Profile.Width = 1000;
        Console.Profile.Capabilities.Unicode = true;
    }

    public IAnsiConsole Console { get; }

    public string Text => _text.ToString();

    /// <summary>The lines without the spaces at their ends, and without empty ones.</summary>
    public string[] Lines => [.. Text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
}
