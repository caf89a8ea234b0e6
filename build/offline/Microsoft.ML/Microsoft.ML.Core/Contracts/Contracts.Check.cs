using System.Diagnostics;

namespace Microsoft.ML.Runtime;

// The checks: each throws the exception of its name.
internal static partial class Contracts
{
    public static void Check(bool f)
    {
        if (!f)
            throw Except();
    }

    public static void Check(this IExceptionContext ctx, bool f)
    {
        if (!f)
            throw Except(ctx);
    }

    public static void Check(bool f, string msg)
    {
        if (!f)
            throw Except(msg);
    }

    public static void Check(this IExceptionContext ctx, bool f, string msg)
    {
        if (!f)
            throw Except(ctx, msg);
    }

    public static void CheckUserArg(bool f, string name)
    {
        if (!f)
            throw ExceptUserArg(name);
    }

    public static void CheckUserArg(this IExceptionContext ctx, bool f, string name)
    {
        if (!f)
            throw ExceptUserArg(ctx, name);
    }

    public static void CheckUserArg(bool f, string name, string msg)
    {
        if (!f)
            throw ExceptUserArg(name, msg);
    }

    public static void CheckUserArg(this IExceptionContext ctx, bool f, string name, string msg)
    {
        if (!f)
            throw ExceptUserArg(ctx, name, msg);
    }

    public static void CheckParam(bool f, string paramName)
    {
        if (!f)
            throw ExceptParam(paramName);
    }

    public static void CheckParam(this IExceptionContext ctx, bool f, string paramName)
    {
        if (!f)
            throw ExceptParam(ctx, paramName);
    }

    public static void CheckParam(bool f, string paramName, string msg)
    {
        if (!f)
            throw ExceptParam(paramName, msg);
    }

    public static void CheckParam(this IExceptionContext ctx, bool f, string paramName, string msg)
    {
        if (!f)
            throw ExceptParam(ctx, paramName, msg);
    }

    public static void CheckDecode(bool f)
    {
        if (!f)
            throw ExceptDecode();
    }

    public static void CheckDecode(this IExceptionContext ctx, bool f)
    {
        if (!f)
            throw ExceptDecode(ctx);
    }

    public static void CheckDecode(bool f, string msg)
    {
        if (!f)
            throw ExceptDecode(msg);
    }

    public static void CheckDecode(this IExceptionContext ctx, bool f, string msg)
    {
        if (!f)
            throw ExceptDecode(ctx, msg);
    }

    public static void CheckIO(bool f)
    {
        if (!f)
            throw ExceptIO();
    }

    public static void CheckIO(this IExceptionContext ctx, bool f)
    {
        if (!f)
            throw ExceptIO(ctx);
    }

    public static void CheckIO(bool f, string msg)
    {
        if (!f)
            throw ExceptIO(msg);
    }

    public static void CheckIO(this IExceptionContext ctx, bool f, string msg)
    {
        if (!f)
            throw ExceptIO(ctx, msg);
    }

    public static T CheckRef<T>(T val, string paramName)
        where T : class
        => val ?? throw ExceptValue(paramName);

    public static void CheckValue<T>(T val, string paramName)
        where T : class
        => CheckRef(val, paramName);

    public static T CheckValue<T>(T val, string paramName, string msg)
        where T : class
        => val ?? throw ExceptValue(paramName, msg);

    public static string CheckNonEmpty(string s, string paramName)
        => !string.IsNullOrEmpty(s) ? s : throw ExceptEmpty(paramName);

    public static string CheckNonEmpty(string s, string paramName, string msg)
        => !string.IsNullOrEmpty(s) ? s : throw ExceptEmpty(paramName, msg);

    public static string CheckNonWhiteSpace(string s, string paramName)
        => !string.IsNullOrWhiteSpace(s) ? s : throw ExceptWhiteSpace(paramName);

    public static string CheckNonWhiteSpace(string s, string paramName, string msg)
        => !string.IsNullOrWhiteSpace(s) ? s : throw ExceptWhiteSpace(paramName, msg);

