using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Nmf.Hosting;

/// <summary>
/// The versions of ML.NET whose internals this library uses. With another one the runtime would report a missing method or type; catalogs and loaders ask here
/// first, so that the message says what to change.
/// </summary>
internal static class MLNetVersion
{
    private static readonly Version _first = new(5, 0, 1);
    private static readonly Version _end = new(5, 1, 0);
    private static readonly Lazy<string?> _problem = new(Find);

    /// <summary>Throws where the application has loaded another ML.NET.</summary>
    /// <exception cref="InvalidOperationException">It has.</exception>
    public static void Check()
    {
        if (_problem.Value is { } problem)
            Throw(problem);
    }

    /// <summary>What is wrong with a version.</summary>
    /// <param name="assembly">The name of the assembly that has it.</param>
    /// <param name="version">Its informational version, such as "5.0.1+hash"; every ML.NET has the assembly version 1.0.0.0. Null where there is none.</param>
    /// <returns>One sentence; null where the version is right or cannot be read.</returns>
    public static string? ProblemOf(string assembly, string? version)
    {
        string numbers = version?.Split('-', '+')[0] ?? "";
        if (!Version.TryParse(numbers, out Version? parsed) || parsed.Build < 0 || (parsed >= _first && parsed < _end))
            return null;
        return $"This version of Nmf.MLExtension is made for Microsoft.ML {_first} and later versions below {_end}, "
            + $"but the application loaded {assembly} {version!.Split('+')[0]}: change the version of the package Microsoft.ML, or that of Nmf.MLExtension.";
    }

    private static string? Find()
        => new[] { typeof(IHostEnvironment).Assembly, typeof(MLContext).Assembly }
            .Select(assembly => ProblemOf(assembly.GetName().Name!, VersionOf(assembly)))
            .FirstOrDefault(problem => problem is not null);

    private static string? VersionOf(Assembly assembly) => assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;

    [DoesNotReturn]
    private static void Throw(string problem) => throw new InvalidOperationException(problem);
}
