using System.Globalization;

namespace Microsoft.ML.Nmf.Orleans;

/// <summary>What is written into a stream, as an array that is sent.</summary>
internal static class Written
{
    /// <summary>Writes it.</summary>
    /// <param name="write">Writes into a stream.</param>
    /// <param name="bytes">How much that will be, where it is known.</param>
    /// <exception cref="InvalidOperationException">It is too much for one message.</exception>
    public static byte[] By(Action<Stream> write, long bytes = 0)
    {
        if (bytes > Array.MaxLength)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"Templates or statistics of {bytes} bytes do not fit a message, which holds {Array.MaxLength}. Take a lower rank, or fewer features."));
        }

        using var stream = new MemoryStream((int)bytes);
        write(stream);
        return stream.Length == stream.Capacity ? stream.GetBuffer() : stream.ToArray();
    }
}