    public static T[] CheckNonEmpty<T>(T[] args, string paramName)
        => args is { Length: > 0 } ? args : throw ExceptEmpty(paramName);

    public static T[] CheckNonEmpty<T>(T[] args, string paramName, string msg)
        => args is { Length: > 0 } ? args : throw ExceptEmpty(paramName, msg);

    public static ICollection<T> CheckNonEmpty<T>(ICollection<T> args, string paramName)
        => args is { Count: > 0 } ? args : throw ExceptEmpty(paramName);

    public static T CheckRef<T>(this IExceptionContext ctx, T val, string paramName)
        where T : class
        => val ?? throw ExceptValue(ctx, paramName);

    public static void CheckValue<T>(this IExceptionContext ctx, T val, string paramName)
        where T : class
        => CheckRef(ctx, val, paramName);

    public static T CheckValue<T>(this IExceptionContext ctx, T val, string paramName, string msg)
        where T : class
        => val ?? throw ExceptValue(ctx, paramName, msg);

    public static string CheckNonEmpty(this IExceptionContext ctx, string s, string paramName)
        => !string.IsNullOrEmpty(s) ? s : throw ExceptEmpty(ctx, paramName);

    public static string CheckNonEmpty(this IExceptionContext ctx, string s, string paramName, string msg)
        => !string.IsNullOrEmpty(s) ? s : throw ExceptEmpty(ctx, paramName, msg);

    public static string CheckNonWhiteSpace(this IExceptionContext ctx, string s, string paramName)
        => !string.IsNullOrWhiteSpace(s) ? s : throw ExceptWhiteSpace(ctx, paramName);

    public static string CheckNonWhiteSpace(this IExceptionContext ctx, string s, string paramName, string msg)
        => !string.IsNullOrWhiteSpace(s) ? s : throw ExceptWhiteSpace(ctx, paramName, msg);

    public static T[] CheckNonEmpty<T>(this IExceptionContext ctx, T[] args, string paramName)
        => args is { Length: > 0 } ? args : throw ExceptEmpty(ctx, paramName);

    public static T[] CheckNonEmpty<T>(this IExceptionContext ctx, T[] args, string paramName, string msg)
        => args is { Length: > 0 } ? args : throw ExceptEmpty(ctx, paramName, msg);

    public static ICollection<T> CheckNonEmpty<T>(this IExceptionContext ctx, ICollection<T> args, string paramName)
        => args is { Count: > 0 } ? args : throw ExceptEmpty(ctx, paramName);

    /// <summary>Throws if the host was cancelled.</summary>
    public static void CheckAlive(this IHostEnvironment env)
    {
        if (env is ICancelable { IsCanceled: true })
            throw Process(new OperationCanceledException("Operation was canceled."), env);
    }

    /// <summary>Says that null is fine.</summary>
    [Conditional("INVARIANT_CHECKS")]
    public static void CheckValueOrNull<T>(T val)
        where T : class
    {
    }

    [Conditional("INVARIANT_CHECKS")]
    public static void CheckValueOrNull<T>(this IExceptionContext ctx, T val)
        where T : class
    {
    }

    [Conditional("DEBUG")]
    public static void Assert(bool f) => Debug.Assert(f);

    [Conditional("DEBUG")]
    public static void Assert(this IExceptionContext ctx, bool f) => Debug.Assert(f);

    [Conditional("DEBUG")]
    public static void AssertValue<T>(T val)
        where T : class
        => Debug.Assert(val is not null);

    [Conditional("DEBUG")]
    public static void AssertValue<T>(this IExceptionContext ctx, T val)
        where T : class
        => Debug.Assert(val is not null);

    [Conditional("DEBUG")]
    public static void AssertNonEmpty(string s) => Debug.Assert(!string.IsNullOrEmpty(s));

    [Conditional("DEBUG")]
    public static void AssertNonEmpty<T>(ICollection<T> args) => Debug.Assert(args is { Count: > 0 });
}
