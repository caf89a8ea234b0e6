using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Internal.Utilities.Offline;

/// <summary>Calls a generic method whose type arguments are known at run time only.</summary>
internal static class Generic
{
    /// <param name="example">The method with some type arguments, its target included.</param>
    /// <param name="types">The type arguments to call it with.</param>
    /// <param name="arguments">The arguments to call it with.</param>
    public static object Call(Delegate example, Type[] types, params object[] arguments)
    {
        var method = example.Method.GetGenericMethodDefinition().MakeGenericMethod(types);
        try
        {
            return method.Invoke(example.Target, arguments);
        }
        catch (TargetInvocationException e) when (e.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(e.InnerException);
            throw;
        }
    }

    public static TResult Call<TResult>(Func<TResult> example, Type type) => (TResult)Call(example, [type]);

    public static TResult Call<T1, TResult>(Func<T1, TResult> example, Type type, T1 arg1) => (TResult)Call(example, [type], arg1);

    public static TResult Call<T1, T2, TResult>(Func<T1, T2, TResult> example, Type type, T1 arg1, T2 arg2)
        => (TResult)Call(example, [type], arg1, arg2);

    public static TResult Call<T1, T2, T3, TResult>(Func<T1, T2, T3, TResult> example, Type type, T1 arg1, T2 arg2, T3 arg3)
        => (TResult)Call(example, [type], arg1, arg2, arg3);

    public static TResult Call<T1, T2, T3, T4, TResult>(Func<T1, T2, T3, T4, TResult> example, Type type, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
        => (TResult)Call(example, [type], arg1, arg2, arg3, arg4);
}
