using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>The training data as the Torch engine sees it: on its device where it fits, otherwise on the host, from where blocks of rows are streamed.</summary>
internal abstract class TorchMatrix(TorchMemory memory, bool isResident) : DataMatrix
{
    /// <summary>Whether the data lies on the device.</summary>
    public bool IsResident { get; } = isResident;

    /// <summary>The device and what may be used of it.</summary>
    protected TorchMemory Memory { get; } = memory;

    /// <summary>result ← M·O.</summary>
    public abstract void Multiply(torch.Tensor other, torch.Tensor result);

    /// <summary>A block of rows, zeros included, on the device; the caller's scope owns it.</summary>
    public abstract torch.Tensor DenseRows(int first, int count);

    /// <summary>The rows of a block whose dense form, taken a few times over, fits the working memory.</summary>
    public int RowsAtOnce(int copies) => Memory.RowsAtOnce(Rows, (long)sizeof(float) * Columns * copies);
}
