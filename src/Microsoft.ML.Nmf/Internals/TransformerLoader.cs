using Microsoft.ML;
using Microsoft.ML.Nmf;
using Microsoft.ML.Nmf.Internals;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(NmfTransformer), typeof(TransformerLoader<NmfTransformer>), null, typeof(SignatureLoadModel),
    "Non-negative matrix factorization", NmfTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(DeepNmfTransformer), typeof(TransformerLoader<DeepNmfTransformer>), null, typeof(SignatureLoadModel),
    "Deep non-negative matrix factorization", DeepNmfTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(NeuralNmfTransformer), typeof(TransformerLoader<NeuralNmfTransformer>), null, typeof(SignatureLoadModel),
    "Neural non-negative matrix factorization", NeuralNmfTransformer.LoaderSignature)]

namespace Microsoft.ML.Nmf.Internals;

/// <summary>What ML.NET calls to read a transformer of this library from a model file; it finds the method by its name and parameters.</summary>
/// <typeparam name="TTransformer">The transformer.</typeparam>
internal static class TransformerLoader<TTransformer>
    where TTransformer : ActivationTransformerBase, ILoadableTransformer<TTransformer>
{
    private static TTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ComponentHost host = ComponentHost.Register(env, typeof(TTransformer).Name);
        ctx.CheckAtModel(TTransformer.Format.ToVersionInfo());
        return TTransformer.Read(host, ActivationColumns.Load(ctx), ctx.Reader);
    }
}
