namespace Microsoft.ML.Trainers.Offline;

/// <summary>Works on long vectors in pieces of one size, on several threads; sums of the pieces are added up in order.</summary>
internal static class Chunks
{
    private const int ChunkSize = 1 << 15;

    public delegate void Piece(int start, int length);

    public static void For(int length, ParallelOptions parallel, Piece piece)
    {
        int count = CountOf(length);
        if (count <= 1)
            piece(0, length);
        else
            Parallel.For(0, count, parallel, i => piece(i * ChunkSize, Math.Min(ChunkSize, length - i * ChunkSize)));
    }

    public static double Sum(int length, ParallelOptions parallel, Func<int, int, double> ofPiece)
    {
        var sums = new double[CountOf(length)];
        For(length, parallel, (start, size) => sums[start / ChunkSize] = ofPiece(start, size));
        return sums.Sum();
    }

    public static double Dot(Memory<float> a, Memory<float> b, ParallelOptions parallel)
        => Sum(a.Length, parallel, (start, length) => VectorMath.Dot(a.Span.Slice(start, length), b.Span.Slice(start, length)));

    /// <summary>target += scale * source.</summary>
    public static void AddScaled(Memory<float> target, Memory<float> source, float scale, ParallelOptions parallel)
        => For(target.Length, parallel, (start, length) => VectorMath.AddScaled(target.Span.Slice(start, length), source.Span.Slice(start, length), scale));

    private static int CountOf(int length) => Math.Max(1, (length + ChunkSize - 1) / ChunkSize);
}
