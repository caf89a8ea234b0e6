namespace Microsoft.ML.Nmf.Orleans;

/// <summary>What is written into a stream, as an array.</summary>
internal static class Written
{
    public static byte[] By(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }
}
