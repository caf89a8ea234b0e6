namespace Microsoft.ML;

/// <summary>A component that writes itself into a model.</summary>
public interface ICanSaveModel
{
    void Save(ModelSaveContext ctx);
}

/// <summary>The signature of what reads a model back: a constructor or a static Create, with or without the environment before.</summary>
internal delegate void SignatureLoadModel(ModelLoadContext ctx);
