using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Benchmarks.Peers;

/// <summary>Dense matrices made from a seed, the same on every machine. Every entry is positive.</summary>
internal static class SyntheticData
{
    private const int Seed = 5;
    private const int SmallRank = 10;

    /// <summary>4000 × 2000: the product of two factors of 60 columns, 40 % of their entries not zero, plus noise of a tenth of its mean.</summary>
    public static ExampleMatrix Dense() => LowRank(4000, 2000, 60);

    /// <summary>64 × 1024, of 12 parts.</summary>
    public static ExampleMatrix Small() => LowRank(64, 1024, SmallRank + 2);

    /// <summary>
    /// 120 × 200,000, frequencies × frames: 24 notes with harmonics that fall as their reciprocal, struck at random and dying away, over a floor; every entry
    /// times the mean of four exponential variables, as the power of noise is.
    /// </summary>
    public static ExampleMatrix Spectrogram()
    {
        const int Frequencies = 120, Frames = 200_000, Notes = 24;
        const float Floor = 1e-3f;
        var random = new Random(Seed);
        float[][] spectra = [.. Enumerable.Range(0, Notes).Select(note => Spectrum(3 * Math.Pow(2, note / 6.0)))];
        var values = new float[Frequencies][];
        for (int i = 0; i < Frequencies; i++)
        {
            values[i] = new float[Frames];
            Array.Fill(values[i], Floor);
        }

        foreach (float[] spectrum in spectra)
        {
            double loudness = 0, decay = 0.9 + 0.09 * random.NextDouble();
            for (int t = 0; t < Frames; t++)
            {
                loudness = random.Next(100) == 0 ? random.NextDouble() : loudness * decay;
                for (int i = 0; i < Frequencies; i++)
                    values[i][t] += (float)loudness * spectrum[i];
            }
        }

        foreach (float[] row in values)
        {
            for (int t = 0; t < Frames; t++)
                row[t] *= (float)((Exponential() + Exponential() + Exponential() + Exponential()) / 4);
        }

        return Build(values, Frames);

        double Exponential() => -Math.Log(1 - random.NextDouble());

        static float[] Spectrum(double fundamental)
        {
            var spectrum = new float[Frequencies];
            for (int harmonic = 1; harmonic * fundamental < Frequencies; harmonic++)
            {
                for (int i = 0; i < Frequencies; i++)
                    spectrum[i] += (float)(Math.Exp(-0.5 * Math.Pow(i - harmonic * fundamental, 2)) / harmonic);
            }

            return spectrum;
        }
    }

    /// <summary>10,000 × 784: images of 28 × 28, each the sum of six of 80 blurred strokes, with the noise of a camera; from 0 to 1.</summary>
    public static ExampleMatrix Images()
    {
        const int Count = 10_000, Side = 28, Strokes = 80, StrokesOfImage = 6;
        var random = new Random(Seed);
        float[][] strokes = [.. Enumerable.Range(0, Strokes).Select(_ => Stroke())];
        var values = new float[Count][];
        for (int i = 0; i < Count; i++)
        {
            float[] image = values[i] = new float[Side * Side];
            for (int s = 0; s < StrokesOfImage; s++)
            {
                float[] stroke = strokes[random.Next(Strokes)];
                float ink = 0.3f + 0.7f * random.NextSingle();
                for (int j = 0; j < image.Length; j++)
                    image[j] += ink * stroke[j];
            }

            for (int j = 0; j < image.Length; j++)
                image[j] = Math.Min(image[j], 1) + 0.02f * (1e-3f + random.NextSingle());
        }

        return Build(values, Side * Side);

        float[] Stroke()
        {
            double x = 4 + 20 * random.NextDouble(), y = 4 + 20 * random.NextDouble();
            double angle = Math.PI * random.NextDouble(), half = 2 + 4 * random.NextDouble();
            var stroke = new float[Side * Side];
            for (int j = 0; j < stroke.Length; j++)
            {
                double right = j % Side - x, down = j / Side - y;
                double along = right * Math.Cos(angle) + down * Math.Sin(angle), across = down * Math.Cos(angle) - right * Math.Sin(angle);
                double beyond = Math.Max(Math.Abs(along) - half, 0);
                stroke[j] = (float)Math.Exp(-0.5 * (across * across + beyond * beyond));
            }

            return stroke;
        }
    }

    /// <summary>Uniform factors whose product has the mean of the data, in its unit.</summary>
    public static (FactorMatrix Templates, FactorMatrix Activations) Start(ExampleMatrix examples, int rank)
    {
        var random = new Random(Seed);
        float most = (float)(2 * Math.Sqrt(examples.Mean * examples.Unit / rank));
        return (Uniform(examples.Columns), Uniform(examples.Rows));

        // Not zero, which multiplicative updates would never leave.
        FactorMatrix Uniform(int rows) => new([.. Enumerable.Range(0, rows * rank).Select(_ => most * (1e-3f + random.NextSingle()))], rows, rank);
    }

    private static ExampleMatrix LowRank(int rows, int columns, int parts)
    {
        const double Filled = 0.4, Noise = 0.1;
        var random = new Random(Seed);
        float[][] left = Factor(rows), right = Factor(columns);
        // A value of a factor has the mean Filled / 2.
        float noise = (float)(2 * Noise * parts * Filled * Filled / 4);
        float[][] values =
        [
            .. left.Select(weights => right.Select(other => weights.Zip(other, (a, b) => a * b).Sum() + noise * (1e-3f + random.NextSingle())).ToArray()),
        ];
        return Build(values, columns);

        float[][] Factor(int length)
            => [.. Enumerable.Range(0, length).Select(_ => Enumerable.Range(0, parts).Select(_ => Value()).ToArray())];

        float Value() => random.NextDouble() < Filled ? random.NextSingle() : 0;
    }

    private static ExampleMatrix Build(float[][] values, int columns)
    {
        var builder = new ExampleMatrixBuilder(columns);
        int[] features = [.. Enumerable.Range(0, columns)];
        foreach (float[] row in values)
            builder.Add(features, row);
        return builder.BuildInUnit();
    }
}
