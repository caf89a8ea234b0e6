using System.Reflection;
using Microsoft.ML.Runtime.Offline;

namespace Microsoft.ML.Runtime;

/// <summary>The classes that models can name, from the assemblies that were registered.</summary>
public sealed class ComponentCatalog
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _assemblies = [];
    private readonly Dictionary<(string Name, Type Signature), LoadableClass> _classes = [];

    internal ComponentCatalog()
    {
    }

    public void RegisterAssembly(Assembly assembly, bool throwOnError = true)
    {
        lock (_lock)
        {
            if (!_assemblies.Add(assembly.FullName))
                return;
            foreach (var attribute in assembly.GetCustomAttributes<LoadableClassAttributeBase>())
                Add(new LoadableClass(attribute), attribute, throwOnError);
        }
    }

    internal static TRes CreateInstance<TRes>(IHostEnvironment env, Type signatureType, string name, string options, params object[] extra)
        where TRes : class
        => TryCreateInstance(env, signatureType, out TRes result, name, options, extra)
            ? result
            : throw Contracts.Except("Unknown loadable class: {0}", name).MarkSensitive(MessageSensitivity.None);

    internal static bool TryCreateInstance<TRes, TSig>(IHostEnvironment env, out TRes result, string name, string options, params object[] extra)
        where TRes : class
        => TryCreateInstance(env, typeof(TSig), out result, name, options, extra);

    private static bool TryCreateInstance<TRes>(IHostEnvironment env, Type signatureType, out TRes result, string name, string options, params object[] extra)
        where TRes : class
    {
        Contracts.CheckValue(env, nameof(env));
        result = null;
        if (!env.ComponentCatalog.TryFind(name, signatureType, out var found))
            return false;
        if (!typeof(TRes).IsAssignableFrom(found.Type))
            throw env.Except("Loadable class '{0}' does not derive from '{1}'", name, typeof(TRes).FullName);
        if (!string.IsNullOrEmpty(options))
            throw env.Except("Loadable class '{0}' doesn't support settings", name);
        result = (TRes)found.Create(env, name, extra);
        return true;
    }

    private bool TryFind(string name, Type signature, out LoadableClass found)
    {
        lock (_lock)
            return _classes.TryGetValue(((name ?? "").ToLowerInvariant().Trim(), signature), out found);
    }

    private void Add(LoadableClass added, LoadableClassAttributeBase attribute, bool throwOnError)
    {
        if (!added.CanCreate && throwOnError)
            throw Contracts.Except($"Can't instantiate loadable class '{added.Type.Name}' with name '{attribute.LoadNames[0]}'");
        foreach (var signature in attribute.SigTypes)
        {
            foreach (string name in attribute.LoadNames)
            {
                if (_classes.TryAdd((name.ToLowerInvariant(), signature), added) || !throwOnError)
                    continue;
                throw Contracts.Except($"ComponentCatalog cannot map name '{name}' and SignatureType '{signature}' to {added.Type.Name}, already mapped to {_classes[(name.ToLowerInvariant(), signature)].Type.Name}.");
            }
        }
    }
}
