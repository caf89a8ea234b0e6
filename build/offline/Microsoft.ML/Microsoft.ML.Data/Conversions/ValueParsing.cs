using System.Globalization;

namespace Microsoft.ML.Data.Offline;

/// <summary>Reads a value from text.</summary>
/// <param name="text">The text.</param>
/// <param name="value">The value; where there is none, the default or what stands for a missing value.</param>
/// <typeparam name="T">The type of the value.</typeparam>
internal delegate bool ValueParser<T>(ReadOnlySpan<char> text, out T value);

/// <summary>How text is read: nothing is zero, and "?", "NA", "N/A" and "NaN" are missing.</summary>
internal static class ValueParsing
{
    private static readonly string[] _true = ["t", "y", "1", "+", "+1", "yes", "true"];
    private static readonly string[] _false = ["f", "n", "0", "-", "-1", "no", "false"];
    private static readonly string[] _missing = ["?", "na", "n/a", "nan"];

    public static ValueParser<T> Get<T>(DataViewType type, bool emptyAsNaN = false, char decimalMarker = '.')
        => (ValueParser<T>)(type is KeyDataViewType key ? Key(key) : Of(typeof(T), emptyAsNaN, decimalMarker));

    public static bool IsMissing(ReadOnlySpan<char> text) => IsOneOf(text, _missing);

    private static Delegate Of(Type type, bool emptyAsNaN, char decimalMarker) => Type.GetTypeCode(type) switch
    {
        TypeCode.SByte => Signed(sbyte.MinValue, sbyte.MaxValue, x => (sbyte)x),
        TypeCode.Int16 => Signed(short.MinValue, short.MaxValue, x => (short)x),
        TypeCode.Int32 => Signed(int.MinValue, int.MaxValue, x => (int)x),
        TypeCode.Int64 => Signed(long.MinValue, long.MaxValue, x => x),
        TypeCode.Byte => Unsigned(byte.MaxValue, x => (byte)x),
        TypeCode.UInt16 => Unsigned(ushort.MaxValue, x => (ushort)x),
        TypeCode.UInt32 => Unsigned(uint.MaxValue, x => (uint)x),
        TypeCode.UInt64 => Unsigned(ulong.MaxValue, x => x),
        TypeCode.Single => Real(emptyAsNaN, decimalMarker, x => (float)x),
        TypeCode.Double => Real(emptyAsNaN, decimalMarker, x => x),
        TypeCode.Boolean => (ValueParser<bool>)TryParseBoolean,
        TypeCode.DateTime => (ValueParser<DateTime>)TryParseDateTime,
        _ when type == typeof(ReadOnlyMemory<char>) => (ValueParser<ReadOnlyMemory<char>>)TryParseText,
        _ when type == typeof(DateTimeOffset) => (ValueParser<DateTimeOffset>)TryParseDateTimeOffset,
        _ when type == typeof(TimeSpan) => (ValueParser<TimeSpan>)TryParseTimeSpan,
        _ => throw Contracts.Except("No standard conversion from text to '{0}'", type),
    };

    private static ValueParser<T> Signed<T>(long min, long max, Func<long, T> cast) => (ReadOnlySpan<char> text, out T value) =>
    {
        bool parsed = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && text[0] != '+';
        Contracts.Check(!parsed || min <= number && number <= max, "Overflow or underflow occurred while converting value in text.");
        value = cast(parsed ? number : 0);
        return parsed || text.IsEmpty;
    };

    private static ValueParser<T> Unsigned<T>(ulong max, Func<ulong, T> cast) => (ReadOnlySpan<char> text, out T value) =>
    {
        bool parsed = TryParseUnsigned(text, out ulong number) && number <= max;
        value = cast(parsed ? number : 0);
        return parsed;
    };

    private static bool TryParseUnsigned(ReadOnlySpan<char> text, out ulong number)
        => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static ValueParser<T> Real<T>(bool emptyAsNaN, char decimalMarker, Func<double, T> cast)
    {
        var format = new NumberFormatInfo { NumberDecimalSeparator = decimalMarker.ToString(), NumberGroupSeparator = "\0" };
        return (ReadOnlySpan<char> text, out T value) =>
        {
            text = text.Trim();
            double number = emptyAsNaN ? double.NaN : 0;
            bool parsed = text.IsEmpty || double.TryParse(text, NumberStyles.Float, format, out number);
            value = cast(parsed ? number : double.NaN);
            return parsed || IsMissing(text);
        };
    }

    // Text counts keys from 0, as their printed form does.
    private static Delegate Key(KeyDataViewType key) => Type.GetTypeCode(key.RawType) switch
    {
        TypeCode.Byte => Key(key, x => (byte)x),
        TypeCode.UInt16 => Key(key, x => (ushort)x),
        TypeCode.UInt32 => Key(key, x => (uint)x),
        _ => Key(key, x => x),
    };

    private static ValueParser<T> Key<T>(KeyDataViewType key, Func<ulong, T> cast) => (ReadOnlySpan<char> text, out T value) =>
    {
        bool parsed = TryParseUnsigned(text, out ulong number) && number < key.Count;
        value = cast(parsed ? number + 1 : 0);
        return parsed || text.IsEmpty || IsMissing(text);
    };

    private static bool TryParseBoolean(ReadOnlySpan<char> text, out bool value)
    {
        value = IsOneOf(text, _true);
        return value || text.IsEmpty || IsOneOf(text, _false);
    }

    private static bool TryParseText(ReadOnlySpan<char> text, out ReadOnlyMemory<char> value)
    {
        value = text.ToString().AsMemory();
        return true;
    }

    private static bool TryParseTimeSpan(ReadOnlySpan<char> text, out TimeSpan value)
        => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value) || text.IsEmpty;

    private static bool TryParseDateTime(ReadOnlySpan<char> text, out DateTime value)
        => DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out value) || text.IsEmpty;

    private static bool TryParseDateTimeOffset(ReadOnlySpan<char> text, out DateTimeOffset value)
        => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value) || text.IsEmpty;

    private static bool IsOneOf(ReadOnlySpan<char> text, string[] words)
    {
        foreach (string word in words)
        {
            if (text.Equals(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
