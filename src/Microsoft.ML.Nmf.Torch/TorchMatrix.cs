using Microsoft.ML.Nmf.Engine;
using TorchSharp;

namespace Microsoft.ML.Nmf.Torch;

/// <summary>The training data of the Torch engine: on its device where it fits, otherwise on the host, from where it is streamed in blocks of rows.</summary>
internal abstract class TorchMatrix(TorchMemory memory, bool isResident) : DataMatrix
{
    /// <summary>Whether the data lies on the device.</summary>
    public bool IsResident { get; } = isResident;

    /// <summary>The device and what may be used of it.</summary>
    protected TorchMemory Memory { get; } = memory;

    /// <summary>result ← M·O.</summary>
    public abstract void Multiply(torch.Tensor other, torch.Tensor result);

    /// <summary>A block of rows in dense form on the device, float32; the caller's dispose scope owns it.</summary>
    public abstract torch.Tensor DenseRows(int first, int count);

    /// <summary>How many rows fit the working memory in dense form.</summary>
    /// <param name="copies">How many dense matrices of those rows there are at once.</param>
    public int RowsAtOnce(int copies) => Memory.RowsAtOnce(Rows, (long)sizeof(float) * Columns * copies);
}
