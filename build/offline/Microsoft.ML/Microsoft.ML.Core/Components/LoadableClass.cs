using System.Reflection;

namespace Microsoft.ML.Runtime.Offline;

/// <summary>How a class is made: by its constructor or a static Create, whichever is more visible, with or without the environment.</summary>
internal sealed class LoadableClass
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic;

    private readonly MethodBase _maker;
    private readonly bool _takesEnvironment;
    private readonly int _arguments;

    public LoadableClass(LoadableClassAttributeBase attribute)
    {
        Type = attribute.InstanceType;
        _arguments = attribute.CtorTypes.Length;
        var constructor = Type.IsAssignableFrom(attribute.LoaderType) ? Find(attribute, FindConstructor) : null;
        var create = Find(attribute, FindCreate);
        if (constructor is not null && create is not null && Visibility(constructor) == Visibility(create))
            throw Contracts.Except($"Can't load type {Type}, because it has both create and constructor methods with the same visibility. Please indicate which one should be used by changing either the signature or the visibility of one of them.");
        _maker = constructor is null || create is not null && Visibility(create) > Visibility(constructor) ? create : constructor;
        _takesEnvironment = _maker?.GetParameters().Length > _arguments;
    }

    public Type Type { get; }

    public bool CanCreate => _maker is not null;

    public object Create(IHostEnvironment env, string name, object[] extra)
    {
        if (extra.Length != _arguments)
            throw env.Except("Wrong number of extra parameters for loadable class '{0}', need '{1}', given '{2}'", name, _arguments, extra.Length);
        object[] arguments = _takesEnvironment ? [env, .. extra] : extra;
        try
        {
            return _maker is ConstructorInfo constructor ? constructor.Invoke(arguments) : _maker.Invoke(null, arguments);
        }
        catch (TargetInvocationException e) when (e.InnerException is { } inner && inner.IsMarked())
        {
            throw Contracts.Except(e, "Error during class instantiation");
        }
    }

    private static MethodBase Find(LoadableClassAttributeBase attribute, Func<LoadableClassAttributeBase, Type[], MethodBase> find)
        => find(attribute, attribute.CtorTypes) ?? find(attribute, [typeof(IHostEnvironment), .. attribute.CtorTypes]);

    private static ConstructorInfo FindConstructor(LoadableClassAttributeBase attribute, Type[] types)
        => attribute.LoaderType.GetConstructor(BindingFlags.Instance | Any, null, types, null);

    private static MethodInfo FindCreate(LoadableClassAttributeBase attribute, Type[] types)
    {
        var create = attribute.LoaderType.GetMethod("Create", BindingFlags.Static | BindingFlags.DeclaredOnly | Any, null, types, null);
        return create?.ReturnType == attribute.InstanceType ? create : null;
    }

    private static int Visibility(MethodBase method)
        => method.IsPublic ? 5 : method.IsAssembly ? 4 : method.IsFamilyOrAssembly ? 3 : method.IsFamily ? 2 : method.IsPrivate ? 1 : 0;
}
