namespace Microsoft.ML.Data;

internal static class CatalogUtils
{
    public static IHostEnvironment GetEnvironment(this IInternalCatalog catalog) => Contracts.CheckRef(catalog, nameof(catalog)).Environment;
}

internal interface IInternalCatalog
{
    IHostEnvironment Environment { get; }
}
