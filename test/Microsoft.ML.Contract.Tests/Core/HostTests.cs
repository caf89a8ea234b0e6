using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contract.Core;

public sealed class HostTests
{
    [Fact]
    public void One_seed_gives_one_sequence()
    {
        int[] Draw(int? seed)
        {
            var host = ((IHostEnvironment)new MLContext(seed)).Register("Host");
            return [.. Enumerable.Range(0, 5).Select(_ => host.Rand.Next(1000))];
        }

        Assert.Equal(Draw(7), Draw(7));
        Assert.NotEqual(Draw(7), Draw(8));
    }

    [Fact]
    public void A_host_can_have_a_seed_of_its_own()
    {
        var a = ((IHostEnvironment)new MLContext(1)).Register("Host", seed: 5);
        var b = ((IHostEnvironment)new MLContext(2)).Register("Host", seed: 5);
        Assert.Equal(a.Rand.Next(), b.Rand.Next());
    }

    [Fact]
    public void Hosts_know_the_seed_and_the_devices_of_the_context()
    {
        var ml = new MLContext(3);
        Assert.Null(ml.GpuDeviceId);
        Assert.False(ml.FallbackToCpu);
        (ml.GpuDeviceId, ml.FallbackToCpu) = (2, true);
        var host = (IHostEnvironmentInternal)((IHostEnvironment)ml).Register("Host").Register("Child");
        Assert.Equal(3, host.Seed);
        Assert.Equal(2, host.GpuDeviceId);
        Assert.True(host.FallbackToCpu);
    }

    [Fact]
    public void A_host_without_a_name_throws()
        => Assert.Throws<ArgumentOutOfRangeException>(() => ((IHostEnvironment)new MLContext()).Register(""));

    [Fact]
    public void Options_are_kept_by_name()
    {
        var ml = new MLContext();
        Assert.True(ml.TryAddOption("answer", 42));
        Assert.False(ml.TryAddOption("answer", 43));
        Assert.True(ml.TryGetOption("answer", out int answer));
        Assert.Equal(42, answer);
        Assert.False(ml.TryGetOption("answer", out string _));
        Assert.Equal(0, ml.GetOptionOrDefault<int>("other"));
        Assert.True(ml.RemoveOption("answer"));
        Assert.Throws<ArgumentNullException>(() => ml.SetOption(" ", 1));
    }

    [Fact]
    public void Exceptions_name_the_component_that_throws()
    {
        var host = ((IHostEnvironment)new MLContext()).Register("Host");
        using var channel = host.Start("Work");
        var thrown = channel.Except("failed at {0}", 3);
        Assert.IsType<InvalidOperationException>(thrown);
        Assert.Equal("failed at 3", thrown.Message);
        Assert.Equal("Host", thrown.Data["Throwing component"]);
        Assert.Equal("Work", thrown.Data["Phase"]);
        Assert.True(thrown.IsMarked());
    }

    [Fact]
    public void A_sensitive_exception_says_what_it_tells()
    {
        var host = ((IHostEnvironment)new MLContext()).Register("Host");
        Assert.Equal(MessageSensitivity.Unknown, host.Except("x").Sensitivity());
        Assert.Equal(MessageSensitivity.Schema, host.SchemaSensitive().Except("x").Sensitivity());
        Assert.Equal(MessageSensitivity.None, Contracts.NotSensitive().Except("x").Sensitivity());
        Assert.Equal(MessageSensitivity.UserData | MessageSensitivity.Schema, host.UserSensitive().Except("x").MarkSensitive(MessageSensitivity.Schema).Sensitivity());
    }

    [Fact]
    public void A_schema_mismatch_names_the_column()
    {
        var missing = Contracts.ExceptSchemaMismatch("schema", "input", "A");
        Assert.IsType<ArgumentOutOfRangeException>(missing);
        Assert.StartsWith("Could not find input column 'A'", missing.Message);
        var wrong = Contracts.ExceptSchemaMismatch("schema", "label", "A", "a key", "Single");
        Assert.StartsWith("Schema mismatch for label column 'A': expected a key, got Single", wrong.Message);
        Assert.Equal("schema", ((ArgumentException)wrong).ParamName);
    }

    [Fact]
    public void Checks_throw_by_their_kind()
    {
        var host = ((IHostEnvironment)new MLContext()).Register("Host");
        Assert.Throws<InvalidOperationException>(() => host.Check(false));
        Assert.Throws<ArgumentOutOfRangeException>(() => host.CheckParam(false, "p", "message"));
        Assert.Throws<ArgumentOutOfRangeException>(() => host.CheckUserArg(false, "p"));
        Assert.Throws<ArgumentNullException>(() => host.CheckValue<object>(null!, "p"));
        Assert.Throws<ArgumentOutOfRangeException>(() => host.CheckNonEmpty("", "p"));
        Assert.Throws<ArgumentOutOfRangeException>(() => host.CheckNonWhiteSpace(" ", "p"));
        Assert.Throws<FormatException>(() => Contracts.CheckDecode(false, "message"));
    }
}
