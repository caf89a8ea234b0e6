namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// A number of vectors as a type. A kernel that is generic in it is compiled once for each number, without the code for more vectors.
/// </summary>
internal interface IVectorCount
{
    /// <summary>The number.</summary>
    static abstract int Count { get; }
}

/// <summary>One.</summary>
internal readonly struct OneVector : IVectorCount
{
    /// <inheritdoc />
    public static int Count => 1;
}

/// <summary>Two.</summary>
internal readonly struct TwoVectors : IVectorCount
{
    /// <inheritdoc />
    public static int Count => 2;
}

/// <summary>Three.</summary>
internal readonly struct ThreeVectors : IVectorCount
{
    /// <inheritdoc />
    public static int Count => 3;
}

/// <summary>Four.</summary>
internal readonly struct FourVectors : IVectorCount
{
    /// <inheritdoc />
    public static int Count => 4;
}

/// <summary>Five.</summary>
internal readonly struct FiveVectors : IVectorCount
{
    /// <inheritdoc />
    public static int Count => 5;
}

/// <summary>Six.</summary>
internal readonly struct SixVectors : IVectorCount
{
    /// <inheritdoc />
    public static int Count => 6;
}

/// <summary>Seven.</summary>
internal readonly struct SevenVectors : IVectorCount
{
    /// <inheritdoc />
    public static int Count => 7;
}

/// <summary>Eight.</summary>
internal readonly struct EightVectors : IVectorCount
{
    /// <inheritdoc />
    public static int Count => 8;
}

/// <summary>Nine.</summary>
internal readonly struct NineVectors : IVectorCount
{
    /// <inheritdoc />
    public static int Count => 9;
}

/// <summary>Ten.</summary>
internal readonly struct TenVectors : IVectorCount
{
    /// <inheritdoc />
    public static int Count => 10;
}

/// <summary>Eleven.</summary>
internal readonly struct ElevenVectors : IVectorCount
{
    /// <inheritdoc />
    public static int Count => 11;
}

/// <summary>Twelve.</summary>
internal readonly struct TwelveVectors : IVectorCount
{
    /// <inheritdoc />
    public static int Count => 12;
}

/// <summary>Thirteen.</summary>
internal readonly struct ThirteenVectors : IVectorCount
{
    /// <inheritdoc />
    public static int Count => 13;
}
