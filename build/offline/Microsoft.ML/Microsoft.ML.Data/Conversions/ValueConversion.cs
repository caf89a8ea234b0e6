using System.Globalization;
using System.Numerics;
using Microsoft.ML.Internal.Utilities.Offline;

namespace Microsoft.ML.Data.Offline;

/// <summary>The standard conversions of scalars: signed integers, unsigned ones and reals do not mix, but for integers that become real.</summary>
internal static class ValueConversion
{
    public static ValueMapper<TSrc, TDst> Get<TSrc, TDst>(DataViewType source, DataViewType target)
        => (ValueMapper<TSrc, TDst>)(Find(source, target) ?? throw Contracts.Except("No standard conversion from '{0}' to '{1}'", source, target));

    /// <summary>The conversion of one type to another; null if there is none.</summary>
    public static Delegate Find(DataViewType source, DataViewType target)
    {
        if (source is VectorDataViewType || target is VectorDataViewType)
            return null;
        if (source is KeyDataViewType from && !FromKey(from, target) || target is KeyDataViewType && source is not (KeyDataViewType or TextDataViewType))
            return null;
        if (source is TextDataViewType && target is not TextDataViewType)
            return Generic.Call(Parse<int>, target.RawType, target);
        if (source.RawType == target.RawType)
            return Generic.Call(Same<int>, source.RawType);
        if (target is TextDataViewType)
            return Generic.Call(Print<int>, source.RawType);
        if (IsNumber(source.RawType) && IsNumber(target.RawType) && Mixes(source.RawType, target.RawType))
            return (Delegate)Generic.Call(Number<int, int>, [source.RawType, target.RawType]);
        if (target is BooleanDataViewType && IsNumber(source.RawType))
            return Generic.Call(ToBoolean<int>, source.RawType);
        if (source is BooleanDataViewType && (IsSigned(target.RawType) || IsReal(target.RawType)))
            return Generic.Call(FromBoolean<int>, target.RawType);
        return target.RawType == typeof(long) || IsReal(target.RawType) ? Time(source.RawType, target.RawType) : null;
    }

    private static bool FromKey(KeyDataViewType key, DataViewType target)
        => target is KeyDataViewType other ? other.Count == key.Count : IsUnsigned(target.RawType) && key.Count <= target.RawType.ToMaxInt();

    private static bool Mixes(Type source, Type target)
        => IsReal(target) || IsSigned(source) && IsSigned(target) || IsUnsigned(source) && IsUnsigned(target);

    private static bool IsNumber(Type type) => IsSigned(type) || IsUnsigned(type) || IsReal(type);

    private static bool IsSigned(Type type) => type == typeof(sbyte) || type == typeof(short) || type == typeof(int) || type == typeof(long);

    private static bool IsUnsigned(Type type) => KeyDataViewType.IsValidDataType(type);

    private static bool IsReal(Type type) => type == typeof(float) || type == typeof(double);

    private static Delegate Same<T>() => (ValueMapper<T, T>)((in T source, ref T target) => target = source);

    private static Delegate Parse<T>(DataViewType type)
    {
        var parse = ValueParsing.Get<T>(type);
        bool isSigned = IsSigned(typeof(T));
        return (ValueMapper<ReadOnlyMemory<char>, T>)((in ReadOnlyMemory<char> source, ref T target) =>
        {
            bool parsed = parse(source.Span, out target);
            Contracts.Check(parsed || !isSigned, "Value could not be parsed from text.");
        });
    }

    private static Delegate Print<T>()
    {
        Func<T, string> print = default(T) switch
        {
            float => value => ((float)(object)value).ToString("G7", CultureInfo.InvariantCulture),
            double => value => ((double)(object)value).ToString("G17", CultureInfo.InvariantCulture),
            DataViewRowId => value => "0x" + value,
            TimeSpan => value => $"{value:c}",
            DateTime or DateTimeOffset => value => $"{value:o}",
            _ => value => Convert.ToString(value, CultureInfo.InvariantCulture),
        };
        return (ValueMapper<T, ReadOnlyMemory<char>>)((in T source, ref ReadOnlyMemory<char> target) => target = print(source).AsMemory());
    }

    // An unsigned number that is too large becomes 0, which a key takes for missing; a signed one loses its high bits.
    private static Delegate Number<TSrc, TDst>()
        where TSrc : INumber<TSrc>
        where TDst : INumber<TDst>
    {
        if (!IsUnsigned(typeof(TDst)))
            return (ValueMapper<TSrc, TDst>)((in TSrc source, ref TDst target) => target = TDst.CreateTruncating(source));
        ulong max = typeof(TDst).ToMaxInt();
        return (ValueMapper<TSrc, TDst>)((in TSrc source, ref TDst target)
            => target = ulong.CreateTruncating(source) <= max ? TDst.CreateTruncating(source) : TDst.Zero);
    }

    private static Delegate ToBoolean<T>()
        where T : INumber<T>
        => (ValueMapper<T, bool>)((in T source, ref bool target) => target = source != T.Zero);

    private static Delegate FromBoolean<T>()
        where T : INumber<T>
        => (ValueMapper<bool, T>)((in bool source, ref T target) => target = source ? T.One : T.Zero);

    private static Delegate Time(Type source, Type target)
    {
        if (source == typeof(TimeSpan))
            return (Delegate)Generic.Call(Ticks<TimeSpan, int>, [source, target], (TimeSpan value) => value.Ticks);
        if (source == typeof(DateTime))
            return (Delegate)Generic.Call(Ticks<DateTime, int>, [source, target], (DateTime value) => value.Ticks);
        return source == typeof(DateTimeOffset)
            ? (Delegate)Generic.Call(Ticks<DateTimeOffset, int>, [source, target], (DateTimeOffset value) => value.UtcTicks)
            : null;
    }

    private static Delegate Ticks<TSrc, TDst>(Func<TSrc, long> ticks)
        where TDst : INumber<TDst>
        => (ValueMapper<TSrc, TDst>)((in TSrc source, ref TDst target) => target = TDst.CreateTruncating(ticks(source)));
}
