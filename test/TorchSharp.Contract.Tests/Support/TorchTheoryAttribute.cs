namespace TorchSharp.Contract.Support;

/// <summary>A test over several data that needs libtorch.</summary>
internal sealed class TorchTheoryAttribute : TheoryAttribute
{
    public TorchTheoryAttribute() => Skip = NativeTorch.Missing;
}
