namespace Microsoft.ML.Nmf.GpuCheck;

/// <summary>A row of the table.</summary>
/// <param name="Data">dense or sparse.</param>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Rank">The widest rank.</param>
/// <param name="Engine">managed or torch.</param>
/// <param name="Device">cpu or cuda.</param>
/// <param name="Seconds">The median of an iteration.</param>
/// <param name="Cost">What it needs at least.</param>
/// <param name="LeastSeconds">What that takes on the device at least.</param>
internal sealed record Measurement(string Data, Algorithm Algorithm, int Rank, string Engine, string Device, double Seconds, Cost Cost, double LeastSeconds);
