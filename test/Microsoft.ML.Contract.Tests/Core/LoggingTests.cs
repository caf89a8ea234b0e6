using Microsoft.ML.Contract.Core.Component;
using Microsoft.ML.Contract.Data.Support;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contract.Core;

public sealed class LoggingTests
{
    private readonly MLContext _ml = new(1);
    private readonly List<LoggingEventArgs> _messages = [];

    public LoggingTests() => _ml.Log += (_, message) => _messages.Add(message);

    [Fact]
    public void A_message_tells_its_source_and_kind()
    {
        new ScaleEstimator(_ml, "B", "Values", 3).Fit(_ml.Pixels());
        var info = Assert.Single(_messages, message => message.Kind == ChannelMessageKind.Info);
        Assert.Equal("ScaleEstimator; Fitting", info.Source);
        Assert.Equal("multiplying by 3", info.RawMessage);
        Assert.Equal("[Source=ScaleEstimator; Fitting, Kind=Info] multiplying by 3", info.Message);
    }

    [Fact]
    public void A_channel_traces_its_start_and_end()
    {
        using (var channel = ((IHostEnvironment)_ml).Register("Host").Start("Work"))
            channel.Warning("halfway {0}", 1);
        Assert.All(_messages, message => Assert.Equal("Host; Work", message.Source));
        Assert.Equal(["Channel started", "halfway 1"], _messages.Take(2).Select(message => message.RawMessage));
        Assert.StartsWith("Channel finished. Elapsed", _messages[2].RawMessage);
        Assert.Equal("Channel disposed", _messages[3].RawMessage);
        Assert.Equal([ChannelMessageKind.Trace, ChannelMessageKind.Warning, ChannelMessageKind.Trace, ChannelMessageKind.Trace], _messages.Select(message => message.Kind));
    }

    [Fact]
    public void A_host_is_named_after_the_one_above_its_parent()
    {
        var first = ((IHostEnvironment)_ml).Register("First");
        var third = first.Register("Second").Register("Third");
        third.Start("Work").Dispose();
        Assert.Equal("First; Third; Work", _messages[0].Source);
    }

    [Fact]
    public void Nobody_listening_is_fine()
    {
        using var channel = ((IHostEnvironment)new MLContext()).Start("Work");
        channel.Info("heard by nobody");
    }

    [Fact]
    public void Progress_checks_what_is_reported()
    {
        var progress = ((IHostEnvironment)_ml).Register("Host").StartProgressChannel("Work");
        progress.SetHeader(new ProgressHeader(["loss"], ["rows"]), entry => entry.SetProgress(0, 1, 2));
        progress.Checkpoint(0.5, 1, 2);
        Assert.Throws<InvalidOperationException>(() => progress.Checkpoint(1, 2, 3, 4));
        progress.Dispose();
        Assert.Throws<InvalidOperationException>(() => progress.Checkpoint(1));
        Assert.Empty(_messages);
    }
}
