namespace TorchSharp.Contract.Support;

/// <summary>A test that needs libtorch.</summary>
internal sealed class TorchFactAttribute : FactAttribute
{
    public TorchFactAttribute() => Skip = NativeTorch.Missing;
}
