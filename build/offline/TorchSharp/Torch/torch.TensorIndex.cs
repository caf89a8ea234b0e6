using TorchSharp.Offline;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>What stands for one dimension between the brackets of a tensor.</summary>
    public struct TensorIndex
    {
        public static TensorIndex Ellipsis = new() { Kind = NativeKind.Ellipsis };

        public static TensorIndex None = default;

        public static TensorIndex Null = default;

        public static TensorIndex Colon = Slice();

        internal NativeKind Kind { get; private init; }

        /// <summary>The index, the flag, or where a slice starts; <see cref="long.MinValue"/> where it does not say.</summary>
        internal long First { get; private init; }

        internal long Stop { get; private init; }

        internal long Step { get; private init; }

        internal Tensor? Picked { get; private init; }

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);

        public static implicit operator TensorIndex(Range range) => Slice(range);

        public static implicit operator TensorIndex(Index index) => Single(index.IsFromEnd ? -index.Value : index.Value);

        /// <summary>There only so that overloads with tensors and with indices resolve as they do.</summary>
        public static implicit operator Tensor(TensorIndex value) => throw new InvalidOperationException("Should not be called.");

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) => new()
        {
            Kind = NativeKind.Slice,
            First = start ?? long.MinValue,
            Stop = stop ?? long.MinValue,
            Step = step ?? long.MinValue,
        };

        public static TensorIndex Slice((int? start, int? end) range) => Slice((long?)range.start, range.end);

        public static TensorIndex Slice(Range range)
        {
            long start = range.Start.IsFromEnd ? -range.Start.Value : range.Start.Value;
            long? end = !range.End.IsFromEnd ? range.End.Value : range.End.Value == 0 ? null : -range.End.Value;
            return Slice(start, end);
        }

        public static TensorIndex Bool(bool value) => new() { Kind = NativeKind.Bool, First = value ? 1 : 0 };

        public static TensorIndex Single(long? index) => new() { Kind = NativeKind.Int, First = index ?? 0 };

        public static TensorIndex Tensor(Tensor tensor) => new() { Kind = NativeKind.Tensor, Picked = tensor };
    }
}
