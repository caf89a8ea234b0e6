using System.Diagnostics;

namespace Serving.Load;

/// <summary>
/// Asks a service as fast as it answers, or at a rate, while its model is replaced; every answer must be the one that a single client got before. Prints
/// requests a second, times and memory.
/// </summary>
internal static class LoadTest
{
    // Until then the runtime compiles and the collector learns its budget.
    private const double WarmUpShare = 0.25;

    private const int Replacements = 3;
    private const int SecondsToReload = 20;

    // The service may be between two collections.
    private const long GrowthAllowed = 24L << 20;

    public static async Task<int> Run(string[] args)
    {
        LoadOptions options;
        try
        {
            options = LoadOptions.Parse(args);
        }
        catch (ArgumentException problem)
        {
            Console.Error.WriteLine(problem.Message);
            return 1;
        }

        string[] texts = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "field-notes.tsv")).Skip(1).Select(line => line.Split('\t')[2])];
        using ServiceProcess service = await ServiceProcess.Start(texts[0]);
        using var client = new HttpClient { BaseAddress = service.Address };
        string[] expected = new string[texts.Length];
        for (int i = 0; i < texts.Length; i++)
            expected[i] = await Ask(client, texts[i]);
        string health = await client.GetStringAsync("/health");

        long start = Stopwatch.GetTimestamp();
        var clients = new LoadClient[options.Clients];
        for (int c = 0; c < clients.Length; c++)
            clients[c] = new LoadClient(service.Address, texts, expected, options, c);
        Task<int>[] working = [.. clients.Select(one => Task.Run(one.Run))];
        Task all = Task.WhenAll(working);
        var memory = new List<Observed>();
        for (int tick = 1; !all.IsCompleted; tick++)
        {
            await Task.WhenAny(all, Task.Delay(TimeSpan.FromSeconds(options.Seconds / 20.0)));
            // A quarter, half and three quarters of the way.
            if (tick is 5 or 10 or 15)
                service.ReplaceModel();
            ModelDescription state = (await client.GetFromJsonAsync("/model", AnswerFormat.Default.ModelDescription))!;
            memory.Add(new Observed(Stopwatch.GetElapsedTime(start).TotalSeconds, state));
        }

        await all;
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        // On a busy machine the last model is still being loaded.
        for (int second = 0; second < SecondsToReload && memory[^1].State.Reloads < Replacements; second++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            memory[^1] = new Observed(seconds, (await client.GetFromJsonAsync("/model", AnswerFormat.Default.ModelDescription))!);
        }

        int errors = working.Sum(work => work.Result);
        return Report(clients, [.. memory], service.StartTime, seconds, errors, health) ? 0 : 1;
    }

    /// <summary>The answer to a text.</summary>
    public static async Task<string> Ask(HttpClient client, string text, CancellationToken cancellation = default)
    {
        using HttpResponseMessage answer = await client.PostAsJsonAsync("/topics", new TextQuestion(text), AnswerFormat.Default.TextQuestion, cancellation);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStringAsync(cancellation);
    }

    private static bool Report(LoadClient[] clients, Observed[] memory, TimeSpan startTime, double seconds, int errors, string health)
    {
        double[] times = [.. clients.SelectMany(one => one.Milliseconds).Order()];
        double At(double share) => times[(int)Math.Min(times.Length - 1, share * times.Length)];
        Observed[] settled = [.. memory.Where(m => m.Second >= WarmUpShare * seconds)];
        // The least of each half: what is left after a collection.
        Observed[] early = settled[..((settled.Length + 1) / 2)], late = settled[(settled.Length / 2)..];
        long before = early.Min(m => m.State.WorkingSet), after = late.Min(m => m.State.WorkingSet), most = memory.Max(m => m.State.WorkingSet);
        int reloads = memory[^1].State.Reloads;
        ModelDescription first = memory[0].State;
        Say($"{Environment.ProcessorCount} processors, for the service and {clients.Length} clients; {first.Topics} topics, {first.Classes} classes");
        Say($"start to first answer   {startTime.TotalSeconds:F2} s");
        Say($"requests                {times.Length:N0} in {seconds:F1} s, {times.Length / seconds:N0} a second");
        Say($"milliseconds            p50 {At(0.5):F2}, p99 {At(0.99):F2}, largest {times[^1]:F2}");
        Say($"errors, wrong answers   {errors}");
        Say($"reloads meanwhile       {reloads}");
        Say($"working set, MB         {first.WorkingSet >> 20} at first, {before >> 20} after a quarter, {after >> 20} in the end, {most >> 20} at most");
        Say($"managed memory, MB      {early.Min(m => m.State.ManagedBytes) >> 20} after a quarter, {late.Min(m => m.State.ManagedBytes) >> 20} in the end");
        Say($"health                  {health}");
        bool isGood = errors == 0 && reloads is > 0 and <= Replacements && after - before <= GrowthAllowed && health == "Healthy";
        Say($"{(isGood ? "The service held." : "THE SERVICE DID NOT HOLD.")}");
        return isGood;
    }

    private static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));

    // The service at a time since the load began.
    private sealed record Observed(double Second, ModelDescription State);
}
