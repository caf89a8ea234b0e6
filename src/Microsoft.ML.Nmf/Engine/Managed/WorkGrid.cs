namespace Microsoft.ML.Nmf.Engine.Managed;

/// <summary>
/// How a primitive on dense data is cut into pieces of work: into ranges of the rows or columns of its result and, where there are too few of those for many
/// threads, each of them into parts of what is summed over. The cut follows from the shape alone, so that results do not depend on the number of threads.
/// </summary>
/// <param name="Ranges">The ranges of the result.</param>
/// <param name="Parts">The parts of the sums of a range.</param>
internal readonly record struct WorkGrid(int Ranges, int Parts)
{
    // So many pieces occupy as many threads as a machine may have, and are large enough to be worth handing out.
    private const int EnoughPieces = 32;

    /// <summary>The pieces of work.</summary>
    public int Count => Ranges * Parts;

    /// <summary>The grid for some ranges.</summary>
    /// <param name="ranges">The ranges of the result.</param>
    /// <param name="units">The units into which the sums of a range may be cut.</param>
    /// <param name="multiplyAdds">The cost of all.</param>
    public static WorkGrid Of(int ranges, int units, double multiplyAdds)
        => new(ranges, ranges == 0 || ranges >= EnoughPieces / 2 || multiplyAdds < BlockScheduler.WorthSharing
            ? 1 : Math.Clamp((EnoughPieces + ranges - 1) / ranges, 1, Math.Max(units, 1)));

    /// <summary>The range and the part of a piece of work.</summary>
    public (int Range, int Part) At(int piece) => (piece / Parts, piece % Parts);

    /// <summary>Cuts units as evenly as can be: where the given piece starts.</summary>
    public static int Start(int piece, int pieces, int units) => (int)((long)units * piece / pieces);
}
