using System.Text;

namespace Microsoft.ML.Transforms.Text.Offline;

/// <summary>How each character is written as the value of its key: as itself, unless it cannot be seen.</summary>
internal static class CharacterNames
{
    /// <summary>All characters but the null character, which is the missing key.</summary>
    public const int Count = char.MaxValue;

    private static readonly string[] _controls = "PAD HOP BPH NBH IND NEL SSA ESA HTS HTJ VTS PLD PLU RI SS2 SS3 DCS PU1 PU2 STS CCH MW SPA EPA SOS SGCI SCI CSI ST OSC PM APC".Split(' ');

    private static readonly Lazy<ReadOnlyMemory<char>[]> _all = new(MakeAll);

    public static void CopyTo(ref VBuffer<ReadOnlyMemory<char>> names)
    {
        var editor = VBufferEditor.Create(ref names, Count);
        _all.Value.CopyTo(editor.Values);
        names = editor.Commit();
    }

    // One string for all of them, which the names are parts of.
    private static ReadOnlyMemory<char>[] MakeAll()
    {
        var text = new StringBuilder();
        var ends = new int[Count + 1];
        for (int c = 1; c <= Count; c++)
        {
            text.Append(NameOf((char)c));
            ends[c] = text.Length;
        }

        var all = text.ToString().AsMemory();
        return Utils.BuildArray(Count, i => all[ends[i]..ends[i + 1]]);
    }

    private static string NameOf(char c) => c switch
    {
        // The control pictures start at this character.
        <= ' ' => $"<{(char)('\u2400' + c)}>",
        '\u007f' => "<\u2421>",
        >= '\u0080' and <= '\u009f' => $"<{_controls[c - 0x80]}>",
        '\u2028' => "<LSEP>",
        '\u2029' => "<PSEP>",
        // One name for every half of a pair: half a pair cannot be written.
        >= '\uD800' and <= '\uDFFF' => "\\u4X",
        _ => c.ToString(),
    };
}
