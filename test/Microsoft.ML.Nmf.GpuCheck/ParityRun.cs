using System.Reflection;
using Microsoft.ML.Nmf.Torch;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Microsoft.ML.Nmf.GpuCheck;

/// <summary>
/// The library's own tests of the Torch engine, by xunit inside this process: every primitive, training and fixture held against the managed engine. NMF_TEST_DEVICE says where they run.
/// </summary>
internal static class ParityRun
{
    // Ten thousand iterations of every algorithm, to see that memory stays as it was.
    private const string Long = "Ten_thousand_iterations";

    public static int Run(Options options)
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

        Assembly assembly = typeof(ParityRun).Assembly;
        using var framework = new XunitTestFramework(new Sink());
        using ITestFrameworkDiscoverer discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
        var found = new Sink();
        discoverer.Find(includeSourceInformation: false, found, new SimpleOptions());
        found.Done.Wait();

        var sink = new Sink();
        using ITestFrameworkExecutor executor = framework.GetExecutor(assembly.GetName());
        executor.RunTests(found.Cases.Where(test => options.AllTests || !test.DisplayName.Contains(Long, StringComparison.Ordinal)), sink, new SimpleOptions());
        sink.Done.Wait();
        Console.WriteLine($"Tests of the Torch engine on {(onGpu ? "cuda" : "cpu")}: {sink.Passed} passed, {sink.Failed} failed, {sink.Skipped} skipped");
        return sink.Failed == 0 && sink.Passed > 0 ? 0 : 1;
    }

    // One test after the other: some count what the whole process holds.
    private sealed class SimpleOptions : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> _values = new() { ["xunit.execution.DisableParallelization"] = true };

        public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out object? value) && value is TValue typed ? typed : default!;

        public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
    }

    private sealed class Sink : LongLivedMarshalByRefObject, IMessageSink
    {
        public List<ITestCase> Cases { get; } = [];

        public ManualResetEventSlim Done { get; } = new();

        public int Passed { get; private set; }

        public int Failed { get; private set; }

        public int Skipped { get; private set; }

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

            return true;
        }
    }
}
