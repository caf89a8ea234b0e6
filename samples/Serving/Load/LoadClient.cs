using System.Diagnostics;

namespace Serving.Load;

/// <summary>A client that asks one text after the other.</summary>
internal sealed class LoadClient(Uri address, string[] texts, string[] expected, LoadOptions options, int number)
{
    private readonly List<float> _milliseconds = [];

    /// <summary>The time of each request.</summary>
    public IEnumerable<double> Milliseconds => _milliseconds.Select(time => (double)time);

    /// <summary>Asks until the time is up or its share of the requests is done.</summary>
    /// <returns>How many answers were missing or wrong.</returns>
    public async Task<int> Run()
    {
        using var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };
        long begin = Stopwatch.GetTimestamp();
        int most = options.Requests / options.Clients, errors = 0;
        double secondsEach = options.Rate > 0 ? options.Clients / (double)options.Rate : 0;
        for (int i = 0; i < most && Stopwatch.GetElapsedTime(begin).TotalSeconds < options.Seconds; i++)
        {
            double early = (i * secondsEach) - Stopwatch.GetElapsedTime(begin).TotalSeconds;
            if (early > 0)
                await Task.Delay(TimeSpan.FromSeconds(early));
            int text = (int)(((long)i * options.Clients + number) % texts.Length);
            long start = Stopwatch.GetTimestamp();
            try
            {
                if (await LoadTest.Ask(client, texts[text]) != expected[text])
                    errors++;
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                errors++;
            }

            _milliseconds.Add((float)Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return errors;
    }
}
