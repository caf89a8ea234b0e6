using System.Reflection;
using System.Text;

namespace Microsoft.ML;

// Loads components by the signature and the assembly that they were saved with.
internal sealed partial class ModelLoadContext
{
    public const string ModelStreamName = "Model.key";

    public bool ContainsModel(string name)
    {
        if (!InRepository || string.IsNullOrEmpty(name))
            return false;
        using var entry = Repository.OpenEntryOrNull(Path.Combine(Directory ?? "", name), ModelStreamName);
        return entry is not null;
    }

    public static bool LoadModelOrNull<TRes, TSig>(IHostEnvironment env, out TRes result, RepositoryReader rep, string dir, params object[] extra)
        where TRes : class
    {
        Contracts.CheckValue(env, nameof(env));
        env.CheckValue(rep, nameof(rep));
        using var entry = rep.OpenEntryOrNull(dir, ModelStreamName);
        result = null;
        if (entry is null)
            return false;
        LoadModel<TRes, TSig>(env, out result, rep, entry, dir, extra);
        return true;
    }

    public static void LoadModel<TRes, TSig>(IHostEnvironment env, out TRes result, RepositoryReader rep, string dir, params object[] extra)
        where TRes : class
    {
        if (!LoadModelOrNull<TRes, TSig>(env, out result, rep, dir, extra))
            throw env.ExceptDecode("Corrupt model file");
    }

    public bool LoadModelOrNull<TRes, TSig>(IHostEnvironment env, out TRes result, string name, params object[] extra)
        where TRes : class
    {
        _context.CheckValue(env, nameof(env));
        _context.Check(InRepository, "Can't load a sub-model when reading from a single stream");
        return LoadModelOrNull<TRes, TSig>(env, out result, Repository, Path.Combine(Directory ?? "", name), extra);
    }

    public void LoadModel<TRes, TSig>(IHostEnvironment env, out TRes result, string name, params object[] extra)
        where TRes : class
    {
        if (!LoadModelOrNull<TRes, TSig>(env, out result, name, extra))
            throw _context.ExceptDecode("Corrupt model file");
    }

    public static void LoadModel<TRes, TSig>(IHostEnvironment env, out TRes result, RepositoryReader rep, Repository.Entry ent, string dir, params object[] extra)
        where TRes : class
    {
        using var context = new ModelLoadContext(rep, ent, dir);
        if (!context.TryLoad<TRes, TSig>(env, out result, extra))
            throw env.ExceptDecode("Couldn't load model: '{0}'", dir);
    }

    public bool TryProcessSubModel(string dir, Action<ModelLoadContext> action)
    {
        _context.Check(InRepository, "Can't Load a sub-model when reading from a single stream");
        _context.CheckNonEmpty(dir, nameof(dir));
        _context.CheckValue(action, nameof(action));
        string path = Path.Combine(Directory ?? "", dir);
        using var entry = Repository.OpenEntryOrNull(path, ModelStreamName);
        if (entry is null)
            return false;
        using var context = new ModelLoadContext(Repository, entry, path);
        action(context);
        return true;
    }

    public bool TryLoadBinaryStream(string name, Action<BinaryReader> action) => TryLoadStream(name, stream =>
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        action(reader);
    });

    public bool TryLoadTextStream(string name, Action<TextReader> action) => TryLoadStream(name, stream =>
    {
        using var reader = new StreamReader(stream);
        action(reader);
    });

    private bool TryLoadStream(string name, Action<Stream> action)
    {
        _context.Check(InRepository, "Can't Load a sub-model when reading from a single stream");
        _context.CheckNonEmpty(name, nameof(name));
        using var entry = Repository.OpenEntryOrNull(Directory, name);
        if (entry is null)
            return false;
        action(entry.Stream);
        return true;
    }

    private bool TryLoad<TRes, TSig>(IHostEnvironment env, out TRes result, object[] extra)
        where TRes : class
    {
        if (!string.IsNullOrEmpty(LoaderAssemblyName))
            env.ComponentCatalog.RegisterAssembly(Assembly.Load(LoaderAssemblyName));

        object[] arguments = [this, .. extra];
        foreach (string signature in new[] { _frame.LoaderSignature, _frame.LoaderSignatureAlt })
        {
            if (!string.IsNullOrWhiteSpace(signature)
                && ComponentCatalog.TryCreateInstance<object, TSig>(env, out var loaded, signature, "", arguments)
                && loaded is TRes model)
            {
                Done();
                result = model;
                return true;
            }
        }

        result = null;
        return false;
    }
}
