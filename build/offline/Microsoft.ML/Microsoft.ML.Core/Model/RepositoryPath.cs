namespace Microsoft.ML.Offline;

internal static class RepositoryPath
{
    /// <summary>The name of a zip's entry, the same on every platform.</summary>
    public static string Of(IExceptionContext context, string directory, string name)
    {
        context.CheckParam(directory is null || !directory.Contains(".."), "dir");
        context.CheckParam(!string.IsNullOrWhiteSpace(name) && !name.Contains(".."), nameof(name));
        return Path.Combine(directory ?? "", name).Replace('\\', '/');
    }
}
