using System.Runtime.InteropServices;

namespace Microsoft.ML.Transforms.Text.Offline;

internal static class TextVector
{
    /// <summary>Makes a vector of a list of texts, in the vector's own array.</summary>
    public static void Set(ref VBuffer<ReadOnlyMemory<char>> vector, List<ReadOnlyMemory<char>> texts)
    {
        var editor = VBufferEditor.Create(ref vector, texts.Count);
        CollectionsMarshal.AsSpan(texts).CopyTo(editor.Values);
        vector = editor.Commit();
    }
}
