using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using ModelFuzzer;

// ModelFuzzer COUNT SEED MODEL...: damages each model of 12 features COUNT times, half of them with the checksum put right afterwards, loads what came
// out and transforms two rows. A line for each model says what became of them; a line that begins with "!" tells what must not happen, and makes it fail.
const long timesFile = 50;
const double mostSeconds = 30;
const int most = 20;
int count = int.Parse(args[0]), seed = int.Parse(args[1]), shown = 0;
foreach (string path in args[2..])
{
    var saved = new SavedModel(path);
    string name = Path.GetFileNameWithoutExtension(path);
    var outcomes = new int[3, 2];
    var worker = new ThreadLocal<(MLContext Context, IDataView Rows)>(() => NewContext(saved.With(saved.Part)));
    Trial intact = Trial.Of(worker.Value.Context, worker.Value.Rows, saved.With(saved.Part));
    long ofIntact = intact.Allocated;
    if (intact.Outcome != Outcome.Transformed || intact.Problem is not null)
        Tell($"{name}, intact: {intact}");

    double worst = 0;
    var running = new ConcurrentDictionary<int, long>();
    using var watch = new Timer(_ =>
    {
        foreach ((int i, long start) in running.Where(trial => Stopwatch.GetElapsedTime(trial.Value).TotalSeconds > mostSeconds))
        {
            Tell($"{name}, {i}: still at it after {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");
            Environment.Exit(1);
        }
    }, null, 1000, 1000);
    Parallel.For(0, count, i =>
    {
        var random = new Random(HashCode(seed, i));
        byte[] part = Damage.Of(saved.Part, random);
        bool isCorrected = saved.HasChecksum && i % 2 == 1, isChanged = !part.SequenceEqual(saved.Part);
        if (isCorrected)
            SavedModel.Correct(part);
        byte[] file = saved.With(part);
        (MLContext context, IDataView rows) = worker.Value;
        running[i] = Stopwatch.GetTimestamp();
        Trial trial = Trial.Of(context, rows, file);
        running.TryRemove(i, out _);
        lock (outcomes)
        {
            outcomes[(int)trial.Outcome, isCorrected ? 1 : 0]++;
            worst = Math.Max(worst, (double)(trial.Allocated - ofIntact) / file.Length);
            if (trial.Problem is not null)
                Tell($"{name}, {i}: {trial.Problem}");
            else if (trial.Outcome != Outcome.Refused && saved.HasChecksum && !isCorrected && isChanged)
                Tell($"{name}, {i}: the checksum has not noticed the change");
            if (trial.Allocated - ofIntact > timesFile * file.Length)
                Tell($"{name}, {i}: {trial.Allocated} bytes for a file of {file.Length}");
        }
    });
    Console.WriteLine($"{name}: {count} damaged files of about {saved.With(saved.Part).Length} bytes; as they are {Text(0)}; "
        + $"with their checksum put right {Text(1)}; at most {worst:F1} times the file allocated on top of the {ofIntact} bytes of the intact one");

    string Text(int corrected) => $"{outcomes[0, corrected]} refused, {outcomes[1, corrected]} for other data, {outcomes[2, corrected]} used";
}

return shown == 0 ? 0 : 1;

void Tell(string problem)
{
    if (shown++ < most)
        Console.WriteLine("! " + problem.ReplaceLineEndings(" "));
}

static int HashCode(int seed, int i) => unchecked(seed * 1_000_003 + i);

static (MLContext Context, IDataView Rows) NewContext(byte[] intact)
{
    var context = new MLContext(1);
    IDataView rows = context.Data.LoadFromEnumerable<Row>(
    [
        new() { Features = [1.5f, 1, 1.25f, 2, 0, 0.25f, 0, 0, 0, 0.125f, 0, 0] },
        new() { Features = [0, 0, 0.5f, 0, 1, 2, 1.75f, 1, 3, 0, 0, 1] },
    ]);
    // What a context allocates for the first model alone is not counted.
    Trial.Of(context, rows, intact);
    return (context, rows);
}

namespace ModelFuzzer
{
    /// <summary>What is transformed.</summary>
    internal sealed class Row
    {
        [VectorType(12)]
        public float[] Features { get; set; } = [];
    }
}
