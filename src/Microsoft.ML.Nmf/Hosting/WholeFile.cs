using System.Text;

namespace Microsoft.ML.Nmf.Hosting;

/// <summary>Writes files that are complete or not there.</summary>
internal static class WholeFile
{
    /// <summary>Writes a text in UTF-8, without a byte order mark, which readers of JSON refuse.</summary>
    /// <param name="path">The file. One that is there is replaced once the text is written, and otherwise stays as it is.</param>
    /// <param name="text">The text.</param>
    public static void Write(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Refuses a file in a folder that is not there, before there is anything to write.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">The name of the option that has it.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static void CheckFolder(string path, string option)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"{option} is '{path}', but there is no folder '{folder}'. Make it first, or name a file in another.");
    }

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
