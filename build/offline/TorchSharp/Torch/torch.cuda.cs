using TorchSharp.Offline;

namespace TorchSharp;

public static partial class torch
{
    public static bool cuda_is_available() => cuda.is_available();

    /// <summary>The GPUs of the CUDA platform.</summary>
    public static partial class cuda
    {
        public static bool is_available() => TryInitializeDeviceType(DeviceType.CUDA);

        public static bool is_cudnn_available() => TryInitializeDeviceType(DeviceType.CUDA) && NativeMethods.cuda_is_cudnn_available() != 0;

        public static int device_count()
        {
            TryInitializeDeviceType(DeviceType.CUDA);
            return NativeMethods.cuda_device_count();
        }

        public static void manual_seed(long seed)
        {
            TryInitializeDeviceType(DeviceType.CUDA);
            NativeMethods.Check(NativeMethods.cuda_manual_seed(seed, NativeMethods.cuda_current_device()));
        }

        public static void manual_seed_all(long seed)
        {
            TryInitializeDeviceType(DeviceType.CUDA);
            NativeMethods.Check(NativeMethods.cuda_manual_seed(seed, -1));
        }

        public static void synchronize(Device? device = null)
        {
            TryInitializeDeviceType(device?.type ?? DeviceType.CUDA);
            NativeMethods.Check(NativeMethods.cuda_synchronize(device?.index ?? -1));
        }
    }

    /// <summary>Settings of the libraries under libtorch.</summary>
    public static partial class backends
    {
        public static partial class cuda
        {
            public static partial class matmul
            {
                public static bool allow_tf32
                {
                    get => NativeMethods.cublas_allow_tf32_get() != 0;
                    set => NativeMethods.cublas_allow_tf32_set(value ? 1 : 0);
                }
            }
        }

        public static partial class cudnn
        {
            public static bool allow_tf32
            {
                get => NativeMethods.cudnn_allow_tf32_get() != 0;
                set => NativeMethods.cudnn_allow_tf32_set(value ? 1 : 0);
            }
        }
    }
}
