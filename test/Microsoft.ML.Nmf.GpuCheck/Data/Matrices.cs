using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.GpuCheck.Data;

/// <summary>The matrices that are factorized, by the name of their kind. <c>--quick</c> makes all of them smaller.</summary>
internal static class Matrices
{
    /// <summary>2000 × 2000, dense.</summary>
    public const string Dense = "dense";

    /// <summary>10,000 × 784, dense: the shape of ten thousand images.</summary>
    public const string Tall = "tall";

    /// <summary>60,237 × 18,000 with 1.5 million entries: the shape of the TF-IDF of short texts.</summary>
    public const string Sparse = "sparse";

    private const double WordsPerRow = 24.9;
    private const int QuickSides = 4;
    private const int QuickTexts = 10;

    /// <summary>Makes a matrix, or reads it where a file has it.</summary>
    public static ExampleMatrix Make(string kind, bool quick, string? file)
    {
        int sides = quick ? QuickSides : 1;
        switch (kind)
        {
            case Dense:
                return FromDense(2000 / sides, 2000 / sides);
            case Tall:
                return FromDense(10_000 / sides, 784 / sides);
            case Sparse when file is not null && File.Exists(file):
                return MatrixFile.Read(file);
            case Sparse:
                int texts = quick ? QuickTexts : 1;
                return FromTexts(60_237 / texts, 18_000 / texts, WordsPerRow);
            default:
                throw new ArgumentException($"There is no data named {kind}.");
        }
    }

    /// <summary>A tiny matrix of the same kind, to make a device load what it computes with.</summary>
    public static ExampleMatrix MakeTiny(string kind) => kind == Sparse ? FromTexts(512, 256, 8) : FromDense(64, 48);

    private static ExampleMatrix FromTexts(int rows, int columns, double wordsPerRow)
    {
        var builder = new ExampleMatrixBuilder(columns);
        foreach ((int[] words, float[] values) in RandomRows.Texts(rows, columns, wordsPerRow))
            builder.Add(words, values);
        return builder.Build();
    }

    private static ExampleMatrix FromDense(int rows, int columns)
    {
        var builder = new ExampleMatrixBuilder(columns);
        int[] features = [.. Enumerable.Range(0, columns)];
        foreach (float[] row in RandomRows.Dense(rows, columns))
            builder.Add(features, row);
        return builder.Build();
    }
}
