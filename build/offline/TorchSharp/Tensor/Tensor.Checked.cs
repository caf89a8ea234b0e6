using TorchSharp.Offline;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Operations whose arguments are checked before libtorch sees them, or that go other ways than their names say.</summary>
    public partial class Tensor
    {
        public Tensor SparseIndices => Aten._indices.Call(this);

        public Tensor SparseValues => Aten._values.Call(this);

        public Tensor T => permute(Enumerable.Range(0, (int)ndim).Select(i => ndim - 1 - i).ToArray());

        public Tensor mT => Aten.transpose_int.Call(this, -2, -1);

        /// <summary>Fills with zeros; what is returned is a new wrapper of the same tensor, as in the real package.</summary>
        public Tensor zero_() => zeros(shape);

        public Tensor zeros(params long[] sizes) => Aten.zeros_out.Call(sizes, this);

        public Tensor ones(params long[] sizes) => Aten.ones_out.Call(sizes, this);

        public Tensor slice(long dim, long start, long finish, long step)
            => step >= 1 ? Aten.slice_Tensor.Call(this, dim, start, finish, step) : throw new ArgumentException($"step is {step}, but it should always be positive.");

        public Tensor where(Tensor condition, Tensor y)
            => condition.dtype == ScalarType.Bool ? Aten.where_self.Call(condition, this, y) : throw new ArgumentException("The condition to 'where' must be a boolean tensor.");

        public Tensor masked_select(Tensor mask)
            => mask.dtype == ScalarType.Bool ? Aten.masked_select.Call(this, mask) : throw new ArgumentException("The mask tensor must be Boolean.");

        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1)
            => dim1 != dim2 ? Aten.diagonal.Call(this, offset, dim1, dim2) : throw new ArgumentException($"Diagonal dimensions cannot be identical {dim1}, {dim2}");

        public Tensor trace()
            => ndim == 2 ? Aten.trace.Call(this) : throw new ArgumentException($"Expected a matrix, but got tensor with ndim == {ndim}");

        public Tensor dot(Tensor target)
            => AreVectors(target) ? Aten.dot.Call(this, target) : throw new InvalidOperationException("dot arguments must have the same shape.");

        public Tensor vdot(Tensor target)
            => AreVectors(target) ? Aten.vdot.Call(this, target) : throw new InvalidOperationException("vdot arguments must have the same shape.");

        /// <summary>batch2 + this·batch1, as in the real package: the arguments reach libtorch in another order than their names say.</summary>
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1f, float alpha = 1f) => Aten.baddbmm.Call(batch2, this, batch1, beta, alpha);

        public (Tensor output, Tensor? inverse_indices, Tensor? counts) unique(bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null)
        {
            var (output, inverse, counts) = dim is { } only
                ? Aten.unique_dim.Call3(this, (long)only, sorted, return_inverse, return_counts)
                : Aten._unique2.Call3(this, sorted, return_inverse, return_counts);
            return (output, Wanted(inverse, return_inverse), Wanted(counts, return_counts));
        }

        private static Tensor? Wanted(Tensor tensor, bool wanted)
        {
            if (wanted)
                return tensor;
            tensor.Dispose();
            return null;
        }

        private static Tensor Int64Index(Tensor index)
            => index.dtype == ScalarType.Int64 ? index : throw new ArgumentException("Element type of 'index' must be 'Int64'");

        private static string? NameOf(RoundingMode mode) => mode == RoundingMode.None ? null : mode.ToString();

        private bool AreVectors(Tensor other) => ndim == 1 && other.ndim == 1 && size(0) == other.size(0);
    }
}
