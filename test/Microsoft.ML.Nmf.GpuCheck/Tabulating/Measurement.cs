using Microsoft.ML.Nmf.GpuCheck.Measuring;

namespace Microsoft.ML.Nmf.GpuCheck.Tabulating;

/// <summary>Rows that one process measures.</summary>
/// <param name="Engine">managed or torch.</param>
/// <param name="Device">cpu or cuda.</param>
/// <param name="Data">The kind of data.</param>
internal sealed record Place(string Engine, string Device, string Data);

/// <summary>A row of the table.</summary>
/// <param name="Place">Where it was measured.</param>
/// <param name="Result">What came out.</param>
internal sealed record Measurement(Place Place, Measured Result);
