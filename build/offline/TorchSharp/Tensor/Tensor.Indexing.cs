using System.Runtime.CompilerServices;
using TorchSharp.Offline;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Parts of a tensor by their place: t[1, 2..5], and the same assigned.</summary>
    public partial class Tensor
    {
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => index(Indices([i1]));
            set => index_put_(value, Indices([i1]));
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => index(Indices([i1, i2]));
            set => index_put_(value, Indices([i1, i2]));
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => index(Indices([i1, i2, i3]));
            set => index_put_(value, Indices([i1, i2, i3]));
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => index(Indices([i1, i2, i3, i4]));
            set => index_put_(value, Indices([i1, i2, i3, i4]));
        }

        [IndexerName("TensorItems")]
        public Tensor this[params long[] indices]
        {
            get => index(Indices(indices));
            set => index_put_(value, Indices(indices));
        }

        public unsafe Tensor index(params TensorIndex[] indices)
        {
            var values = stackalloc NativeValue[indices.Length];
            long* slices = stackalloc long[3 * indices.Length];
            Write(indices, values, slices);
            nint result = Kept(NativeMethods.tensor_index(Handle, values, indices.Length));
            GC.KeepAlive(indices);
            return Wrap(result);
        }

        public Tensor index(params Tensor[] indices) => index(Indices(indices));

        public Tensor index_put_(Tensor value, params TensorIndex[] indices)
        {
            Put(new() { Kind = NativeKind.Tensor, Pointer = value.Handle }, indices);
            GC.KeepAlive(value);
            return this;
        }

        /// <summary>With <paramref name="accumulate"/> the indices are tensors, and what they name more than once adds up.</summary>
        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            if (!accumulate)
                return index_put_(value, indices);
            if (Array.TrueForAll(indices, index => index.Picked is null))
                throw new Exception("Invalid 'indices' parameter. Must be an array of TensorIndex objects containing tensors with indices that match the shape of the tensor to update");
            return Aten.index_put_.InPlace(this, Array.ConvertAll(indices, index => index.Picked), value, true);
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, Indices(indices));

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) => index_put_(value, Indices(indices), accumulate);

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            Put(new() { Kind = value.Kind, Integer = value.Bits }, indices);
            return this;
        }

        public Tensor index_put_(Scalar value, params Tensor[] indices) => index_put_(value, Indices(indices));

        private static TensorIndex[] Indices(Tensor[] indices) => Array.ConvertAll(indices, TensorIndex.Tensor);

        private static TensorIndex[] Indices(long[] indices) => Array.ConvertAll(indices, index => TensorIndex.Single(index));

        private static unsafe void Write(TensorIndex[] indices, NativeValue* values, long* slices)
        {
            for (int i = 0; i < indices.Length; i++)
            {
                ref var index = ref indices[i];
                values[i] = new() { Kind = index.Kind, Integer = index.First };
                if (index.Kind == NativeKind.Tensor)
                    values[i].Pointer = index.Picked!.Handle;
                if (index.Kind != NativeKind.Slice)
                    continue;
                (slices[3 * i], slices[3 * i + 1], slices[3 * i + 2]) = (index.First, index.Stop, index.Step);
                values[i].Pointer = (nint)(slices + 3 * i);
            }
        }

        private unsafe void Put(NativeValue value, TensorIndex[] indices)
        {
            var values = stackalloc NativeValue[indices.Length];
            long* slices = stackalloc long[3 * indices.Length];
            Write(indices, values, slices);
            NativeMethods.Check(Kept(NativeMethods.tensor_index_put(Handle, values, indices.Length, &value)));
            GC.KeepAlive(indices);
        }
    }
}
