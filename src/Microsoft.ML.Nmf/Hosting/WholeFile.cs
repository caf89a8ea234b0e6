using System.Text;

namespace Microsoft.ML.Nmf.Hosting;

/// <summary>Writes files that are complete or not there.</summary>
internal static class WholeFile
{
    /// <summary>Writes a text in UTF-8, without a byte order mark, which readers of JSON refuse.</summary>
    /// <param name="path">The file. One that is there is replaced once the text is written, and otherwise stays as it is.</param>
    /// <param name="text">The text.</param>
    public static void Write(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes a file.</summary>
    /// <param name="path">The file. One that is there is replaced once all is written, and otherwise stays as it is.</param>
    /// <param name="write">Writes its content.</param>
    public static void Write(string path, Action<Stream> write)
    {
        string unfinished = path + ".unfinished";
        try
        {
            using (FileStream stream = File.Create(unfinished))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            // Where there is no folder, there is nothing to delete, and deleting throws.
            if (File.Exists(unfinished))
                File.Delete(unfinished);
            throw;
        }
    }
}
