using System.Text;
using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>Parts of model files in memory.</summary>
internal static class Bytes
{
    /// <summary>The version that is written now.</summary>
    public const uint Version = 0x00010005;

    public static byte[] Of(Action<BinaryWriter> write)
    {
        var content = new MemoryStream();
        using (var writer = new BinaryWriter(content, Encoding.UTF8, leaveOpen: true))
            write(writer);
        return content.ToArray();
    }

    public static ModelReader Reader(byte[] bytes, uint version = Version) => new(new MemoryStream(bytes), bytes.Length, version);
}
