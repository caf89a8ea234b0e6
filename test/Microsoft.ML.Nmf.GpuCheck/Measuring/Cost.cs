namespace Microsoft.ML.Nmf.GpuCheck.Measuring;

/// <summary>The least work that an iteration needs.</summary>
/// <param name="Operations">Floating-point operations: two for a multiply-add.</param>
/// <param name="Bytes">What every primitive must read and write at least once.</param>
internal readonly record struct Cost(double Operations, double Bytes)
{
    public static Cost operator +(Cost a, Cost b) => new(a.Operations + b.Operations, a.Bytes + b.Bytes);
}
