using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>
/// The primitives on TorchSharp: float32 tensors on a CUDA device, or on the processor with libtorch's own kernels. Each primitive disposes its temporaries
/// when it returns; factors are allocated once and changed in place. On one processor with one number of threads, the same data gives the same bits. On CUDA
/// it need not: sums may be taken in another order each time, those of sparse products above all.
/// </summary>
internal sealed partial class TorchEngine : ComputeEngine
{
    private readonly TorchMemory _memory;
    private readonly Dictionary<double, torch.Tensor> _constants = [];
    private readonly TorchSettings _settings;

    /// <summary>An engine on a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="budget">The bytes that it may use there.</param>
    /// <param name="threads">The most threads of libtorch's kernels for the processor while the engine lives.</param>
    /// <param name="allowTensorFloat32">Whether matrix products on CUDA may round their operands to TensorFloat-32, a mantissa of ten bits.</param>
    public TorchEngine(torch.Device device, long budget, int threads, bool allowTensorFloat32 = false)
    {
        _memory = new TorchMemory(device, budget);
        _settings = new TorchSettings(threads, allowTensorFloat32);
        Threads = threads;
    }

    /// <inheritdoc />
    public override int Threads { get; }

    /// <inheritdoc />
    public override string Description => $"Torch on {_memory.Device}";

    /// <inheritdoc />
    public override string DescribeMemory(ExampleMatrix examples, long working, int rank)
    {
        long stored = BytesOf(examples);
        bool fits = _memory.Fits(stored);
        string taken = string.Create(CultureInfo.InvariantCulture,
            $"about {(fits ? stored + working : working) / 1e6:F0} MB of the {_memory.Budget / 1e6:F0} MB that it may use there");
        return fits
            ? taken
            : string.Create(CultureInfo.InvariantCulture, $"{taken}, and the data ({stored / 1e6:F0} MB) is streamed from the host's memory in blocks of rows");
    }

    /// <inheritdoc />
    public override long BytesOf(int rows, int rank) => sizeof(float) * (long)rows * rank;

    /// <inheritdoc />
    public override long BytesOfScratch(int rows, int rank) => Math.Min(_memory.Work, 2L * sizeof(double) * rows * rank);

    /// <inheritdoc />
    public override DataMatrix Load(ExampleMatrix examples) => examples switch
    {
        SparseExamples sparse => new TorchSparse(sparse, _memory),
        DenseExamples dense => new TorchDense(dense, _memory),
        ObservedExamples observed => new TorchSparse(observed, _memory),
        _ => throw new NotSupportedException($"Examples of type {examples.GetType().Name} are not known to the Torch engine."),
    };

    /// <inheritdoc />
    public override Factor Allocate(int rows, int rank) => new TorchFactor(rows, rank, _memory);

    /// <inheritdoc />
    public override Gram AllocateGram(int rank) => new TorchGram(rank, _memory);

    /// <inheritdoc />
    public override void Gram(Factor factor, Gram result)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor f = Of(factor);
        torch.Tensor sum = torch.zeros(factor.Rank, factor.Rank, dtype: torch.ScalarType.Float64, device: _memory.Device);
        // In double: in float32 the two triangles, and the sums of equal columns, differ in the last digit, which dependent columns magnify to a percent.
        ForRows(factor.Rows, 2L * sizeof(double) * factor.Rank, (first, count) =>
        {
            torch.Tensor rows = f.narrow(0, first, count).to(torch.ScalarType.Float64);
            sum.addmm_(rows.t(), rows, beta: 1, alpha: 1);
        });
        Of(result).Set(sum.add(sum.t(), TorchScalars.One).mul_(TorchScalars.Half));
    }

    /// <inheritdoc />
    public override void DataProduct(DataMatrix data, Factor other, Factor result)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        ((TorchMatrix)data).Multiply(Of(other), Of(result));
    }

    /// <inheritdoc />
    public override void GramProduct(Factor factor, Gram gram, Factor result) => Set(Of(result), Of(factor), Of(gram).Singles);

    /// <inheritdoc />
    public override void LeftGramProduct(Gram gram, Factor factor, Factor result) => Set(Of(result), Of(gram).Singles, Of(factor));

    /// <inheritdoc />
    public override void SmallProduct(Factor factor, Factor small, Factor result) => Set(Of(result), Of(factor), Of(small));

    /// <inheritdoc />
    public override void SmallProductTransposed(Factor factor, Factor small, Factor result)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Set(Of(result), Of(factor), Of(small).t());
    }

    /// <inheritdoc />
    public override void CrossProduct(Factor first, Factor second, Factor result)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Set(Of(result), Of(first).t(), Of(second));
    }

    /// <inheritdoc />
    public override void SymmetricCrossProduct(Factor first, Factor second, Gram result)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor cross = Of(first).t().mm(Of(second));
        Of(result).Set(cross.add(cross.t(), TorchScalars.One).to(torch.ScalarType.Float64));
    }

    /// <inheritdoc />
    public override double Inner(Factor first, Factor second) => Inner(Of(first), Of(second));

    /// <inheritdoc />
    public override double Inner(Gram first, Gram second) => Inner(Of(first).Values, Of(second).Values);

    /// <inheritdoc />
    public override void Dispose()
    {
        try
        {
            _memory.Dispose();
            foreach (torch.Tensor constant in _constants.Values)
                constant.Dispose();
        }
        finally
        {
            _settings.Dispose();
        }
    }

    private static torch.Tensor Of(Factor factor) => ((TorchFactor)factor).Values;

    private static TorchGram Of(Gram gram) => (TorchGram)gram;

    private static void Set(torch.Tensor result, torch.Tensor first, torch.Tensor second) => result.addmm_(first, second, beta: 0, alpha: 1);

    private static double Inner(torch.Tensor first, torch.Tensor second)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return (first * second).sum(torch.ScalarType.Float64).item<double>();
    }

    private static long BytesOf(ExampleMatrix examples) => examples is DenseExamples ? examples.Bytes : TorchSparse.BytesOf(examples);

    // A constant of a kernel as a 0-dimensional tensor, which is cheaper per call than a Scalar. Values that change from call to call are passed as Scalars.
    private torch.Tensor Constant(double value)
    {
        if (!_constants.TryGetValue(value, out torch.Tensor? constant))
            _constants.Add(value, constant = torch.tensor((float)value, device: _memory.Device).DetachFromDisposeScope());
        return constant;
    }
}
