using System.Diagnostics;
using System.Reflection;
using Microsoft.ML.Nmf.Torch;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Microsoft.ML.Nmf.GpuCheck;

/// <summary>
/// Runs the library's own tests of the Torch engine by xunit inside this process: they compare every primitive, training and fixture with the managed engine.
/// NMF_TEST_DEVICE says on which device.
/// </summary>
internal static class TestRun
{
    // Those tests take minutes: they watch the memory over ten thousand iterations of every algorithm.
    private const string Long = "Ten_thousand_iterations";

    public static int Run(CommandLine options)
    {
        if (TorchRuntime.Problem is { } problem)
        {
            Console.Error.WriteLine(problem);
            return 1;
        }

        bool onGpu = Environment.GetEnvironmentVariable("NMF_TEST_DEVICE") == "cuda";
        if (onGpu && !TorchRuntime.HasCuda())
        {
            Console.Error.WriteLine("NMF_TEST_DEVICE is cuda, but torch sees no CUDA device.");
            return 1;
        }

        Assembly assembly = typeof(TestRun).Assembly;
        using var framework = new XunitTestFramework(new Sink());
        using ITestFrameworkDiscoverer discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
        var found = new Sink();
        discoverer.Find(includeSourceInformation: false, found, new SimpleOptions());
        found.Done.Wait();

        var clock = Stopwatch.StartNew();
        var sink = new Sink(() => clock.Elapsed.TotalSeconds < options.Budget);
        using ITestFrameworkExecutor executor = framework.GetExecutor(assembly.GetName());
        IEnumerable<ITestCase> cases = found.Cases.Where(test => options.AllTests || !test.DisplayName.Contains(Long, StringComparison.Ordinal));
        executor.RunTests(cases, sink, new SimpleOptions());
        sink.Done.Wait();
        string device = onGpu ? "cuda" : "cpu";
        string rest = sink.IsCut ? ", the others not run for want of time" : "";
        string counts = $"{sink.Passed} passed, {sink.Failed} failed, {sink.Skipped} skipped{rest}";
        Console.WriteLine($"Tests of the Torch engine on {device}: {counts}, {clock.Elapsed.TotalSeconds:F0} s");
        return sink.Failed == 0 && sink.Passed > 0 && !sink.IsCut ? 0 : 1;
    }

    // One test after the other: some count what the whole process holds.
    private sealed class SimpleOptions : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> _values = new() { ["xunit.execution.DisableParallelization"] = true };

        public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out object? value) && value is TValue typed ? typed : default!;

        public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
    }

    /// <summary>Counts.</summary>
    /// <param name="goOn">Whether there is time for more tests; null where there always is.</param>
    private sealed class Sink(Func<bool>? goOn = null) : LongLivedMarshalByRefObject, IMessageSink
    {
        public List<ITestCase> Cases { get; } = [];

        public ManualResetEventSlim Done { get; } = new();

        public int Passed { get; private set; }

        public int Failed { get; private set; }

        public int Skipped { get; private set; }

        /// <summary>Whether tests were left out for want of time.</summary>
        public bool IsCut { get; private set; }

        public bool OnMessage(IMessageSinkMessage message)
        {
            switch (message)
            {
                case ITestCaseDiscoveryMessage discovered:
                    Cases.Add(discovered.TestCase);
                    break;
                case ITestPassed:
                    Passed++;
                    break;
                case ITestSkipped:
                    Skipped++;
                    break;
                case ITestFailed failed:
                    Failed++;
                    Console.WriteLine($"FAILED {failed.Test.DisplayName}: {string.Join(' ', failed.Messages)}");
                    break;
                case IErrorMessage error:
                    Failed++;
                    Console.WriteLine($"FAILED {string.Join(' ', error.Messages)}");
                    break;
                case IDiscoveryCompleteMessage or ITestAssemblyFinished:
                    Done.Set();
                    break;
            }

            // xunit starts no more tests after a false.
            if (message is ITestStarting && goOn?.Invoke() == false)
                IsCut = true;
            return !IsCut;
        }
    }
}
