using System.Runtime.Intrinsics;

namespace Microsoft.ML.Nmf.Engine;

/// <summary>When coordinate descent has swept a group of rows often enough: every engine stops the same groups after the same sweeps.</summary>
internal static class CoordinateDescentRule
{
    /// <summary>A sweep whose gain is at most this share of the first sweep's gain is the last one of its group of rows.</summary>
    public const float WorthwhileGain = 0.05f;

    /// <summary>Rows in a group: 32 keep the multipliers of AVX-512 busy, 16 still fit the registers of narrower vectors.</summary>
    public static readonly int UnitRows = Vector512.IsHardwareAccelerated ? 32 : 16;
}
