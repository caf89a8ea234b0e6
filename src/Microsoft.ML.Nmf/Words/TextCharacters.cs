using System.Buffers;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.Nmf.Words;

/// <summary>
/// Which characters make words and which part them. Words are of letters, digits and combining marks. A tokenizer of ML.NET needs the list of those that
/// part them, and takes the longer the more there are: so it gets common ones and those that the training texts have.
/// </summary>
internal sealed class TextCharacters
{
    private const char ZeroWidthNonJoiner = '\u200C';
    private const char ZeroWidthJoiner = '\u200D';
    private const int TextStyle = 0xFE0E;
    private const int EmojiStyle = 0xFE0F;

    // Latin-1 without control characters, general punctuation, the punctuation of Chinese and Japanese, full-width forms, and single ones: Armenian,
    // Hebrew, Arabic, Devanagari, Ethiopic, currencies, arrows, a byte order mark.
    private static readonly (int First, int Last)[] _common =
    [
        ('\t', '\r'), (' ', '~'), ('\u0085', '\u0085'), ('\u00A0', '\u00FF'), ('\u2000', '\u2060'), ('\u3000', '\u3020'), ('\u30FB', '\u30FB'),
        ('\uFF01', '\uFF65'), ('\u055A', '\u055F'), ('\u0589', '\u058A'), ('\u05BE', '\u05BE'), ('\u05F3', '\u05F4'), ('\u060C', '\u060C'),
        ('\u061B', '\u061B'), ('\u061F', '\u061F'), ('\u066A', '\u066D'), ('\u06D4', '\u06D4'), ('\u0964', '\u0965'), ('\u1361', '\u1368'),
        ('\u20AC', '\u20AC'), ('\u2122', '\u2122'), ('\u2190', '\u2193'), (EmojiStyle, EmojiStyle), ('\uFEFF', '\uFEFF'),
        // The first halves of the pairs that pictures are written in.
        ('\uD83C', '\uD83E'),
    ];

    private readonly HashSet<char> _separators = [.. Common()];
    private readonly HashSet<char> _halvesOfLetters = [];

    // Most of all characters: neither needs a look at what they are.
    private static readonly SearchValues<char> _plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    /// <summary>The characters that part words, for a tokenizer, in their order.</summary>
    public char[] GetSeparators() => [.. _separators.Where(c => !_halvesOfLetters.Contains(c)).Order()];

    /// <summary>The next word of a text, and the rest behind it. Notes the characters between.</summary>
    /// <returns>Whether there is one.</returns>
    public bool Next(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> word)
    {
        while (!rest.IsEmpty)
        {
            int end = 0;
            while (end < rest.Length)
            {
                int plain = rest[end..].IndexOfAnyExcept(_plain);
                if (plain != 0)
                {
                    end = plain < 0 ? rest.Length : end + plain;
                    continue;
                }

                bool isWhole = Rune.DecodeFromUtf16(rest[end..], out Rune rune, out int length) == OperationStatus.Done;
                if (!isWhole || !IsOfWord(rune))
                    break;
                if (length == 2)
                    _halvesOfLetters.UnionWith([rest[end], rest[end + 1]]);
                end += length;
            }

            word = rest[..end];
            if (end < rest.Length)
                end += Skip(rest[end..]);
            rest = rest[end..];
            if (!word.IsEmpty)
                return true;
        }

        word = default;
        return false;
    }

    /// <summary>Whether a word can say something: it has a letter, and more than one letter or digit unless one alone is a word in its script.</summary>
    public static bool CanBeAWord(ReadOnlySpan<char> word)
    {
        int characters = 0;
        bool hasLetter = false, isWhole = false;
        foreach (Rune rune in word.EnumerateRunes())
        {
            bool isLetter = Rune.IsLetter(rune);
            hasLetter |= isLetter;
            isWhole |= IsIdeographOrSyllable(rune);
            if (isLetter || Rune.IsDigit(rune))
                characters++;
        }

        return hasLetter && (characters > 1 || isWhole);
    }

    // The length of the character that parts words at the start of a text, whose halves it notes.
    private int Skip(ReadOnlySpan<char> text)
    {
        Rune.DecodeFromUtf16(text, out _, out int length);
        for (int i = 0; i < length; i++)
            _separators.Add(text[i]);
        return length;
    }

    private static bool IsOfWord(Rune rune) => rune.Value switch
    {
        // They join the letters of a word in scripts such as Persian's and India's.
        ZeroWidthNonJoiner or ZeroWidthJoiner => true,
        // Marks by name, but of pictures.
        TextStyle or EmojiStyle => false,
        _ => Rune.IsLetterOrDigit(rune)
            || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark,
    };

    // Chinese characters and Korean syllables.
    private static bool IsIdeographOrSyllable(Rune rune)
        => rune.Value is (>= 0x3400 and <= 0x9FFF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF);

    private static IEnumerable<char> Common()
        => from range in _common
           from code in Enumerable.Range(range.First, range.Last - range.First + 1)
           let c = (char)code
           where char.IsSurrogate(c) || !IsOfWord(new Rune(c))
           select c;
}
