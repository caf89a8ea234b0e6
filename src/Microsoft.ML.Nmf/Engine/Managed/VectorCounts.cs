namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>A number of vectors that is known when a kernel is compiled, so that what exceeds it is left out of its code.</summary>
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
