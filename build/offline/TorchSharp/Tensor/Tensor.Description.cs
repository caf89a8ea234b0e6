using TorchSharp.Offline;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>What a tensor is: its sizes, its type, where it lies.</summary>
    public partial class Tensor
    {
        private const int SparseFlag = 1;
        private const int RequiresGradFlag = 2;
        private const int LeafFlag = 4;
        private const int ContiguousFlag = 8;

        public long Dimensions => Kept(NativeMethods.tensor_dim(Handle));

        public long ndim => Dimensions;

        public long NumberOfElements => Kept(NativeMethods.tensor_numel(Handle));

        public long ElementSize => Kept(NativeMethods.tensor_element_size(Handle));

        public long[] shape => size();

        public ScalarType dtype => (ScalarType)Kept(NativeMethods.tensor_dtype(Handle));

        public Device device => device_type == DeviceType.CPU ? new(DeviceType.CPU) : new(device_type, device_index);

        public DeviceType device_type => (DeviceType)Kept(NativeMethods.tensor_device_type(Handle));

        public int device_index => Kept(NativeMethods.tensor_device_index(Handle));

        public bool is_cuda => device_type == DeviceType.CUDA;

        public bool is_sparse => Has(SparseFlag);

        public bool is_leaf => Has(LeafFlag);

        public long dim() => Dimensions;

        public long numel() => NumberOfElements;

        public long element_size() => ElementSize;

        public long size(int dim)
        {
            long size = Kept(NativeMethods.tensor_size(Handle, dim));
            if (size < 0)
                NativeMethods.Throw();
            return size;
        }

        public long[] size()
        {
            long[] sizes = new long[Dimensions];
            for (int i = 0; i < sizes.Length; i++)
                sizes[i] = Kept(NativeMethods.tensor_size(_handle, i));
            return sizes;
        }

        public long stride(int dim)
        {
            long stride = Kept(NativeMethods.tensor_stride(Handle, dim));
            if (stride == long.MinValue)
                NativeMethods.Throw();
            return stride;
        }

        public long[] stride()
        {
            long[] strides = new long[Dimensions];
            for (int i = 0; i < strides.Length; i++)
                strides[i] = stride(i);
            return strides;
        }

        public long storage_offset()
        {
            long offset = Kept(NativeMethods.tensor_storage_offset(Handle));
            if (offset < 0)
                NativeMethods.Throw();
            return offset;
        }

        public bool is_contiguous() => Has(ContiguousFlag);

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_integral() => torch.is_integral(dtype);

        public bool is_floating_point() => torch.is_floating_point(dtype);

        public bool is_complex() => torch.is_complex(dtype);

        private bool Has(int flag)
        {
            int flags = Kept(NativeMethods.tensor_flags(Handle));
            NativeMethods.Check(flags);
            return (flags & flag) != 0;
        }
    }
}
