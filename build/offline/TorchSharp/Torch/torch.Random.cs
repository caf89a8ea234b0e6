using TorchSharp.Offline;

namespace TorchSharp;

public static partial class torch
{
    public static long seed() => random.seed();

    public static Generator manual_seed(long seed) => random.manual_seed(seed);

    public static long initial_seed() => random.initial_seed();

    public static Tensor get_rng_state() => random.get_rng_state();

    public static void set_rng_state(Tensor new_state) => random.set_rng_state(new_state);

    /// <summary>The generators that random numbers come from unless one is named.</summary>
    public static partial class random
    {
        public static long seed() => Generator.Default.seed();

        public static long initial_seed() => Generator.Default.initial_seed();

        /// <summary>Seeds the processor's generator only; for those of GPUs there is <see cref="cuda.manual_seed_all"/>.</summary>
        public static Generator manual_seed(long seed)
        {
            TryInitializeDeviceType(DeviceType.CUDA);
            return Generator.Default.manual_seed(seed);
        }

        public static Tensor get_rng_state() => Generator.Default.get_state();

        public static void set_rng_state(Tensor new_state) => Generator.Default.set_state(new_state);
    }

    /// <summary>Where random numbers come from.</summary>
    public class Generator : IDisposable
    {
        /// <summary>A generator of numbers on the processor, whatever the device says.</summary>
        public Generator(ulong seed = 0, Device? device = null)
            : this(NativeMethods.generator_new(seed))
            => this.device = device ?? CPU;

        internal Generator(nint handle)
        {
            Handle = handle;
            device = CPU;
        }

        ~Generator() => Dispose(false);

        public static Generator Default => new(NativeMethods.generator_default());

        public IntPtr Handle { get; private set; }

        public Device device { get; private set; }

        public Tensor get_state()
        {
            nint state = NativeMethods.generator_get_state(Handle);
            if (state == 0)
                NativeMethods.Throw();
            return new(state);
        }

        public void set_state(Tensor value) => NativeMethods.Check(NativeMethods.generator_set_state(Handle, value.Handle));

        public Generator manual_seed(long seed)
        {
            NativeMethods.generator_seed(Handle, seed);
            return this;
        }

        public long seed()
        {
            long seed = DateTime.UtcNow.Ticks;
            NativeMethods.generator_seed(Handle, seed);
            return seed;
        }

        public long initial_seed() => NativeMethods.generator_initial_seed(Handle);

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            nint handle = Handle;
            Handle = 0;
            if (handle != 0)
                NativeMethods.generator_free(handle);
        }
    }
}
