namespace Microsoft.ML.Runtime;

/// <summary>Says where an exception comes from.</summary>
public interface IExceptionContext
{
    string ContextDescription { get; }

    TException Process<TException>(TException ex)
        where TException : Exception;
}

/// <summary>The checks of arguments and states, and the exceptions that they throw.</summary>
internal static partial class Contracts
{
    public const string IsMarkedKey = "ML_IsMarked";
    public const string SensitivityKey = "ML_Sensitivity";

    public static TException Process<TException>(this TException ex, IExceptionContext ectx = null)
        where TException : Exception
        => ectx is null ? Mark(ex) : ectx.Process(ex);

    public static TException Mark<TException>(TException ex)
        where TException : Exception
    {
        ex.Data[IsMarkedKey] = 1;
        return ex;
    }

    public static bool IsMarked(this Exception ex) => ex.Data.Contains(IsMarkedKey);

    public static TException MarkSensitive<TException>(this TException ex, MessageSensitivity sensitivity)
        where TException : Exception
    {
        ex.Data[SensitivityKey] = ex.Data[SensitivityKey] is MessageSensitivity known ? known | sensitivity : sensitivity;
        return ex;
    }

    public static MessageSensitivity Sensitivity(this Exception ex)
        => ex.Data[SensitivityKey] is MessageSensitivity known ? known : MessageSensitivity.Unknown;

    public static IExceptionContext NotSensitive() => NotSensitive(null);

    public static IExceptionContext NotSensitive(this IExceptionContext ctx) => new Marker(ctx, MessageSensitivity.None);

    public static IExceptionContext UserSensitive() => UserSensitive(null);

    public static IExceptionContext UserSensitive(this IExceptionContext ctx) => new Marker(ctx, MessageSensitivity.UserData);

    public static IExceptionContext SchemaSensitive() => SchemaSensitive(null);

    public static IExceptionContext SchemaSensitive(this IExceptionContext ctx) => new Marker(ctx, MessageSensitivity.Schema);

    private sealed class Marker(IExceptionContext inner, MessageSensitivity sensitivity) : IExceptionContext
    {
        public string ContextDescription => inner?.ContextDescription ?? "";

        public TException Process<TException>(TException ex)
            where TException : Exception
            => (inner is null ? ex : inner.Process(ex)).MarkSensitive(sensitivity);
    }
}
